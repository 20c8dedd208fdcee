import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { createAccount, listAccounts } from '../../contract.ts'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { CompareCode } from '../add/compare-code.tsx'
import { readSecret, usualShape } from '../add/read-secret.ts'
import type { IntakeDraft } from './intake.ts'

interface LoadStepProps {
  readonly draft: IntakeDraft
  onStored(accountId: string): void
}

/** The secret goes in, and with it the first lines of the record. */
export function LoadStep({ draft, onStored }: LoadStepProps) {
  const { t, problemText } = useWords()
  const act = useAct(createAccount, [listAccounts])
  const loader = useMe().person?.username ?? ''
  const [secret, setSecret] = useState('')
  const read = readSecret(secret)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (read.kind !== 'secret') return
    const { type, algorithm, digits, periodSeconds } = read.shape ?? usualShape
    const shape = type === 'totp' ? { type, algorithm, digits, periodSeconds } : { type }
    const { name, number, readers, exception } = draft
    const intake = { readers: [...readers], ...(exception === undefined ? {} : { exception }) }
    const metadata = { label: name, issuer: read.issuer, identifier: number, tags: [t('root.tagOpen')], marked: true }
    const done = await act.run({ body: { ...metadata, ...shape, intake, secretBase32: read.secretBase32 } })
    if (done === null) return
    setSecret('')
    onStored(done.answer.id)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <span>{t('root.loader', { name: loader })}</span>
        <PasswordInput
          label={t('root.secret')}
          autoComplete="off"
          error={read.kind === 'wrong' ? problemText(read.code, read.message) : null}
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
