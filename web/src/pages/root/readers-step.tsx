import { Button, Checkbox, Group, SimpleGrid, Stack, TagsInput, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { listPeople } from '../../contract.ts'
import { Note } from '../../parts/note.tsx'
import { useEverything } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { type IntakeDraft, isAmong } from './intake.ts'

interface ReadersStepProps {
  /** What was answered; null while the step is still open. */
  readonly past: IntakeDraft | null
  onDone?(draft: IntakeDraft): void
}

/** Asks who reads the root mailbox; whoever does must not load the secret, or says why. */
export function ReadersStep({ past, onDone }: ReadersStepProps) {
  const { t } = useWords()
  const { person, mayAdminister } = useMe()
  const people = useEverything(listPeople, undefined, { enabled: mayAdminister })
  const [name, setName] = useState(past?.name ?? '')
  const [number, setNumber] = useState(past?.number ?? '')
  const [readers, setReaders] = useState<string[]>([...(past?.readers ?? [])])
  const [isException, setException] = useState(false)
  const [reason, setReason] = useState('')
  const readsMail = isAmong(readers, person?.username ?? '', person?.displayName ?? '', person?.email ?? '')
  const isExcused = isException && reason.trim() !== ''
  const isComplete = name.trim() !== '' && readers.length > 0 && (!readsMail || isExcused)
  const isPast = past !== null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isComplete) return
    const exception = readsMail ? { exception: reason.trim() } : {}
    onDone?.({ name: name.trim(), number: number.trim(), readers, ...exception })
  }
  return (
    <form onSubmit={submit}>
      <fieldset disabled={isPast} style={{ border: 0, margin: 0, padding: 0 }}>
        <Stack>
          <SimpleGrid className="ww-fields" cols={{ base: 1, sm: 2 }}>
            <TextInput
              label={t('root.account')}
              description={t('root.accountHint')}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              label={t('root.number')}
              description={t('word.optional')}
              maxLength={255}
              value={number}
              onChange={(event) => setNumber(event.currentTarget.value)}
            />
          </SimpleGrid>
          <TagsInput
            label={t('root.readers')}
            description={t('root.readersHint')}
            data={(people.data ?? []).map(({ username }) => username)}
            acceptValueOnBlur
            comboboxProps={{ position: 'top' }}
            disabled={isPast}
            value={readers}
            onChange={setReaders}
          />
          {past?.exception !== undefined && (
            <Note tone="warn">{t('root.record.exception', { reason: past.exception })}</Note>
          )}
          {readsMail && !isPast && (
            <Note tone="bad" isUrgent>
              <strong>{t('root.refused')}</strong>
              <div>{t('root.refusedWhy')}</div>
              <Checkbox
                mt="sm"
                label={t('root.exception')}
                checked={isException}
                onChange={(event) => setException(event.currentTarget.checked)}
              />
              {isException && (
                <Textarea
                  mt="sm"
                  label={t('root.reason')}
                  maxLength={2000}
                  value={reason}
                  onChange={(event) => setReason(event.currentTarget.value)}
                />
              )}
            </Note>
          )}
          {!isPast && (
            <Group className="ww-no-print">
              <Button type="submit" disabled={!isComplete}>
                {t('do.next')}
              </Button>
            </Group>
          )}
        </Stack>
      </fieldset>
    </form>
  )
}
