import { Anchor, Button, Divider, Group, PasswordInput, Stack, TextInput } from '@mantine/core'
import { IconFingerprint, IconLogin2 } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { login, loginPasskey, loginPasskeyOptions, type Me } from '../contract.ts'
import { CodeInput } from '../parts/code-input.tsx'
import { Note } from '../parts/note.tsx'
import { TroubleNote } from '../parts/trouble-note.tsx'
import { signOnAddress } from '../server/addresses.ts'
import { useAct } from '../server/queries.ts'
import { useWords } from '../words/words.tsx'
import { keepLinkSecret } from './link-secret.ts'
import { canUsePasskeys, proveWithPasskey } from './passkeys.ts'
import { useCeremony } from './use-ceremony.ts'

interface LoginFormProps {
  readonly ways: Me['login']
  /** The page to come back to after the provider. */
  readonly returnTo: string
  /** Keeps this page open and lets the provider work in another tab. */
  readonly opensTab?: boolean
  onLogin(me: Me): void
}

/** Every way in this server offers. */
export function LoginForm({ ways, returnTo, opensTab = false, onLogin }: LoginFormProps) {
  const { t } = useWords()
  return (
    <Stack>
      {ways.oidc && (
        <Button
          component="a"
          href={signOnAddress(returnTo)}
          size="md"
          leftSection={<IconLogin2 size={18} />}
          {...(opensTab ? { target: '_blank', rel: 'noopener' } : { onClick: keepLinkSecret })}
        >
          {t('login.oidc')}
        </Button>
      )}
      {ways.oidc && ways.local && <Divider label={t('login.or')} />}
      {ways.local && <LocalLogin onLogin={onLogin} isPrimary={!ways.oidc} />}
      {!ways.oidc && !ways.local && <Note tone="warn">{t('login.none')}</Note>}
    </Stack>
  )
}

interface LocalLoginProps {
  readonly isPrimary: boolean
  onLogin(me: Me): void
}

function LocalLogin({ isPrimary, onLogin }: LocalLoginProps) {
  const { t } = useWords()
  const act = useAct(login)
  const [username, setUsername] = useState('')
  const [passphrase, setPassphrase] = useState('')
  const [code, setCode] = useState('')
  const [isRecovery, setRecovery] = useState(false)
  const passkey = usePasskeyLogin(username, passphrase, onLogin)

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    passkey.reset()
    const proof = isRecovery ? { recoveryCode: code } : { code }
    const done = await act.run({ body: { username, passphrase, ...(code === '' ? {} : proof) } })
    // A code is old by now; a recovery code is long to type and may be right once the server answers.
    if (done === null && !isRecovery) setCode('')
    if (done !== null) onLogin(done.answer.me)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          label={t('login.username')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('login.passphrase')}
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={passphrase}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
        />
        {isRecovery ? (
          <TextInput
            label={t('login.recovery')}
            description={t('login.recoveryHint')}
            autoComplete="off"
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
        ) : (
          <CodeInput label={t('login.code')} description={t('login.codeHint')} value={code} onChange={setCode} />
        )}
        <TroubleNote trouble={act.trouble ?? passkey.trouble} />
        {passkey.hasFailed && (
          <Note tone="bad" isUrgent>
            {t('login.passkeyFailed')}
          </Note>
        )}
        <Button type="submit" size="md" variant={isPrimary ? 'filled' : 'light'} loading={act.isRunning}>
          {t('login.submit')}
        </Button>
        <Group justify="space-between">
          <Anchor component="button" type="button" size="sm" onClick={() => setRecovery(!isRecovery)}>
            {t(isRecovery ? 'login.useCode' : 'login.useRecovery')}
          </Anchor>
          {canUsePasskeys() && (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconFingerprint size={16} />}
              disabled={username === '' || passphrase === ''}
              loading={passkey.isRunning}
              onClick={() => {
                act.reset()
                void passkey.prove()
              }}
            >
              {t('login.usePasskey')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}

function usePasskeyLogin(username: string, passphrase: string, onLogin: (me: Me) => void) {
  const begin = useAct(loginPasskeyOptions)
  const finish = useAct(loginPasskey)
  const { run, isRunning, hasFailed } = useCeremony()
  const reset = () => {
    begin.reset()
    finish.reset()
  }
  const prove = async () => {
    reset()
    const done = await run({
      begin: () => begin.run({ body: { username, passphrase } }),
      respond: proveWithPasskey,
      finish: (answered) => finish.run({ body: answered }),
    })
    if (done !== null) onLogin(done.answer.me)
  }
  return { prove, reset, isRunning, hasFailed, trouble: begin.trouble ?? finish.trouble }
}
