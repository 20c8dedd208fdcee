import { Button, Group, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { readSubject, resyncSubject, type Subject } from '../../contract.ts'
import { CodeInput } from '../../parts/code-input.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

/** Finds a drifted clock by two codes in a row. */
export function ResyncCard({ realmId, subject }: { realmId: string; subject: Subject }) {
  const { t } = useWords()
  const act = useAct(resyncSubject, [readSubject])
  const [firstCode, setFirst] = useState('')
  const [secondCode, setSecond] = useState('')
  const [isAccepted, setAccepted] = useState<boolean | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const ask = { params: { realm: realmId, subject: subject.name }, body: { firstCode, secondCode } }
    const done = await act.run(ask)
    if (done === null) return
    setAccepted(done.answer.accepted)
    setFirst('')
    setSecond('')
  }
  return (
    <Surface title={t('resync.title')} lead={t('resync.lead')}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack gap="sm">
          <Group align="flex-end">
            <CodeInput label={t('resync.first')} value={firstCode} onChange={setFirst} style={{ flex: '1 1 9rem' }} />
            <CodeInput
              label={t('resync.second')}
              value={secondCode}
              onChange={setSecond}
              style={{ flex: '1 1 9rem' }}
            />
            <Button
              type="submit"
              variant="default"
              disabled={firstCode.length < 4 || secondCode.length < 4}
              loading={act.isRunning}
            >
              {t('resync.do')}
            </Button>
          </Group>
          {isAccepted === true && (
            <Note tone="good" isUrgent>
              {t('resync.done')}
            </Note>
          )}
          {isAccepted === false && (
            <Note tone="bad" isUrgent>
              {t('resync.refused')}
            </Note>
          )}
          <TroubleNote trouble={act.trouble} />
        </Stack>
      </form>
    </Surface>
  )
}
