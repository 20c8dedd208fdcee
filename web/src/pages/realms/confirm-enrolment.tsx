import { Button, Group, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type Answer, confirmEnrolment, listSubjects, readSubject, type Subject } from '../../contract.ts'
import { CodeInput } from '../../parts/code-input.tsx'
import { Note } from '../../parts/note.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

interface ConfirmEnrolmentProps {
  readonly realmId: string
  readonly subject: Subject
  onConfirmed(): void
}

/** The first code of a new secret, which makes it count. */
export function ConfirmEnrolment({ realmId, subject, onConfirmed }: ConfirmEnrolmentProps) {
  const { t } = useWords()
  const act = useAct(confirmEnrolment, [readSubject, listSubjects])
  const [code, setCode] = useState('')
  const [answer, setAnswer] = useState<Answer<typeof confirmEnrolment> | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ params: { realm: realmId, subject: subject.name }, body: { code } })
    if (done === null) return
    setAnswer(done.answer)
    setCode('')
    if (done.answer.confirmed && done.answer.clockOffsetSteps === undefined) onConfirmed()
  }
  const offset = answer?.clockOffsetSteps ?? 0
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <Group align="flex-end">
          <CodeInput label={t('enrol.code')} value={code} onChange={setCode} style={{ flex: '1 1 12rem' }} />
          <Button type="submit" disabled={code.length < 4} loading={act.isRunning}>
            {t('enrol.confirm')}
          </Button>
        </Group>
        {answer?.confirmed === true && (
          <Note tone="good" isUrgent>
            {t('enrol.confirmed', { name: subject.name })}
          </Note>
        )}
        {answer?.confirmed === false && (
          <Note tone="bad" isUrgent>
            {t(`enrol.refused.${answer.reason ?? 'wrong'}`)}
          </Note>
        )}
        {offset !== 0 && <Note tone="warn">{t('enrol.offset', { count: Math.abs(offset) })}</Note>}
        <TroubleNote trouble={act.trouble} />
      </Stack>
    </form>
  )
}
