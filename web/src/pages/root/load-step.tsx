import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { createAccount, listAccounts } from '../../contract.ts'
import { Note } from '../../parts/note.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { CompareCode } from '../add/compare-code.tsx'
import { readSecret, usualShape } from '../add/read-secret.ts'
import type { Intake } from './intake.ts'
import { useRecord } from './use-record.ts'

interface LoadStepProps {
  readonly intake: Intake
  onStored(accountId: string): void
}

/** The secret goes in; the record so far goes into the account's note. */
export function LoadStep({ intake, onStored }: LoadStepProps) {
  const { t } = useWords()
  const act = useAct(createAccount, [listAccounts])
  const { text } = useRecord(intake)
  const [secret, setSecret] = useState('')
  const read = readSecret(secret)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (read.kind !== 'secret') return
    const { type, algorithm, digits, periodSeconds } = read.shape ?? usualShape
    const shape = type === 'totp' ? { type, algorithm, digits, periodSeconds } : { type }
    const metadata = { label: intake.name, issuer: read.issuer, identifier: intake.number, note: text() }
    const tags = [t('root.tagOpen')]
    const done = await act.run({ body: { ...metadata, ...shape, tags, secretBase32: read.secretBase32, marked: true } })
    if (done === null) return
    setSecret('')
    onStored(done.answer.id)
  }
  if (intake.accountId !== undefined) return <Note tone="good">{t('root.stored')}</Note>
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <span>{t('root.loader', { name: intake.loader })}</span>
        <PasswordInput
          label={t('root.secret')}
          autoComplete="off"
          error={read.kind === 'wrong' ? read.message : null}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        {read.kind === 'secret' && <CompareCode secretBase32={read.secretBase32} shape={read.shape ?? usualShape} />}
        <TroubleNote trouble={act.trouble} />
        <Group>
          <Button type="submit" disabled={read.kind !== 'secret'} loading={act.isRunning}>
            {t('root.store')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
