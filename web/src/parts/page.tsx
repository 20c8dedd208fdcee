import { type ReactNode, useEffect, useRef } from 'react'
import { useWords } from '../words/words.tsx'

interface PageProps {
  readonly title: string
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly isNarrow?: boolean
  readonly children: ReactNode
}

let isFirstPage = true

/** A page: its heading, a sentence, its actions. Names the tab and takes the focus when one comes from another page. */
export function Page({ title, lead, actions, isNarrow = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  usePageTitle(title)
  useEffect(() => {
    // The first page leaves the focus where browsers put it; later ones must say that they are new.
    if (!isFirstPage && document.activeElement?.closest('[data-keeps-focus]') === null) heading.current?.focus()
    isFirstPage = false
  }, [])
  return (
    <div className="ww-page" {...(isNarrow ? { 'data-narrow': '' } : {})}>
      <header className="ww-page-head">
        <div style={{ minWidth: 0, flex: '1 1 18rem' }}>
          <h1 className="ww-title" ref={heading} tabIndex={-1} dir="auto">
            {title}
          </h1>
          {lead !== undefined && <p className="ww-lead">{lead}</p>}
        </div>
        {actions !== undefined && (
          <div className="ww-no-print" style={{ display: 'flex', gap: '.6rem', flexWrap: 'wrap' }}>
            {actions}
          </div>
        )}
      </header>
      {children}
    </div>
  )
}

/** Names the browser's tab. */
export function usePageTitle(title: string): void {
  const { t } = useWords()
  useEffect(() => {
    document.title = title === '' ? t('app.name') : `${title} · ${t('app.name')}`
  }, [title, t])
}
