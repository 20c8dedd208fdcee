import type { ReactNode } from 'react'

interface SurfaceProps {
  readonly title?: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  /** Lists reach the edges; everything else has room around it. */
  readonly isFlush?: boolean
  readonly children: ReactNode
}

/** A card on the page, with its own heading where it has one. */
export function Surface({ title, lead, actions, isFlush = false, children }: SurfaceProps) {
  return (
    <section className="ww-surface" {...(isFlush ? {} : { 'data-padded': '' })} style={{ marginBottom: '1.25rem' }}>
      {title !== undefined && (
        <div className="ww-surface-head">
          <div style={{ flex: '1 1 16rem', minWidth: 0 }}>
            <h2 className="ww-section-title">{title}</h2>
            {lead !== undefined && <div className="ww-quiet ww-small">{lead}</div>}
          </div>
          {actions !== undefined && <div className="ww-no-print">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  )
}
