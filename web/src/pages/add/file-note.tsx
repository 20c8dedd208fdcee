import { Note } from '../../parts/note.tsx'
import { useWords } from '../../words/words.tsx'

/** Why a file was not sent: it is too large, or the browser cannot read it. */
export type FileFault = 'tooLarge' | 'unreadable'

/** Most a file may weigh. */
export const maxFileMb = 10

/** Says why a chosen file was not sent. */
export function FileNote({ fault }: { fault: FileFault | null }) {
  const { t } = useWords()
  if (fault === null) return null
  return (
    <Note tone="warn" isUrgent>
      {t(`image.${fault}`, { max: maxFileMb })}
    </Note>
  )
}
