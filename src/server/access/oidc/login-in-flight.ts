import { openBytes, sealBytes } from '../../../crypto/sealing.ts'
import type { SignOnDemand } from './demand.ts'

/** What a browser carries while its person is at the provider. */
export interface LoginInFlight {
  readonly state: string
  readonly nonce: string
  readonly codeVerifier: string
  readonly redirectUri: string
  readonly returnTo: string
  readonly purpose: 'console' | 'gate'
  readonly expiresAtMs: number
  /** A login for which the provider has to ask for a proof now. */
  readonly isAgain?: boolean
  /** The gate's "Stay logged in". */
  readonly remembers?: boolean
  /** A new proof of this session's person instead of a new login, and what is asked of it. */
  readonly proof?: { readonly sessionId: string; readonly demand: SignOnDemand }
}

/** How long somebody may take at the provider. */
export const inFlightForMs = 15 * 60_000

const sealId = 'in-flight'
const place = { table: 'cookie', column: 'sign_on', row: '' }

/**
 * Seals a login in flight into its cookie. Nothing is kept here, so that strangers who begin logins cost no memory,
 * and the answer of the provider counts in the browser alone that asked for it (T64: no login CSRF).
 */
export function sealInFlight(key: Uint8Array, login: LoginInFlight): string {
  return Buffer.from(sealBytes(key, sealId, Buffer.from(JSON.stringify(login), 'utf8'), place)).toString('base64url')
}

/** Opens it again; null when it is forged, damaged, of another key or too old. */
export function openInFlight(key: Uint8Array, cookie: string, nowMs: number): LoginInFlight | null {
  try {
    const opened = openBytes(key, Buffer.from(cookie, 'base64url'), place)
    const login = JSON.parse(Buffer.from(opened).toString('utf8')) as LoginInFlight
    return nowMs < login.expiresAtMs ? login : null
  } catch {
    return null
  }
}
