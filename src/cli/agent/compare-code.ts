import type { Algorithm, OtpAccount } from '../../otp/account.ts'
import { codeOf } from '../../otp/code.ts'

/** What a code of another app says about an account of ours. */
export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'clock'; readonly seconds: number }
  | { readonly kind: 'counter'; readonly counter: number; readonly ahead: number }
  | {
      readonly kind: 'parameters'
      readonly algorithm: Algorithm
      readonly digits: number
      readonly periodSeconds: number
    }
  | { readonly kind: 'different' }

const furthestClockMs = 10 * 60_000
const furthestCounter = 50
const algorithms: readonly Algorithm[] = ['SHA1', 'SHA256', 'SHA512']
const periods = [30, 60, 15, 20, 10, 50, 90]

/**
 * Finds how a code could have come about: as ours, with another clock or counter, or with other parameters.
 *
 * Nearer explanations are tried first; with six digits, a code that fits by chance is one in ten thousand or so.
 *
 * @param code - in canonical form, as the other app shows it at `nowMs`
 */
export function compareCode(account: OtpAccount, code: string, nowMs: number): Comparison {
  if (codeOf(account, nowMs) === code) return { kind: 'same' }
  if (account.type === 'hotp') return compareCounter(account, code)
  return compareClock(account, code, nowMs) ?? compareParameters(account, code, nowMs) ?? { kind: 'different' }
}

function compareCounter(account: OtpAccount, code: string): Comparison {
  for (let distance = 1; distance <= furthestCounter; distance++) {
    for (const ahead of [distance, -distance]) {
      const counter = account.counter + ahead
      if (counter >= 0 && codeOf({ ...account, counter }, 0) === code) return { kind: 'counter', counter, ahead }
    }
  }
  return { kind: 'different' }
}

function compareClock(account: OtpAccount, code: string, nowMs: number): Comparison | null {
  const periodMs = account.periodSeconds * 1000
  for (let shiftMs = periodMs; shiftMs <= furthestClockMs; shiftMs += periodMs) {
    for (const signedMs of [shiftMs, -shiftMs]) {
      if (codeOf(account, nowMs + signedMs) === code) return { kind: 'clock', seconds: signedMs / 1000 }
    }
  }
  return null
}

function compareParameters(account: OtpAccount, code: string, nowMs: number): Comparison | null {
  const digits = code.length
  if (account.type === 'steam' || digits < 4 || digits > 10) return null
  for (const periodSeconds of periods) {
    for (const algorithm of algorithms) {
      const varied = { ...account, algorithm, digits, periodSeconds }
      if (codeOf(varied, nowMs) === code) return { kind: 'parameters', algorithm, digits, periodSeconds }
    }
  }
  return null
}
