import { Failure, isFailure } from '../errors/failure.ts'
import { member, stringMember, type Json } from './json.ts'
import type { OktaClient } from './okta-client.ts'
import { chooseFactor, isTotp, readFactors, type OktaFactor } from './okta-factor.ts'
import { isReplayed } from './okta-refusal.ts'

/** A code and the step it belongs to, handed out once. */
export interface IssuedCode {
  readonly code: string
  readonly step: number
}

/** What a code must satisfy: a step later than `afterStep`, by a clock that is `clockOffsetMs` ahead of ours. */
export interface CodeRequest {
  readonly clockOffsetMs: number
  readonly afterStep?: number
}

/** A person at a terminal. Absent where nobody can be asked. */
export interface Person {
  ask(question: string): Promise<string>
  tell(text: string): void
}

/** Who signs in, and where each thing comes from that Okta asks for. */
export interface SignIn {
  readonly userName: string
  readonly password: () => Promise<string>
  readonly totp: (request: CodeRequest) => Promise<IssuedCode>
  readonly factor?: string
  readonly person?: Person
}

/** The end of the state machine: a token for a session, or the page a step-up goes on with. */
export interface Finished {
  readonly sessionToken: string
  readonly nextUrl: string
}

const pollMs = 3_000
const pollLimit = 100
const transitionLimit = 12

/**
 * Signs in with user name, password and a second factor (Okta Classic).
 *
 * A password and a code are each sent once. Only a code that Okta calls used or late is followed by one of a later step.
 *
 * @throws {@link Failure} `aws_okta_…` and `aws_factor_…`, each with its next step
 * @see Okta Authentication API, transaction states
 */
export async function signIn(client: OktaClient, who: SignIn): Promise<Finished> {
  const answer = await client.postJson(`${client.origin}/api/v1/authn`, {
    username: who.userName,
    password: await who.password(),
    options: { multiOptionalFactorEnroll: false, warnBeforePasswordExpired: false },
  })
  return finish(client, answer, who)
}

/** Goes on with a transaction that a page began: the step-up of one app. */
export async function stepUp(client: OktaClient, stateToken: string, who: SignIn): Promise<Finished> {
  return finish(client, await client.postJson(`${client.origin}/api/v1/authn`, { stateToken }), who)
}

async function finish(client: OktaClient, first: Json, who: SignIn): Promise<Finished> {
  let answer = first
  let isProven = false
  for (let transitions = 0; transitions < transitionLimit; transitions += 1) {
    const status = stringMember(answer, 'status')
    if (status === 'SUCCESS') {
      return {
        sessionToken: stringMember(answer, 'sessionToken'),
        nextUrl: stringMember(answer, '_links', 'next', 'href'),
      }
    }
    // Okta asks for one factor. Where it asks again it will go on asking, and each time would cost a code or a push.
    if (status === 'MFA_REQUIRED' && isProven) break
    isProven ||= status === 'MFA_REQUIRED'
    answer = await advance(client, answer, who)
  }
  throw stuck(client, stringMember(answer, 'status'))
}

function advance(client: OktaClient, answer: Json, who: SignIn): Promise<Json> {
  const stateToken = stringMember(answer, 'stateToken')
  const skipUrl = stringMember(answer, '_links', 'skip', 'href')
  switch (stringMember(answer, 'status')) {
    case 'MFA_REQUIRED':
      return verify(client, stateToken, chooseFactor(readFactors(answer), who.factor), who)
    case 'PASSWORD_WARN':
    case 'MFA_ENROLL':
      if (skipUrl !== '') return client.postJson(skipUrl, { stateToken })
  }
  throw stuck(client, stringMember(answer, 'status'))
}

function stuck(client: OktaClient, status: string): Failure {
  const detail = { org: client.origin, status: status || 'without a name' }
  if (status === 'LOCKED_OUT') return new Failure('aws_okta_locked', { detail })
  if (status === 'PASSWORD_EXPIRED' || status === 'PASSWORD_RESET')
    return new Failure('aws_okta_password_expired', { detail })
  if (status.startsWith('MFA_ENROLL')) return new Failure('aws_okta_enrol_first', { detail })
  return new Failure('aws_okta_state', { detail })
}

