import { normaliseCode } from '../../otp/match.ts'
import type { Watchword } from '../watchword.ts'

/** What a service shows to say who it is. */
export interface ServiceProof {
  readonly name: string
  readonly realm: string
  readonly code: string
}

/** A service that proved itself. */
export interface VerifiedService {
  readonly name: string
  readonly realm: string
}

/** Whoever can say whether a code is a service's. */
export interface ServiceVerifier {
  verify(name: string, realm: string, code: string): Promise<boolean>
}

/** Verifies over the native API; the token needs `verify:REALM` for each realm that is asked for. */
export function verifierOver(watchword: Pick<Watchword, 'verify'>): ServiceVerifier {
  return { verify: async (name, realm, code) => (await watchword.verify(realm, name, code)).accepted }
}

/**
 * The proof in the body of a request: `auth_name`, `auth_realm`, `auth_token`, or `name`, `realm`, `token`.
 * A lone or incomplete set is no proof.
 *
 * @returns null when there is none
 */
export function proofInBody(body: unknown): ServiceProof | null {
  if (typeof body !== 'object' || body === null) return null
  const fields: Record<string, unknown> = { ...body }
  const prefix = Object.keys(fields).some((name) => name.startsWith('auth_')) ? 'auth_' : ''
  const [name, realm, token] = ['name', 'realm', 'token'].map((field) => fields[prefix + field])
  if (typeof name !== 'string' || name === '' || typeof realm !== 'string' || realm === '') return null
  const text = typeof token === 'number' ? String(token).padStart(6, '0') : token
  const code = typeof text === 'string' ? normaliseCode(text) : null
  return code === null ? null : { name, realm, code }
}
