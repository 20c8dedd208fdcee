import type { RevealAnswer } from '../../api/accounts.ts'
import { hotp } from '../../otp/hotp.ts'
import { steamCode } from '../../otp/steam.ts'
import type { CodeShape } from './account.ts'
import { stepTimes } from './lease.ts'

/** One code and when it is good; `step` is the counter for accounts that count. */
export type TimedCode = Pick<RevealAnswer, 'code' | 'step' | 'validFromMs' | 'validUntilMs'>

/**
 * The code of one step. A counted code lasts until it is used: its two times are both the present one.
 *
 * @param secret - raw key bytes
 */
export function codeOfStep(shape: CodeShape, secret: Uint8Array, step: number, nowMs: number): TimedCode {
  const { type, algorithm, digits, periodSeconds } = shape
  const { startMs, endMs } = stepTimes(step, periodSeconds)
  switch (type) {
    case 'hotp':
      return { code: hotp(secret, step, { algorithm, digits }), step, validFromMs: nowMs, validUntilMs: nowMs }
    case 'steam':
      return { code: steamCode(secret, startMs), step, validFromMs: startMs, validUntilMs: endMs }
    case 'totp':
      return { code: hotp(secret, step, { algorithm, digits }), step, validFromMs: startMs, validUntilMs: endMs }
  }
}
