import { useLayoutEffect, useState } from 'react'
import { serverClock } from '../server/clock.ts'

/**
 * The server's time, renewed at each of its seconds and whenever the page comes back into view.
 *
 * @param isRunning - while false nothing ticks
 */
export function useServerNow(isRunning = true): number {
  const [nowMs, setNowMs] = useState(() => serverClock.nowMs())
  // Before anything is painted: what stood still would be seen for a moment.
  useLayoutEffect(() => {
    if (!isRunning) return
    let timer: ReturnType<typeof setTimeout>
    const tick = () => {
      clearTimeout(timer)
      const now = serverClock.nowMs()
      setNowMs(now)
      timer = setTimeout(tick, 1000 - (now % 1000) + 5)
    }
    tick()
    document.addEventListener('visibilitychange', tick)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', tick)
    }
  }, [isRunning])
  return nowMs
}
