import { Button, Checkbox, PasswordInput, Stack, Stepper, Text, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useLocation } from 'wouter'
import { type Answer, type Me, setupBegin, setupFinish } from '../contract.ts'
import { CodeInput } from '../parts/code-input.tsx'
import { Note } from '../parts/note.tsx'
import { TroubleNote } from '../parts/trouble-note.tsx'
import { useAct } from '../server/queries.ts'
import { useWords } from '../words/words.tsx'
import { Door } from './door.tsx'
import { FirstCode } from './first-code.tsx'
import { canUsePasskeys } from './passkeys.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import { useNewSession } from './session.tsx'
import { useAddPasskey } from './use-add-passkey.ts'

type Begun = Answer<typeof setupBegin>
type Finished = Answer<typeof setupFinish>

const shortestPassphrase = 12

/** The one-time setup link: passphrase, first code, recovery codes. */
export function SetupPage({ isFirst }: { isFirst: boolean }) {
  const { t } = useWords()
  // Read once; the address keeps no secret after that.
  const [setupToken] = useState(takeFragment)
  const [username, setUsername] = useState('')
  const [begun, setBegun] = useState<Begun | null>(null)
  const [finished, setFinished] = useState<Finished | null>(null)
  const step = finished !== null ? 2 : begun !== null ? 1 : 0
  if (setupToken === '') {
    return (
      <Door title={t('setup.noToken')}>
        <Note tone="warn">{t('setup.noTokenWhy')}</Note>
      </Door>
    )
  }
  return (
    <Door title={t(isFirst ? 'setup.title' : 'setup.invited')} lead={t('setup.lead')} isWide>
      <Stepper active={step} size="sm" mb="lg" allowNextStepsSelect={false}>
        <Stepper.Step label={t('setup.step1')} />
        <Stepper.Step label={t('setup.step2')} />
        <Stepper.Step label={t('setup.step3')} />
      </Stepper>
      {step === 0 && (
        <PassphraseStep
          setupToken={setupToken}
          username={isFirst ? username : null}
          onUsername={setUsername}
          onBegun={setBegun}
        />
      )}
      {step === 1 && begun !== null && <CodeStep begun={begun} onFinished={setFinished} />}
      {finished !== null && <RecoveryStep finished={finished} name={begun?.username ?? ''} />}
    </Door>
  )
}

function takeFragment(): string {
  const fragment = location.hash.slice(1)
  if (fragment !== '') history.replaceState(null, '', location.pathname + location.search)
  return fragment
}

interface PassphraseStepProps {
  readonly setupToken: string
  /** Null when the link names its person already. */
  readonly username: string | null
  onUsername(username: string): void
  onBegun(begun: Begun): void
}

function PassphraseStep({ setupToken, username, onUsername, onBegun }: PassphraseStepProps) {
  const { t } = useWords()
  const act = useAct(setupBegin)
  const [passphrase, setPassphrase] = useState('')
  const [repeated, setRepeated] = useState('')
  const isShort = passphrase !== '' && passphrase.length < shortestPassphrase
  const differs = repeated !== '' && repeated !== passphrase
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (passphrase.length < shortestPassphrase || repeated !== passphrase) return
    const done = await act.run({ body: { setupToken, passphrase, ...(username === null ? {} : { username }) } })
    if (done !== null) onBegun(done.answer)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        {username !== null && (
          <TextInput
            label={t('setup.username')}
            autoComplete="username"
            autoCapitalize="none"
            required
            withAsterisk={false}
            value={username}
            onChange={(event) => onUsername(event.currentTarget.value)}
          />
        )}
        <PasswordInput
          label={t('setup.passphrase')}
          description={t('setup.passphraseHint')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={isShort ? t('setup.short') : null}
          value={passphrase}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('setup.repeat')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={differs ? t('setup.differ') : null}
          value={repeated}
          onChange={(event) => setRepeated(event.currentTarget.value)}
        />
        <TroubleNote trouble={act.trouble} />
        <Button type="submit" size="md" loading={act.isRunning}>
          {t('setup.begin')}
        </Button>
      </Stack>
    </form>
  )
}

function CodeStep({ begun, onFinished }: { begun: Begun; onFinished(finished: Finished): void }) {
  const { t } = useWords()
  const act = useAct(setupFinish)
  const [code, setCode] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: { ticket: begun.ticket, code } })
    if (done === null) setCode('')
    else onFinished(done.answer)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <FirstCode {...begun}>
        <CodeInput label={t('setup.code')} value={code} onChange={setCode} required withAsterisk={false} />
        <TroubleNote trouble={act.trouble} />
        <Button type="submit" size="md" loading={act.isRunning}>
          {t('setup.finish')}
        </Button>
      </FirstCode>
    </form>
  )
}

function RecoveryStep({ finished, name }: { finished: Finished; name: string }) {
  const { t } = useWords()
  const [, navigate] = useLocation()
  const newSession = useNewSession()
  const passkey = useAddPasskey()
  const [isKept, setKept] = useState(false)
  const open = (me: Me) => {
    newSession(me)
    navigate('/')
  }
  return (
    <Stack>
      <Text>{t('setup.keep')}</Text>
      <RecoveryCodes codes={finished.recoveryCodes} name={name} />
      {canUsePasskeys() && (
        <Note tone="info">
          <Text mb="xs">{t('setup.passkeyWhy')}</Text>
          {passkey.isAdded ? (
            t('setup.passkeyAdded')
          ) : (
            <Button
              variant="light"
              leftSection={<IconFingerprint size={16} />}
              onClick={() => void passkey.add(navigator.platform || 'Passkey', finished.me)}
            >
              {t('setup.passkeyOffer')}
            </Button>
          )}
        </Note>
      )}
      {passkey.hasFailed && (
        <Note tone="bad" isUrgent>
          {t('login.passkeyFailed')}
        </Note>
      )}
      <Checkbox label={t('setup.saved')} checked={isKept} onChange={(event) => setKept(event.currentTarget.checked)} />
      <Button size="md" disabled={!isKept} onClick={() => open(finished.me)}>
        {t('setup.open')}
      </Button>
    </Stack>
  )
}
