import { assertPeriod } from './account.ts'
import { hotp, type HotpOptions } from './hotp.ts'

/** How a moment becomes a code. */
export interface TotpOptions extends HotpOptions {
  /** 30 unless said otherwise. */
  readonly periodSeconds?: number
}

/**
 * The code an authenticator shows at one moment.
 *
 * @param secret - raw key bytes, already decoded from Base32
 * @param atMs - Unix time in milliseconds
 * @returns decimal digits, zero-padded to `digits` characters
 * @throws {@link Failure} `otp_digits_out_of_range` unless 4 to 10 digits are asked for,
 *   `otp_period_out_of_range` unless the period is 1 to 86400 seconds
 * @see RFC 6238 section 4.2
 */
export function totp(secret: Uint8Array, atMs: number, options: TotpOptions = {}): string {
  return hotp(secret, stepAt(atMs, options.periodSeconds ?? 30), options)
}

/**
 * The number of whole periods since 1970, RFC 6238's T.
 *
 * @throws {@link Failure} `otp_period_out_of_range` unless the period is 1 to 86400 seconds
 */
export function stepAt(atMs: number, periodSeconds: number): number {
  assertPeriod(periodSeconds)
  return Math.floor(atMs / 1000 / periodSeconds)
}
