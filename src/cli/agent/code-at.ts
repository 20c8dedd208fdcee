import type { OtpAccount } from '../../otp/account.ts'
import { codeOf } from '../../otp/code.ts'
import { stepAt } from '../../otp/totp.ts'

/** A code with the time it is good for. A counter's code has no time. */
export interface ShownCode {
  readonly code: string
  readonly validFromMs: number | null
  readonly validUntilMs: number | null
  /** The counter of a HOTP code, else null. */
  readonly counter: number | null
}

/** The code of an account at a moment, in Unix milliseconds; for HOTP the one of its next counter. */
export function codeAt(account: OtpAccount, atMs: number): ShownCode {
  const code = codeOf(account, atMs)
  if (account.type === 'hotp') return { code, validFromMs: null, validUntilMs: null, counter: account.counter }
  const periodMs = account.periodSeconds * 1000
  const validFromMs = stepAt(atMs, account.periodSeconds) * periodMs
  return { code, validFromMs, validUntilMs: validFromMs + periodMs, counter: null }
}

/** Whole seconds a code is still good for, rounded up; null for a counter's code. */
export function secondsLeft({ validUntilMs }: ShownCode, nowMs: number): number | null {
  return validUntilMs === null ? null : Math.max(0, Math.ceil((validUntilMs - nowMs) / 1000))
}
