import type { ReactNode } from 'react'
import { Wordmark } from '../look/mark.tsx'
import { usePageTitle } from '../parts/page.tsx'

interface DoorProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly isWide?: boolean
  readonly children: ReactNode
}

/** The frame of every page that needs no session. */
export function Door({ title, lead, isWide = false, children }: DoorProps) {
  usePageTitle(title)
  return (
    <main className="ww-door">
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
