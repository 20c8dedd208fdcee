import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react'
import { useWords } from '../words/words.tsx'

interface PageProps {
  readonly title: string
  /** The way back to the list this stands in. */
  readonly back?: ReactNode
  readonly lead?: ReactNode
  readonly actions?: ReactNode
  readonly isNarrow?: boolean
  readonly children: ReactNode
}

let isFirstPage = true

/** Says that something else stood here before: the next page is new to whoever hears it. */
export function noteEarlierPage(): void {
  isFirstPage = false
}

const InPage = createContext(false)

/** Whether a page with its heading is around; what stands alone needs one of its own. */
export function useIsInPage(): boolean {
  return useContext(InPage)
}

/** A page: its heading, a sentence, its actions. Names the tab and takes the focus when one comes from another page. */
export function Page({ title, back, lead, actions, isNarrow = false, children }: PageProps) {
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
          {back}
          <h1 className="ww-title" ref={heading} tabIndex={-1} dir="auto">
            {title}
          </h1>
          {lead !== undefined && <p className="ww-lead">{lead}</p>}
        </div>
        {actions !== undefined && (
          <div className="ww-page-actions ww-no-print" {...(back === undefined ? {} : { 'data-low': '' })}>
            {actions}
          </div>
        )}
      </header>
      <InPage value>{children}</InPage>
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
