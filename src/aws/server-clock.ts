import { clockOffsetMs } from './clock-offset.ts'
import type { Transport } from './transport.ts'

/** A transport that knows what time it is at the other end. */
export interface ClockedTransport extends Transport {
  /** How far the other end is ahead of our own clock, in milliseconds; 0 before its first answer. */
  offsetMs(): number
}

/**
 * The same transport with the clock of whoever answers: `nowMs` follows the `Date` header of the last answer.
 *
 * A code is made for the clock that judges it, and ours may be wrong.
 */
export function withServerClock(transport: Transport): ClockedTransport {
  let offsetMs = 0
  return {
    sleep: transport.sleep,
    nowMs: () => transport.nowMs() + offsetMs,
    offsetMs: () => offsetMs,
    async fetch(url, options) {
      const answer = await transport.fetch(url, options)
      offsetMs = clockOffsetMs(answer.headers.get('date'), transport.nowMs()) ?? offsetMs
      return answer
    },
  }
}
