import { notifications } from '@mantine/notifications'
import { useEffect, useEffectEvent } from 'react'
import type { Trouble } from '../server/trouble.ts'
import { useWords, type Words } from '../words/words.tsx'
import { Note } from './note.tsx'

/** A heading and a sentence for trouble: the catalogue's where it has one, else the server's own. */
export function useTroubleText(trouble: Trouble): { title: string; why: string } {
  return textOf(trouble, useWords())
}

function textOf(trouble: Trouble, { t, has, problemText }: Words): { title: string; why: string } {
  const titleKey = `face.${trouble.kind}`
  const whyKey = `${titleKey}Why`
  const said = problemText(trouble.code, trouble.message)
  const usual = has(whyKey) ? t(whyKey) : ''
  const prefersOurs = trouble.kind === 'offline' || trouble.kind === 'broken' || said === ''
  return { title: has(titleKey) ? t(titleKey) : t('face.broken'), why: prefersOurs ? usual : said }
}

interface TroubleNoteProps {
  readonly trouble: Trouble | null
  /** Whether the fields of the form say all of it, as {@link useFieldTexts} knows. */
  readonly isMarked?: boolean
}

/** Trouble beside the form it belongs to; what was typed stays. */
export function TroubleNote({ trouble, isMarked = false }: TroubleNoteProps) {
  // A session that ended opens the login over the page, which says so itself.
  if (trouble === null || trouble.kind === 'session') return null
  return <TroubleText trouble={trouble} isMarked={isMarked} />
}

/** Says trouble in a short notice: for what is done without a place on the page that could say it. */
export function useTroubleNotice(trouble: Trouble | null): void {
  const words = useWords()
  const say = useEffectEvent((of: Trouble) => {
    notifications.show({ id: 'trouble', message: sentenceOf(of, words), color: 'red' })
  })
  useEffect(() => {
    if (trouble !== null && trouble.kind !== 'session') say(trouble)
  }, [trouble])
}

// A page asks again by itself, a form never does.
function sentenceOf(trouble: Trouble, words: Words): string {
  const { title, why } = textOf(trouble, words)
  return trouble.kind === 'offline' ? words.t('face.offlineForm') : why || title
}

function TroubleText({ trouble, isMarked }: { trouble: Trouble; isMarked: boolean }) {
  const words = useWords()
  const said = isMarked ? words.t('fields.marked') : sentenceOf(trouble, words)
  return (
    <Note tone="bad" isUrgent>
      {said}
    </Note>
  )
}
