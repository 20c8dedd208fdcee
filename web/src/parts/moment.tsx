import { Tooltip } from '@mantine/core'
import { useState, useSyncExternalStore } from 'react'
import { serverClock } from '../server/clock.ts'
import { useWords } from '../words/words.tsx'

/** A moment as people say it. The exact time comes with the mouse or the keyboard, and stays after a press or a tap. */
export function Moment({ atMs }: { atMs: number | null }) {
  const { t, instant, distance } = useWords()
  const [isExact, setExact] = useState(false)
  useSyncExternalStore(onPassing, passed)
  if (atMs === null) return <>{t('word.never')}</>
  return (
    <Tooltip label={instant(atMs)} events={{ hover: true, focus: true, touch: false }} disabled={isExact}>
      <button type="button" className="ww-moment" onClick={() => setExact(!isExact)}>
        <time dateTime={new Date(atMs).toISOString()}>
          {isExact ? instant(atMs) : distance(atMs, serverClock.nowMs())}
        </time>
      </button>
    </Tooltip>
  )
}

/** How often moments are said anew: a page may stay open for hours. */
const passingMs = 30_000
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

// One timer for all of them: a list may hold hundreds.
function onPassing(listener: () => void): () => void {
  if (listeners.size === 0) timer = setInterval(() => listeners.forEach((hear) => hear()), passingMs)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearInterval(timer)
  }
}

function passed(): number {
  return Math.floor(serverClock.nowMs() / passingMs)
}
