import { randomBytes } from 'node:crypto'
import type { AwsAccounts } from './aws-accounts.ts'
import { html, json, startDouble, type DoubleAnswer, type DoubleRequest, type RunningDouble } from './double-server.ts'

/** Starts AWS's sign-in host: the federation endpoint, and the role chooser behind `/saml`. */
export function startSignInDouble(accounts: AwsAccounts): Promise<RunningDouble> {
  return startDouble((request) => {
    if (request.url.pathname === '/saml') return roleChooser(accounts, request)
    if (request.url.pathname !== '/federation') return html(404, 'not found')
    return request.url.searchParams.get('Action') === 'getSigninToken'
      ? signInToken(accounts, request)
      : login(accounts, request)
  })
}

function signInToken(accounts: AwsAccounts, request: DoubleRequest): DoubleAnswer {
  const session = JSON.parse(request.url.searchParams.get('Session') ?? '{}') as Record<string, string>
  const key = accounts.keys.get(session['sessionId'] ?? '')
  const isGenuine = key?.secretAccessKey === session['sessionKey'] && key?.sessionToken === session['sessionToken']
  const duration = request.url.searchParams.get('SessionDuration')
  const isAllowed = key !== undefined && key.kind !== 'session' && key.kind !== 'user'
  // A duration goes with a role that was taken directly, and with nothing else.
  if (!isGenuine || !isAllowed || (duration !== null && key.kind !== 'role')) return html(400, 'Bad Request')
  const token = randomBytes(40).toString('base64')
  accounts.signInTokens.add(token)
  return json(200, { SigninToken: token })
}

function login(accounts: AwsAccounts, request: DoubleRequest): DoubleAnswer {
  const isKnown = accounts.signInTokens.delete(request.url.searchParams.get('SigninToken') ?? '')
  const location = request.url.searchParams.get('Destination') ?? ''
  return isKnown ? { status: 302, headers: { location }, body: '' } : html(400, 'Bad Request')
}

function roleChooser(accounts: AwsAccounts, request: DoubleRequest): DoubleAnswer {
  const form = new URLSearchParams(request.body)
  const xml = Buffer.from(form.get('SAMLResponse') ?? '', 'base64').toString('utf8')
  const ids = new Set([...xml.matchAll(/arn:aws[a-z-]*:iam::(\d{12}):role/g)].map(([, id]) => id ?? ''))
  const accountsShown = [...ids].map(
    (id) =>
      `<fieldset><div class="saml-account"><div class="saml-account-name">Account: ${accounts.aliases.get(id) ?? id} (${id})</div></div></fieldset>`,
  )
  return html(200, accountsShown.join(''))
}
