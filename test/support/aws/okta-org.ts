import { randomBytes } from 'node:crypto'
import { CodeChecker } from './code-checker.ts'
import { newSamlIssuer, type AssertionContent, type SamlIssuer } from './signed-assertion.ts'

/** A factor of a user in the double; the code of an SMS is always `sentCode`. */
export interface DoubleFactor {
  readonly id: string
  readonly factorType: string
  readonly provider: string
  readonly checker?: CodeChecker
  readonly sentCode?: string
  /** A push: how many polls it waits, the number to choose, and how it ends. */
  readonly push?: {
    readonly polls: number
    readonly number?: number
    readonly ends: 'SUCCESS' | 'REJECTED' | 'TIMEOUT'
  }
}

/** A user of the double. */
export interface DoubleUser {
  readonly login: string
  password: string
  factors: DoubleFactor[]
  /** What the user's password leads to. */
  state: 'active' | 'locked' | 'passwordWarn' | 'passwordExpired' | 'enrol'
  failures: number
}

/** An app of the double: an AWS federation app. */
export interface DoubleApp {
  readonly path: string
  readonly appId: string
  content: AssertionContent
  stepUp: boolean
}

/** A transaction of the authentication API. */
export interface Transaction {
  readonly user: DoubleUser
  readonly purpose: 'signIn' | 'stepUp'
  polls: number
  stage: 'warn' | 'enrol' | 'mfa'
}

/** A session; `steppedUp` names the apps whose own second step it has done. */
export interface Session {
  readonly login: string
  readonly steppedUp: Set<string>
}

/** Everything one org of the double knows, for tests to read and change. */
export interface OktaOrg {
  readonly issuer: SamlIssuer
  readonly users: DoubleUser[]
  readonly apps: DoubleApp[]
  readonly transactions: Map<string, Transaction>
  readonly sessionTokens: Map<string, string>
  readonly sessions: Map<string, Session>
  /** Device flow: the tokens given out, by what they are. */
  readonly deviceTokens: Map<string, 'device' | 'access' | 'id' | 'webSso'>
  /** How many polls the person takes to confirm a device sign-in; negative refuses. */
  devicePolls: number
  pipeline: 'v1' | 'idx'
  /** Wrong codes until the user is locked. */
  lockAfter: number
  /** Whether a locked user is told so, or sees a wrong password. */
  showLockOut: boolean
  /** The sign-in page carries the token of a transaction in which nobody has signed in yet. */
  announcesSignIn: boolean
  /** The next so many answers of the authentication API are 429, reset after `limitResetSeconds`. */
  limitNext: number
  limitResetSeconds: number
  /** Answers everything with an HTML error page. */
  broken: boolean
}

/** An empty org. */
export function newOktaOrg(): OktaOrg {
  return {
    issuer: newSamlIssuer('http://www.okta.com/exkDouble'),
    users: [],
    apps: [],
    transactions: new Map(),
    sessionTokens: new Map(),
    sessions: new Map(),
    deviceTokens: new Map(),
    devicePolls: 1,
    pipeline: 'v1',
    lockAfter: 5,
    showLockOut: false,
    announcesSignIn: false,
    limitNext: 0,
    limitResetSeconds: 1,
    broken: false,
  }
}

/** A TOTP factor. */
export function totpFactor(
  secretBase32: string,
  provider: 'GOOGLE' | 'OKTA' = 'GOOGLE',
  periodSeconds = 30,
): DoubleFactor {
  return {
    id: newToken('uft'),
    factorType: 'token:software:totp',
    provider,
    checker: new CodeChecker(secretBase32, periodSeconds),
  }
}

/** A random token that nothing else looks like. */
export function newToken(prefix: string): string {
  return `${prefix}${randomBytes(12).toString('hex')}`
}
