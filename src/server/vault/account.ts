import type { Algorithm, OtpType } from '../../otp/account.ts'
import type { SignOnDemand } from '../access/oidc/demand.ts'
import type { LeaseMode } from './lease.ts'

/** What an account asks of a person before each reveal: nothing, a recent login, a passkey, or a login at the provider. */
export type StepUp = 'off' | 'recent' | 'passkey' | 'sign-on'

/** What people read of an account; no part of it makes codes. */
export interface AccountText {
  readonly label: string
  readonly identifier: string
  readonly issuer: string
  readonly url: string
  readonly tags: readonly string[]
  readonly note: string
}

/** How an account makes its codes. `counter` is the next one to use and means nothing unless the type is `hotp`. */
export interface CodeShape {
  readonly type: OtpType
  readonly algorithm: Algorithm
  readonly digits: number
  readonly periodSeconds: number
  readonly counter: number
}

/** A shared account as it is stored. */
export interface VaultAccount extends AccountText, CodeShape {
  readonly id: string
  /** The name the totpshare door knows it by; stays while the account is live. */
  readonly publicKey: string
  readonly sealedSecret: Uint8Array
  /** Keyed hash of the secret: finds duplicates without opening anything. */
  readonly secretHash: Uint8Array
  /** Grows with every change of the secret. */
  readonly secretVersion: number
  /** The secret before, sealed, while its return is possible. */
  readonly previousSecret: Uint8Array | null
  readonly previousUntilMs: number | null
  readonly lease: LeaseMode
  readonly stepUp: StepUp
  /** What the provider has to say of that login; null unless `stepUp` is `sign-on`. */
  readonly signOnDemand: SignOnDemand | null
  /** Each reveal sends a notice. */
  readonly marked: boolean
  /** Why the secret should be replaced; null when nobody who left could have seen it. */
  readonly rotateReason: string | null
  readonly rotateSinceMs: number | null
  readonly createdBy: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly deletedAtMs: number | null
}

/** Characters of a public key: it is a part of a path, and PostgreSQL indexes no text of any length. */
export const longestPublicKey = 1000

/**
 * The name totpshare gives an account: `hex(identifier).hex(label)`, lower-case hex of UTF-8.
 *
 * @param identifier - not empty
 */
export function publicKeyOf(identifier: string, label: string): string {
  return `${Buffer.from(identifier).toString('hex')}.${Buffer.from(label).toString('hex')}`
}
