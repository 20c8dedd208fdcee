import { Note } from '../parts/note.tsx'
import { useWords } from '../words/words.tsx'
import { Door } from './door.tsx'

/** A page of a one-time link that was opened without the link's secret part. */
export function LinkNeeded({ why }: { why: string }) {
  const { t } = useWords()
  return (
    <Door title={t('setup.noToken')}>
      <Note tone="warn">{why}</Note>
    </Door>
  )
}
