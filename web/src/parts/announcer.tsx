import { VisuallyHidden } from '@mantine/core'
import { createContext, type ReactNode, use, useCallback, useState } from 'react'

const AnnounceContext = createContext<(text: string) => void>(() => {})

/** Says a sentence to screen readers, politely; the last one wins. */
export function useAnnounce(): (text: string) => void {
  return use(AnnounceContext)
}

/** Holds the one live region of the console. */
export function AnnouncerProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', turn: 0 })
  const announce = useCallback((text: string) => setSaid(({ turn }) => ({ text, turn: turn + 1 })), [])
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
