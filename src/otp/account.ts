import { Failure } from '../errors/failure.ts'

/** The hash below the HMAC (RFC 6238 section 1.2). */
export type Algorithm = 'SHA1' | 'SHA256' | 'SHA512'

/** How an account makes its codes: from time, from a counter, or Steam's letters from time. */
export type OtpType = 'totp' | 'hotp' | 'steam'

/** Fewest digits we read; realms issue at least 6. */
const minDigits = 4
/** Most digits we read: dynamic truncation yields 31 bits, ten decimal digits (RFC 4226 section 5.3). */
const maxDigits = 10
/** Longest period we read, one day. */
const maxPeriodSeconds = 86_400
/** Below this many bytes (128 bits, RFC 4226 R6) a secret is read with a warning. */
export const recommendedSecretBytes = 16

/**
 * One account as every importer yields it and every exporter takes it.
 *
 * `issuer` and `name` carry no blanks at their ends; `issuer` may be empty.
 */
export interface OtpAccount {
  readonly type: OtpType
  /** The raw key, already decoded. */
  readonly secret: Uint8Array
  readonly algorithm: Algorithm
  /** 4 to 10; always 5 for Steam. */
  readonly digits: number
  /** 1 to 86400; means nothing for HOTP, where it is 30. */
  readonly periodSeconds: number
  /** The NEXT counter to use; means nothing unless the type is HOTP, where it is 0. */
  readonly counter: number
  readonly issuer: string
  readonly name: string
  readonly tags: readonly string[]
  readonly note?: string
  /** An address or picture as text, kept as data and never fetched (T61). */
  readonly icon?: string
  /** Parameters of the URI we do not know, kept for the way back. */
  readonly otherParameters?: Readonly<Record<string, string>>
}

/** What an account must at least say; everything else has a default. */
export type AccountSeed = Pick<OtpAccount, 'secret'> & Partial<OtpAccount>

/**
 * Completes an account with the defaults every authenticator shares: TOTP, SHA1, 6 digits, 30 seconds, counter 0.
 *
 * Steam knows one shape only (SHA1, 5 letters, 30 seconds), whatever the seed says.
 *
 * @throws {@link Failure} when the secret is empty, or digits, period or counter are out of range
 */
export function completeAccount(seed: AccountSeed): OtpAccount {
  const { type = 'totp', algorithm = 'SHA1', digits = 6, periodSeconds = 30, counter = 0 } = seed
  const { issuer = '', name = '', tags = [], ...rest } = seed
  if (seed.secret.length === 0) throw new Failure('otp_secret_empty')
  const common = { ...rest, type, issuer: issuer.trim(), name: name.trim(), tags }
  if (type === 'steam') return { ...common, algorithm: 'SHA1', digits: 5, periodSeconds: 30, counter: 0 }
  assertDigits(digits)
  if (type === 'hotp') {
    assertCounter(counter, largestNextCounter)
    return { ...common, algorithm, digits, periodSeconds: 30, counter }
  }
  assertPeriod(periodSeconds)
  return { ...common, algorithm, digits, periodSeconds, counter: 0 }
}

/**
 * The algorithm behind any spelling in the wild: `sha1`, `SHA-256`, `HmacSHA512`, `Algorithm.sha256`.
 *
 * @throws {@link Failure} `otp_algorithm_unknown`: falling back to SHA1 would show wrong codes in silence
 */
export function parseAlgorithm(text: string): Algorithm {
  const bare = text.toUpperCase().replace(/[^A-Z0-9]/g, '')
  switch (bare.replace(/^ALGORITHM/, '').replace(/^HMAC/, '')) {
    case 'SHA1':
      return 'SHA1'
    case 'SHA256':
      return 'SHA256'
    case 'SHA512':
      return 'SHA512'
    default:
      throw new Failure('otp_algorithm_unknown')
  }
}

/** @throws {@link Failure} `otp_digits_out_of_range` unless 4 to 10 */
export function assertDigits(digits: number): void {
  if (Number.isInteger(digits) && digits >= minDigits && digits <= maxDigits) return
  throw new Failure('otp_digits_out_of_range', { detail: { min: minDigits, max: maxDigits } })
}

/** @throws {@link Failure} `otp_period_out_of_range` unless a whole number from 1 to 86400 */
export function assertPeriod(periodSeconds: number): void {
  if (Number.isInteger(periodSeconds) && periodSeconds >= 1 && periodSeconds <= maxPeriodSeconds) return
  throw new Failure('otp_period_out_of_range', { detail: { min: 1, max: maxPeriodSeconds } })
}

/** A counter that is kept is counted on: it must not begin at the end of what a number tells exactly. */
const largestNextCounter = 2 ** 52

/** @throws {@link Failure} `otp_counter_out_of_range` unless a whole number we can count exactly, up to `max` */
export function assertCounter(counter: number, max = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(counter) && counter >= 0 && counter <= max) return
  throw new Failure('otp_counter_out_of_range', { detail: { max } })
}
