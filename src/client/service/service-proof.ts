import { isFailure } from '../../errors/failure.ts'
import { normaliseCode } from '../../otp/match.ts'
import { Refusal } from '../failures.ts'
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

/**
 * Verifies over the native API; the token needs `verify:REALM` for each realm whose services are let in. Whoever names
 * another realm, or what no service can be called, is not verified.
 */
export function verifierOver(watchword: Pick<Watchword, 'verify'>): ServiceVerifier {
  return {
    async verify(name, realm, code) {
      try {
        return (await watchword.verify(realm, name, code)).accepted
      } catch (error) {
        if (isAboutProof(error)) return false
        throw error
      }
    },
  }
}

// Not that nobody could be asked: the server, or the address itself, said no to what the caller sent.
function isAboutProof(error: unknown): boolean {
  if (error instanceof Refusal) return [400, 403, 404].includes(error.status)
  return isFailure(error, 'client_parameter_dots')
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
