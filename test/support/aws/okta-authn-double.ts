import { json, type DoubleAnswer, type DoubleControls, type DoubleRequest } from './double-server.ts'
import { newToken, type DoubleFactor, type DoubleUser, type OktaOrg, type Transaction } from './okta-org.ts'

interface AuthnBody {
  readonly username?: string
  readonly password?: string
  readonly stateToken?: string
  readonly passCode?: unknown
  readonly answer?: string
}

const texts: Readonly<Record<string, readonly [number, string]>> = {
  E0000001: [400, 'Api validation failed'],
  E0000004: [401, 'Authentication failed'],
  E0000011: [401, 'Invalid token provided'],
  E0000047: [429, 'API call exceeded rate limit due to too many requests.'],
  E0000068: [403, 'Invalid Passcode/Answer'],
  E0000069: [403, 'User Locked'],
}

/** How the state token of a sign-in page begins, behind which nobody has signed in yet. */
export const unauthenticated = '00.signin.'

/** The authentication API: `/api/v1/authn` and what lies below it. */
export function answerAuthn(org: OktaOrg, request: DoubleRequest, controls: DoubleControls): DoubleAnswer {
  if (org.limitNext > 0) {
    org.limitNext -= 1
    const reset = Math.ceil(controls.nowMs() / 1000) + org.limitResetSeconds
    return oktaError('E0000047', [], {
      'x-rate-limit-limit': '10',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(reset),
    })
  }
  const body = JSON.parse(request.body) as AuthnBody
  const [, factorId] = /\/factors\/([^/]+)\/verify$/.exec(request.url.pathname) ?? []
  if (factorId !== undefined) return verify(org, factorId, body, request, controls)
  if (request.url.pathname.endsWith('/skip')) return skip(org, body, request.url.origin)
  return body.stateToken === undefined
    ? primary(org, body, request.url.origin)
    : resume(org, body.stateToken, request.url.origin)
}

/** An error as Okta writes it. */
export function oktaError(
  code: string,
  causes: readonly string[] = [],
  headers: DoubleAnswer['headers'] = {},
): DoubleAnswer {
  const [status = 400, errorSummary = ''] = texts[code] ?? []
  const errorCauses = causes.map((cause) => ({ errorSummary: cause }))
  return json(
    status,
    { errorCode: code, errorSummary, errorLink: code, errorId: newToken('oae'), errorCauses },
    headers,
  )
}

function primary(org: OktaOrg, body: AuthnBody, origin: string): DoubleAnswer {
  const user = org.users.find(({ login }) => login === body.username)
  if (user === undefined || user.password !== body.password) return oktaError('E0000004')
  if (user.state === 'locked') {
    const unlock = { next: { name: 'unlock', href: `${origin}/api/v1/authn/recovery/unlock` } }
    return org.showLockOut ? json(200, { status: 'LOCKED_OUT', _links: unlock }) : oktaError('E0000004')
  }
  if (user.state === 'passwordExpired') return json(200, { status: 'PASSWORD_EXPIRED', stateToken: newToken('00') })
  const stage = user.state === 'passwordWarn' ? 'warn' : user.state === 'enrol' ? 'enrol' : 'mfa'
  return openTransaction(org, { user, purpose: 'signIn', polls: 0, stage }, origin)
}

/** Begins a transaction, or ends it at once where the user has no factor. */
export function openTransaction(org: OktaOrg, transaction: Transaction, origin: string): DoubleAnswer {
  const stateToken = newToken('00')
  org.transactions.set(stateToken, transaction)
  return stateAnswer(org, stateToken, transaction, origin)
}

function resume(org: OktaOrg, stateToken: string, origin: string): DoubleAnswer {
  if (stateToken.startsWith(unauthenticated)) {
    return json(200, { stateToken, type: 'SIGNIN', status: 'UNAUTHENTICATED', _links: {} })
  }
  const transaction = org.transactions.get(stateToken)
  if (transaction === undefined || org.pipeline === 'idx') return oktaError('E0000011')
  return stateAnswer(org, stateToken, transaction, origin)
}

function skip(org: OktaOrg, body: AuthnBody, origin: string): DoubleAnswer {
  const transaction = org.transactions.get(body.stateToken ?? '')
  if (transaction === undefined || transaction.stage !== 'warn') return oktaError('E0000011')
  transaction.stage = 'mfa'
  return stateAnswer(org, body.stateToken ?? '', transaction, origin)
}

