import type { Account, RevealAnswer } from '../contract.ts'
import { isAlive } from './lifetime.ts'

/** How long a code stays in view and is renewed; after that it is asked for again, by a person. */
export const shownForMs = 120_000
/** How long a counted code stays in view: it does not end by itself. */
export const countedShownForMs = 60_000
/** In the last so many milliseconds of a step the server hands out the next code too. */
const nextCodeMs = 10_000

/**
 * What may stand on the screen at a moment: the code itself, the next one once its step begins, or nothing.
 *
 * A counted code has no end of its own.
 */
export function codeAt(answer: RevealAnswer, type: Account['type'], nowMs: number): RevealAnswer | null {
  if (type === 'hotp' || isAlive(answer, nowMs)) return answer
  const { next, ...rest } = answer
  if (next === undefined || !isAlive(next, nowMs)) return null
  return { ...rest, ...next }
}

/** Whether the next code may be asked for now, and is not here yet. */
export function mayAskNext(answer: RevealAnswer, type: Account['type'], nowMs: number): boolean {
  return type !== 'hotp' && answer.next === undefined && answer.validUntilMs - nowMs <= nextCodeMs
}
