import { serverClock } from '../server/clock.ts'

const comingBack = ['visibilitychange', 'pageshow', 'focus'] as const

/**
 * Calls `look` at a moment of the server's time, and whenever the visitor comes back to the page before or after
 * it: timers sleep with the device and in the background.
 *
 * @returns what ends the watch
 */
export function watchMoment(atMs: number, look: () => void): () => void {
  const timer = setTimeout(look, Math.max(0, atMs - serverClock.nowMs()))
  for (const event of comingBack) addEventListener(event, look, true)
  return () => {
    clearTimeout(timer)
    for (const event of comingBack) removeEventListener(event, look, true)
  }
}
