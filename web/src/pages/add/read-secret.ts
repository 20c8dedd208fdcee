import { isFailure } from '../../../../src/errors/failure.ts'
import type { Remark } from '../../../../src/errors/remarks.ts'
import type { Algorithm, OtpType } from '../../../../src/otp/account.ts'
import { decodeBase32, encodeBase32 } from '../../../../src/otp/base32.ts'
import { parseOtpauthUri } from '../../../../src/otp/otpauth-uri.ts'

/** How codes come out of a secret. */
export interface CodeShape {
  readonly type: OtpType
  readonly algorithm: Algorithm
  readonly digits: number
  readonly periodSeconds: number
  readonly counter: number
}

export const usualShape: CodeShape = { type: 'totp', algorithm: 'SHA1', digits: 6, periodSeconds: 30, counter: 0 }

/** What somebody typed or pasted, understood as far as it goes. */
export type ReadSecret =
  | { readonly kind: 'empty' }
  /** A transfer of Google Authenticator: may hold several accounts, the server takes it apart. */
  | { readonly kind: 'migration' }
  /** `code` names the failure, `message` says it in English. */
  | { readonly kind: 'wrong'; readonly code: string; readonly message: string }
  | {
      readonly kind: 'secret'
      readonly secretBase32: string
      readonly shape: CodeShape | null
      readonly issuer: string
      readonly name: string
      readonly tags: readonly string[]
      readonly warnings: readonly Remark[]
    }

/**
 * Reads a Base32 secret or an otpauth URI as the server will, at each key press.
 *
 * `shape` is null for a bare secret, which says nothing of it.
 */
export function readSecret(text: string): ReadSecret {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'empty' }
  if (/^otpauth-migration:/i.test(trimmed)) return { kind: 'migration' }
  try {
    return isUri(trimmed) ? readUri(trimmed) : readBare(trimmed)
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown
    return { kind: 'wrong', code: thrown.code, message: thrown.message }
  }
}

/** Whether a text means to be a URI rather than a secret. */
export function isUri(text: string): boolean {
  return /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text)
}

function readUri(uri: string): ReadSecret {
  const { account, warnings } = parseOtpauthUri(uri)
  const { type, algorithm, digits, periodSeconds, counter, issuer, name, tags } = account
  const shape = { type, algorithm, digits, periodSeconds, counter }
  return { kind: 'secret', secretBase32: encodeBase32(account.secret), shape, issuer, name, tags, warnings }
}

function readBare(text: string): ReadSecret {
  const secretBase32 = encodeBase32(decodeBase32(text))
  return { kind: 'secret', secretBase32, shape: null, issuer: '', name: '', tags: [], warnings: [] }
}
