import type { Trouble } from '../server/trouble.ts'
import { useWords } from '../words/words.tsx'
import { Note } from './note.tsx'

/** A heading and a sentence for trouble: the catalogue's where it has one, else the server's own. */
export function useTroubleText(trouble: Trouble): { title: string; why: string } {
  const { t, has, problemText } = useWords()
  const titleKey = `face.${trouble.kind}`
  const whyKey = `${titleKey}Why`
  const said = problemText(trouble.code, trouble.message)
  const usual = has(whyKey) ? t(whyKey) : ''
  const prefersOurs = trouble.kind === 'offline' || trouble.kind === 'broken' || said === ''
  return { title: has(titleKey) ? t(titleKey) : t('face.broken'), why: prefersOurs ? usual : said }
}

/** Trouble beside the form it belongs to; what was typed stays. */
export function TroubleNote({ trouble }: { trouble: Trouble | null }) {
  // A session that ended opens the login over the page, which says so itself.
  if (trouble === null || trouble.kind === 'session') return null
  return <TroubleText trouble={trouble} />
}

function TroubleText({ trouble }: { trouble: Trouble }) {
  const { t } = useWords()
  const { title, why } = useTroubleText(trouble)
  // A page asks again by itself, a form never does.
  const said = trouble.kind === 'offline' ? t('face.offlineForm') : why === '' ? title : why
  const fields = Object.entries(trouble.fields)
  return (
    <Note tone="bad" isUrgent>
      <div>{said}</div>
      {fields.map(([field, message]) => (
        <div key={field} className="ww-small">
          {field}: {message}
        </div>
      ))}
    </Note>
  )
}
