import { Box } from '@mantine/core'
import type { ReactNode } from 'react'

interface ScrollableProps {
  readonly label: string
  readonly isSurface?: boolean
  readonly children: ReactNode
}

/** Something wider than the page may be. It takes the focus, because the keyboard must be able to scroll it too. */
export function Scrollable({ label, isSurface = false, children }: ScrollableProps) {
  return (
    <Box
      component="section"
      className={isSurface ? 'ww-scroll ww-surface' : 'ww-scroll'}
      tabIndex={0}
      aria-label={label}
    >
      {children}
    </Box>
  )
}
