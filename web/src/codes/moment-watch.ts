import { serverClock } from '../server/clock.ts'

const comingBack = ['visibilitychange', 'pageshow', 'focus'] as const

/**
 * Calls `look` at a moment of the server's time, and whenever the visitor comes back to the page before or after
 * it: timers sleep with the device and in the background.
 *
 * @returns what ends the watch
 */
export function watchMoment(atMs: number, look: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>
  const wait = () => {
    timer = setTimeout(reach, Math.max(0, atMs - serverClock.nowMs()))
  }
  // Each answer sets the clock anew, some milliseconds back as well: a timer of before is early then.
  const reach = () => (serverClock.nowMs() < atMs ? wait() : look())
  wait()
  for (const event of comingBack) addEventListener(event, look, true)
  return () => {
    clearTimeout(timer)
    for (const event of comingBack) removeEventListener(event, look, true)
  }
}
