import { hotpPrepared } from './hotp.ts'
import type { PreparedSecret } from './hmac.ts'
import { stepAt } from './totp.ts'

/** The steps a code may belong to. */
export interface MatchWindow {
  /** Unix time in milliseconds. */
  readonly atMs: number
  readonly periodSeconds: number
  readonly digits: number
  /** Steps before the present one that are tried too. */
  readonly windowBack: number
  /** Steps after the present one that are tried too. */
  readonly windowForward: number
}

/** Where each script's digits start: ASCII, full-width, Arabic-Indic, Persian, Devanagari, Bengali, Thai. */
const zeros = [0x30, 0xff10, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50]

/** Longer than any code with every digit set apart by several blanks. */
const longestTyped = 64

/**
 * A typed code in its one canonical form: ASCII digits without blanks or invisible marks.
 *
 * Called once at the door, so that no later comparison sees two spellings of one code (T01).
 *
 * @returns null when the text is empty or holds anything but digits and blanks
 */
export function normaliseCode(text: string): string | null {
  if (text.length > longestTyped) return null
  let code = ''
  for (const character of text.replace(/[\s\p{Cf}]/gu, '')) {
    const digit = digitOf(character.codePointAt(0) ?? 0)
    if (digit === null) return null
    code += digit
  }
  return code === '' ? null : code
}

/**
 * Every step of the window whose code equals `code`, ascending; usually none or one.
 *
 * Always computes every step and compares in constant time: stopping at the first match would
 * reveal clock drift, and two steps may share a code.
 *
 * @param code - in canonical form, see {@link normaliseCode}
 * @see RFC 6238 section 5.2
 */
export function matchSteps(prepared: PreparedSecret, code: string, window: MatchWindow): number[] {
  const now = stepAt(window.atMs, window.periodSeconds)
  const steps: number[] = []
  for (let step = Math.max(0, now - window.windowBack); step <= now + window.windowForward; step++) {
    if (isSameCode(hotpPrepared(prepared, step, window.digits), code)) steps.push(step)
  }
  return steps
}

/** Whether two codes are equal, in a time that depends on the length only. */
export function isSameCode(expected: string, given: string): boolean {
  let difference = expected.length ^ given.length
  for (let index = 0; index < expected.length; index++) {
    difference |= expected.charCodeAt(index) ^ given.charCodeAt(index)
  }
  return difference === 0
}

function digitOf(codePoint: number): number | null {
  for (const zero of zeros) {
    if (codePoint >= zero && codePoint <= zero + 9) return codePoint - zero
  }
  return null
}
