import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { changePassphrase, listSessions } from '../../contract.ts'
import { CodeInput } from '../../parts/code-input.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'

/** Changes my passphrase. */
export function PassphraseCard() {
  const { t } = useWords()
  const { person } = useMe()
  const act = useAct(changePassphrase, [listSessions])
  const [passphrase, setPassphrase] = useState('')
  const [newPassphrase, setNewPassphrase] = useState('')
  const [code, setCode] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: { passphrase, newPassphrase, ...(code === '' ? {} : { code }) } })
    if (done === null) return
    setPassphrase('')
    setNewPassphrase('')
    setCode('')
    notifications.show({ message: t('me.passphraseChanged') })
  }
  return (
    <Surface title={t('me.passphrase')}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          {/* Password managers want to know whose passphrase this is. */}
          <input type="text" autoComplete="username" value={person?.username ?? ''} readOnly hidden />
          <PasswordInput
            label={t('me.passphraseOld')}
            autoComplete="current-password"
            value={passphrase}
            onChange={(event) => setPassphrase(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('me.passphraseNew')}
            description={t('setup.passphraseHint')}
            autoComplete="new-password"
            value={newPassphrase}
            onChange={(event) => setNewPassphrase(event.currentTarget.value)}
          />
          <CodeInput label={t('login.code')} value={code} onChange={setCode} />
          <TroubleNote trouble={act.trouble} />
          <Group justify="flex-end">
            <Button
              type="submit"
              variant="default"
              disabled={passphrase === '' || newPassphrase === ''}
              loading={act.isRunning}
            >
              {t('me.passphraseChange')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Surface>
  )
}
