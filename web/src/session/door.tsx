import { type ReactNode, useEffect } from 'react'
import { Wordmark } from '../look/mark.tsx'
import { noteEarlierPage, usePageTitle } from '../parts/page.tsx'
import { useKeptFocus } from '../shell/kept-focus.ts'

interface DoorProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly isWide?: boolean
  readonly children: ReactNode
}

/** The frame of every page that needs no session. */
export function Door({ title, lead, isWide = false, children }: DoorProps) {
  usePageTitle(title)
  useEffect(noteEarlierPage, [])
  useKeptFocus()
  return (
    <main className="ww-door" id="page">
      <Wordmark size={36} />
      <div className="ww-surface ww-door-card" {...(isWide ? { 'data-wide': '' } : {})}>
        <h1 className="ww-title" style={{ fontSize: '1.35rem' }}>
          {title}
        </h1>
        {lead !== undefined && <p className="ww-lead">{lead}</p>}
        <div style={{ marginTop: '1.5rem' }}>{children}</div>
      </div>
    </main>
  )
}
