import { Failure, isFailure } from '../errors/failure.ts'
import { readOktaPage, type OktaPage, type SamlForm } from './html-page.ts'
import { signIn, stepUp, type SignIn } from './okta-authn.ts'
import { stringMember } from './json.ts'
import type { OktaClient } from './okta-client.ts'

// A state token that nobody may go on with; Identity Engine answers so to every one.
const sessionOver = new Set(['E0000004', 'E0000005', 'E0000006', 'E0000011'])

/**
 * Fetches the SAML response of an app: with the session if it still counts, else by signing in.
 *
 * @param ssoUrl - the app's address, as Okta shows it
 * @throws {@link Failure} `aws_okta_…`, `aws_factor_…`
 */
export async function fetchAssertion(client: OktaClient, ssoUrl: string, who: SignIn): Promise<SamlForm> {
  const reached = await openApp(client, ssoUrl)
  if (reached.samlForm !== null) return reached.samlForm
  const resumed = client.hasSession() ? await resume(client, reached, ssoUrl, who) : null
  if (resumed !== null) return resumed
  // Okta ignores the token of a new sign-in while an old session cookie is sent along.
  client.forgetSession()
  const { sessionToken } = await signIn(client, who)
  if (sessionToken === '') {
    throw new Failure('aws_okta_answer', { detail: { missing: 'session token', org: client.origin } })
  }
  const opened = await redeem(client, ssoUrl, sessionToken)
  if (opened.samlForm !== null) return opened.samlForm
  return (await resume(client, opened, ssoUrl, who)) ?? fail(client, opened)
}

/** Whether the org runs on Identity Engine, which may not finish what the Classic API begins. */
async function isIdentityEngine(client: OktaClient): Promise<boolean> {
  try {
    const organisation = await client.getJson(`${client.origin}/.well-known/okta-organization`)
    return stringMember(organisation, 'pipeline') === 'idx'
  } catch (thrown) {
    // Whoever asks this has a failure to tell already; a page in the place of the answer must not hide it.
    if (isFailure(thrown, 'aws_answer_unreadable')) return false
    throw thrown
  }
}

async function openApp(client: OktaClient, url: string): Promise<OktaPage> {
  const { html } = await client.getPage(url)
  return readOktaPage(html)
}

function redeem(client: OktaClient, ssoUrl: string, sessionToken: string): Promise<OktaPage> {
  const url = new URL('/login/sessionCookieRedirect', client.origin)
  url.search = new URLSearchParams({
    checkAccountSetupComplete: 'true',
    token: sessionToken,
    redirectUrl: ssoUrl,
  }).toString()
  return openApp(client, url.href)
}

/** The app's own second step, which its page announces with a state token; null where the session is over instead. */
async function resume(client: OktaClient, page: OktaPage, ssoUrl: string, who: SignIn): Promise<SamlForm | null> {
  if (page.stateToken === null) return null
  try {
    const { nextUrl } = await stepUp(client, page.stateToken, who)
    return (await openApp(client, nextUrl || ssoUrl)).samlForm
  } catch (thrown) {
    if (isSessionOver(thrown)) return null
    throw thrown
  }
}

/** A sign-in page may announce a transaction as well: one in which nobody has signed in yet. */
function isSessionOver(thrown: unknown): boolean {
  if (isFailure(thrown, 'aws_okta_state')) return thrown.detail['status'] === 'UNAUTHENTICATED'
  return isFailure(thrown, 'aws_okta_refused') && sessionOver.has(String(thrown.detail['code']))
}

async function fail(client: OktaClient, page: OktaPage): Promise<never> {
  if (page.errorText !== null) throw new Failure('aws_okta_page', { detail: { text: page.errorText } })
  if (await isIdentityEngine(client)) throw new Failure('aws_okta_needs_device_flow')
  throw new Failure('aws_okta_no_assertion', { detail: { org: client.origin } })
}
