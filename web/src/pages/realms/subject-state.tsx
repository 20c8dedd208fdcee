import type { Subject } from '../../contract.ts'
import { useWords } from '../../words/words.tsx'

const tones = { none: '', pending: 'warn', active: 'good' } as const

/** Where a subject stands, in one or two words. */
export function SubjectState({ subject }: { subject: Subject }) {
  const { t } = useWords()
  return (
    <>
      {!subject.enabled && (
        <span className="ww-tag" data-tone="warn">
          {t('subject.disabled')}
        </span>
      )}
      {(subject.locked || subject.capped) && (
        <span className="ww-tag" data-tone="bad">
          {t(subject.capped ? 'subject.capped' : 'subject.locked')}
        </span>
      )}
      <span className="ww-tag" data-tone={tones[subject.enrolment]}>
        {t(`subject.state.${subject.enrolment}`)}
      </span>
    </>
  )
}
