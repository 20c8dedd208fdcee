import { Button, Loader } from '@mantine/core'
import {
  IconCloudOff,
  IconLock,
  IconMoodEmpty,
  IconRefresh,
  IconSeeding,
  IconZoomExclamation,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Loading } from '../server/queries.ts'
import { type Trouble, troubleOf } from '../server/trouble.ts'
import { useWords } from '../words/words.tsx'
import { useIsInPage, usePageTitle } from './page.tsx'
import { useTroubleText } from './trouble-note.tsx'

interface FacesProps<T> {
  readonly of: Loading<T>
  /** Shown instead of `children` when there is nothing; without it nothing counts as empty. */
  readonly empty?: ReactNode
  readonly isEmpty?: (data: T) => boolean
  readonly children: (data: T) => ReactNode
}

/** The four faces of a page: loading, failed with a way on, empty, ready. */
export function Faces<T>({ of: pending, empty, isEmpty, children }: FacesProps<T>) {
  if (pending.data !== undefined) {
    if (empty !== undefined && isEmpty?.(pending.data) === true) return empty
    return (
      <>
        {pending.error !== null && (
          <StaleNote trouble={troubleOf(pending.error)} onRetry={() => void pending.refetch()} />
        )}
        {children(pending.data)}
      </>
    )
  }
  if (pending.error !== null) {
    return <FailedFace trouble={troubleOf(pending.error)} onRetry={() => void pending.refetch()} />
  }
  return <LoadingFace />
}

/** Waiting, said to screen readers too. */
export function LoadingFace() {
  const { t } = useWords()
  return (
    <output className="ww-face">
      <Loader type="dots" aria-hidden />
      <span className="ww-quiet">{t('word.loading')} …</span>
    </output>
  )
}

interface EmptyFaceProps {
  readonly title: string
  readonly why?: string
  readonly icon?: ReactNode
  readonly children?: ReactNode
}

/** Nothing here yet, and what to do about it. */
export function EmptyFace({ title, why, icon = <IconSeeding size={28} stroke={1.6} />, children }: EmptyFaceProps) {
  return (
    <div className="ww-face">
      <div className="ww-face-icon" aria-hidden="true">
        {icon}
      </div>
      <h2>{title}</h2>
      {why !== undefined && <p>{why}</p>}
      {children}
    </div>
  )
}

interface FailedFaceProps {
  readonly trouble: Trouble
  onRetry(): void
}

/** What went wrong in words, and the way on. */
export function FailedFace({ trouble, onRetry }: FailedFaceProps) {
  const { t } = useWords()
  const { title, why } = useTroubleText(trouble)
  const isInPage = useIsInPage()
  const isFinal = trouble.kind === 'forbidden' || trouble.kind === 'missing'
  return (
    <div className="ww-face" data-tone="bad" role="alert">
      <div className="ww-face-icon" aria-hidden="true">
        <TroubleIcon kind={trouble.kind} />
      </div>
      {isInPage ? <h2>{title}</h2> : <AloneTitle title={title} />}
      <p>{why}</p>
      {isFinal ? (
        <Button component={Link} href="/" variant="light">
          {t('do.home')}
        </Button>
      ) : (
        <Button variant="light" leftSection={<IconRefresh size={16} />} onClick={onRetry}>
          {t('do.retry')}
        </Button>
      )}
    </div>
  )
}

// Where a whole page failed to come, this is its heading, and the tab says so.
function AloneTitle({ title }: { title: string }) {
  usePageTitle(title)
  return <h1>{title}</h1>
}

function TroubleIcon({ kind }: { kind: Trouble['kind'] }) {
  if (kind === 'offline') return <IconCloudOff size={28} stroke={1.6} />
  if (kind === 'forbidden' || kind === 'session') return <IconLock size={28} stroke={1.6} />
  if (kind === 'missing') return <IconZoomExclamation size={28} stroke={1.6} />
  return <IconMoodEmpty size={28} stroke={1.6} />
}

// What was loaded before stays in view; the note says that it may be old.
function StaleNote({ trouble, onRetry }: FailedFaceProps) {
  const { t } = useWords()
  const { title } = useTroubleText(trouble)
  return (
    <output className="ww-note" data-tone="warn" style={{ marginBottom: '1rem', alignItems: 'center' }}>
      <IconCloudOff size={18} aria-hidden />
      <span style={{ flex: 1 }}>{title}</span>
      <Button size="compact-sm" variant="subtle" onClick={onRetry}>
        {t('do.retry')}
      </Button>
    </output>
  )
}