function stateAnswer(org: OktaOrg, stateToken: string, transaction: Transaction, origin: string): DoubleAnswer {
  const common = { stateToken, expiresAt: '2099-01-01T00:00:00.000Z' }
  if (transaction.stage === 'warn') {
    return json(200, { ...common, status: 'PASSWORD_WARN', _links: { skip: { href: `${origin}/api/v1/authn/skip` } } })
  }
  if (transaction.stage === 'enrol') return json(200, { ...common, status: 'MFA_ENROLL', _embedded: { factors: [] } })
  if (transaction.user.factors.length === 0) return succeed(org, stateToken, transaction, origin)
  const factors = transaction.user.factors.map((factor) => shownFactor(factor, origin))
  return json(200, { ...common, status: 'MFA_REQUIRED', _embedded: { factors } })
}

function shownFactor(factor: DoubleFactor, origin: string): unknown {
  const href = `${origin}/api/v1/authn/factors/${factor.id}/verify`
  return { ...factor, checker: undefined, sentCode: undefined, push: undefined, _links: { verify: { href } } }
}

function verify(
  org: OktaOrg,
  factorId: string,
  body: AuthnBody,
  request: DoubleRequest,
  controls: DoubleControls,
): DoubleAnswer {
  const transaction = org.transactions.get(body.stateToken ?? '')
  const factor = transaction?.user.factors.find(({ id }) => id === factorId)
  if (transaction === undefined || factor === undefined) return oktaError('E0000011')
  const done = () => remembered(succeed(org, body.stateToken ?? '', transaction, request.url.origin), request)
  if (factor.push !== undefined) return pollPush(factor, transaction, body, request.url.origin, done)
  const typed = body.passCode ?? body.answer
  if (typed === undefined) return challenge(body, factor, request.url.origin)
  // Okta's field is text: a number has lost its leading zeros.
  if (typeof typed !== 'string') return oktaError('E0000001', ['passCode: The field must be a string'])
  const finding = factor.checker?.check(typed, controls.nowMs()) ?? (typed === factor.sentCode ? 'right' : 'wrong')
  if (finding === 'right') return done()
  if (finding === 'replayed') {
    return oktaError('E0000068', ['Each code can only be used once. Please wait for a new code and try again.'])
  }
  return countFailure(org, transaction.user)
}

function countFailure(org: OktaOrg, user: DoubleUser): DoubleAnswer {
  user.failures += 1
  if (user.failures < org.lockAfter)
    return oktaError('E0000068', ["Your passcode doesn't match our records. Please try again."])
  user.state = 'locked'
  return oktaError('E0000069')
}

function pollPush(
  factor: DoubleFactor,
  transaction: Transaction,
  body: AuthnBody,
  origin: string,
  done: () => DoubleAnswer,
): DoubleAnswer {
  const { polls, number, ends } = factor.push ?? { polls: 0, ends: 'TIMEOUT' as const }
  const isOver = transaction.polls >= polls
  transaction.polls += 1
  if (isOver && ends === 'SUCCESS') return done()
  const shown = number === undefined ? {} : { _embedded: { challenge: { correctAnswer: number } } }
  const href = `${origin}/api/v1/authn/factors/${factor.id}/verify`
  return json(200, {
    stateToken: body.stateToken,
    status: 'MFA_CHALLENGE',
    factorResult: isOver ? ends : 'WAITING',
    _embedded: { factor: { id: factor.id, ...shown } },
    _links: { next: { name: 'poll', href } },
  })
}

function challenge(body: AuthnBody, factor: DoubleFactor, origin: string): DoubleAnswer {
  const next = { name: 'verify', href: `${origin}/api/v1/authn/factors/${factor.id}/verify` }
  return json(200, {
    stateToken: body.stateToken,
    status: 'MFA_CHALLENGE',
    _embedded: { factor: { id: factor.id } },
    _links: { next },
  })
}

function succeed(org: OktaOrg, stateToken: string, transaction: Transaction, origin: string): DoubleAnswer {
  if (transaction.purpose === 'stepUp') {
    const next = { name: 'original', href: `${origin}/login/step-up/redirect?stateToken=${stateToken}` }
    return json(200, { status: 'SUCCESS', _links: { next } })
  }
  org.transactions.delete(stateToken)
  const sessionToken = newToken('20111')
  org.sessionTokens.set(sessionToken, transaction.user.login)
  return json(200, { status: 'SUCCESS', sessionToken, expiresAt: '2099-01-01T00:00:00.000Z', _embedded: { user: {} } })
}

function remembered(answer: DoubleAnswer, request: DoubleRequest): DoubleAnswer {
  if (request.url.searchParams.get('rememberDevice') !== 'true') return answer
  return { ...answer, headers: { ...answer.headers, 'set-cookie': [`DT=${newToken('DI')}; Path=/; HttpOnly`] } }
}
