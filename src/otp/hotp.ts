import { Failure } from '../errors/failure.ts'
import { type Algorithm, assertCounter, assertDigits } from './account.ts'
import { type PreparedSecret, prepareOnce, truncatedHmac } from './hmac.ts'

const largestCounter = 0xffff_ffff_ffff_ffffn

/** How a counter becomes a code. */
export interface HotpOptions {
  /** SHA1 unless said otherwise. */
  readonly algorithm?: Algorithm
  /** 6 unless said otherwise. */
  readonly digits?: number
}

/**
 * The code of one counter value.
 *
 * @param secret - raw key bytes, already decoded from Base32
 * @param counter - a whole number; above 2^53 as bigint
 * @returns decimal digits, zero-padded to `digits` characters
 * @throws {@link Failure} `otp_digits_out_of_range` unless 4 to 10 digits are asked for,
 *   `otp_counter_out_of_range` when the counter does not fit 8 bytes
 * @see RFC 4226 section 5
 */
export function hotp(secret: Uint8Array, counter: number | bigint, options: HotpOptions = {}): string {
  const { algorithm = 'SHA1', digits = 6 } = options
  return hotpPrepared(prepareOnce(secret, algorithm), counter, digits)
}

/** {@link hotp} for a secret that makes many codes. */
export function hotpPrepared(prepared: PreparedSecret, counter: number | bigint, digits: number): string {
  assertDigits(digits)
  if (typeof counter === 'number') assertCounter(counter)
  else if (counter < 0n || counter > largestCounter) {
    throw new Failure('otp_counter_out_of_range', { detail: { max: largestCounter.toString() } })
  }
  return String(truncatedHmac(prepared, counter) % 10 ** digits).padStart(digits, '0')
}
