import { VisuallyHidden } from '@mantine/core'
import { createContext, type ReactNode, use, useCallback, useEffect, useState } from 'react'
import { watchMoment } from '../codes/moment-watch.ts'
import { serverClock } from '../server/clock.ts'

/** Says a sentence; what holds a code is taken out of the page at `untilMs` of the server's time. */
type Announce = (text: string, untilMs?: number) => void

const AnnounceContext = createContext<Announce>(() => {})

/** Says a sentence to screen readers, politely; the last one wins. */
export function useAnnounce(): Announce {
  return use(AnnounceContext)
}

/** Holds the one live region of the console. */
export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', untilMs: Infinity, turn: 0 })
  const announce = useCallback<Announce>(
    (text, untilMs = Infinity) => setSaid(({ turn }) => ({ text, untilMs, turn: turn + 1 })),
    [],
  )
  const { untilMs } = said
  useEffect(() => {
    if (untilMs === Infinity) return
    return watchMoment(untilMs, () => {
      if (serverClock.nowMs() >= untilMs) announce('')
    })
  }, [untilMs, announce])
  return (
    <AnnounceContext value={announce}>
      {children}
      <VisuallyHidden component="output" aria-live="polite" aria-atomic="true">
        {/* The same sentence twice is heard twice: a new element is a change. */}
        <span key={said.turn}>{said.text}</span>
      </VisuallyHidden>
    </AnnounceContext>
  )
}