async function verify(client: OktaClient, stateToken: string, factor: OktaFactor, who: SignIn): Promise<Json> {
  if (!URL.canParse(factor.verifyUrl)) {
    const missing = `link for the factor ${factor.factorType}`
    throw new Failure('aws_okta_answer', { detail: { missing, org: client.origin } })
  }
  if (isTotp(factor)) return verifyTotp(client, stateToken, factor, who)
  if (factor.factorType === 'push') return verifyPush(client, stateToken, factor, who.person)
  return verifyAsked(client, stateToken, factor, who.person)
}

async function verifyTotp(client: OktaClient, stateToken: string, factor: OktaFactor, who: SignIn): Promise<Json> {
  const { clockOffsetMs } = client.memory
  const { code, step } = await who.totp({ clockOffsetMs })
  const first = await sendCode(client, stateToken, factor, code)
  if (!isLateOrUsed(first)) return settled(first)
  // Someone else used this step, or it ended on the way: the secret is right, so one later code is no guess.
  const later = await who.totp({ clockOffsetMs: client.memory.clockOffsetMs, afterStep: step })
  const second = await sendCode(client, stateToken, factor, later.code)
  if (isLateOrUsed(second)) throw new Failure('aws_code_spent')
  return settled(second)
}

async function sendCode(
  client: OktaClient,
  stateToken: string,
  factor: OktaFactor,
  passCode: string,
): Promise<Json | Failure> {
  try {
    return await client.postJson(withRememberedDevice(factor.verifyUrl), { stateToken, passCode })
  } catch (thrown) {
    if (isFailure(thrown, 'aws_okta_refused')) return thrown
    throw thrown
  }
}

function isLateOrUsed(answer: Json | Failure): boolean {
  if (answer instanceof Failure) return isReplayed(answer)
  return ['PASSCODE_REPLAYED', 'TIME_WINDOW_EXCEEDED'].includes(stringMember(answer, 'factorResult'))
}

function settled(answer: Json | Failure): Json {
  if (answer instanceof Failure) throw answer
  return answer
}

async function verifyPush(client: OktaClient, stateToken: string, factor: OktaFactor, person?: Person): Promise<Json> {
  let answer = await client.postJson(withRememberedDevice(factor.verifyUrl), { stateToken })
  person?.tell('Okta sent a push to your phone.')
  let shownNumber = ''
  for (let polls = 0; polls < pollLimit && stringMember(answer, 'factorResult') === 'WAITING'; polls += 1) {
    const challenge = member(answer, '_embedded', 'factor', '_embedded', 'challenge', 'correctAnswer')
    const number = typeof challenge === 'number' || typeof challenge === 'string' ? String(challenge) : ''
    if (number !== '' && person === undefined) throw needsPerson(factor)
    if (number !== shownNumber) person?.tell(`Choose ${number} on the phone.`)
    shownNumber = number
    await client.sleep(pollMs)
    const next = stringMember(answer, '_links', 'next', 'href') || factor.verifyUrl
    answer = await client.postJson(next, { stateToken })
  }
  const result = stringMember(answer, 'factorResult') || 'without a reason'
  if (stringMember(answer, 'status') === 'MFA_CHALLENGE')
    throw new Failure('aws_factor_push_ended', { detail: { result } })
  return answer
}

async function verifyAsked(client: OktaClient, stateToken: string, factor: OktaFactor, person?: Person): Promise<Json> {
  if (person === undefined) throw needsPerson(factor)
  const isSent = ['sms', 'call', 'email'].includes(factor.factorType)
  const url = withRememberedDevice(factor.verifyUrl)
  if (isSent) await client.postJson(url, { stateToken })
  const typed = await person.ask(
    isSent ? `Code that Okta sent (${factor.factorType}): ` : `Answer for ${factor.factorType}: `,
  )
  const field = factor.factorType === 'question' ? 'answer' : 'passCode'
  return client.postJson(url, { stateToken, [field]: typed.trim() })
}

function needsPerson(factor: OktaFactor): Failure {
  return new Failure('aws_factor_needs_person', { detail: { factor: factor.factorType } })
}

function withRememberedDevice(verifyUrl: string): string {
  const url = new URL(verifyUrl)
  url.searchParams.set('rememberDevice', 'true')
  return url.href
}
