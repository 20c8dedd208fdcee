import { Button, Checkbox, PasswordInput, Stack, Stepper, Text, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { type FormEvent, useEffect, useEffectEvent, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { type Answer, readSetupLink, setupBegin, setupFinish, shortestPassphrase } from '../contract.ts'
import { CodeInput } from '../parts/code-input.tsx'
import { FailedFace, LoadingFace } from '../parts/faces.tsx'
import { Note } from '../parts/note.tsx'
import { TroubleNote } from '../parts/trouble-note.tsx'
import { useAct } from '../server/queries.ts'
import { useWords } from '../words/words.tsx'
import { Door } from './door.tsx'
import { FirstCode } from './first-code.tsx'
import { LinkNeeded } from './link-needed.tsx'
import { hideLinkSecret, useLinkSecret } from './link-secret.ts'
import { canUsePasskeys } from './passkeys.ts'
import { RecoveryCodes } from './recovery-codes.tsx'
import { useNewSession } from './session.tsx'
import { useAddPasskey } from './use-add-passkey.ts'

type Begun = Answer<typeof setupBegin>
type Finished = Answer<typeof setupFinish>

/** The one-time setup link: passphrase, first code, recovery codes. */
export function SetupPage() {
  const { t } = useWords()
  const setupToken = useLinkSecret()
  useEffect(hideLinkSecret)
  if (setupToken === '') return <LinkNeeded why={t('setup.noTokenWhy')} />
  return <OpenedLink key={setupToken} setupToken={setupToken} />
}

// A link that was used or is too old says so before anybody thinks of a passphrase.
function OpenedLink({ setupToken }: { setupToken: string }) {
  const { t } = useWords()
  const act = useAct(readSetupLink)
  const { run, trouble } = act
  const [link, setLink] = useState<Answer<typeof readSetupLink> | null>(null)
  const look = () =>
    run({ body: { setupToken } }).then((done) => {
      if (done !== null) setLink(done.answer)
    })
  const lookFirst = useEffectEvent(look)
  useEffect(() => {
    void lookFirst()
  }, [])
  if (link !== null) return <SetupSteps setupToken={setupToken} invited={link.username} />
  if (trouble === null) return <LoadingFace />
  if (trouble.kind === 'offline' || trouble.kind === 'busy' || trouble.kind === 'broken')
    return <FailedFace trouble={trouble} onRetry={() => void look()} />
  return (
    <Door title={t('setup.dead')}>
      <Stack>
        <TroubleNote trouble={trouble} />
        <Button component={Link} href="/" variant="light">
          {t('login.title')}
        </Button>
      </Stack>
    </Door>
  )
}

interface SetupStepsProps {
  readonly setupToken: string
  /** Whom the link is for; null for the first administrator, who chooses a name. */
  readonly invited: string | null
}

function SetupSteps({ setupToken, invited }: SetupStepsProps) {
  const { t } = useWords()
  const [username, setUsername] = useState(invited ?? '')
  const [begun, setBegun] = useState<Begun | null>(null)
  const [finished, setFinished] = useState<Finished | null>(null)
  const newSession = useNewSession()
  const finish = (answer: Finished) => {
    newSession(answer.me)
    setFinished(answer)
  }
  const step = finished !== null ? 2 : begun !== null ? 1 : 0
  return (
    <Door title={t(invited === null ? 'setup.title' : 'setup.invited')} lead={t('setup.lead')} isWide>
      <Stepper
        className="ww-no-print ww-steps"
        active={step}
        size="sm"
        mb="lg"
        wrap={false}
        allowNextStepsSelect={false}
      >
        <Stepper.Step label={t('setup.step1')} />
        <Stepper.Step label={t('setup.step2')} />
        <Stepper.Step label={t('setup.step3')} />
      </Stepper>
      {step === 0 && (
        <PassphraseStep
          setupToken={setupToken}
          username={username}
          isInvited={invited !== null}
          onUsername={setUsername}
          onBegun={setBegun}
        />
      )}
      {step === 1 && begun !== null && <CodeStep begun={begun} onFinished={finish} />}
      {finished !== null && <RecoveryStep finished={finished} name={begun?.username ?? ''} />}
    </Door>
  )
}

interface PassphraseStepProps {
  readonly setupToken: string
  readonly username: string
  /** The link names its person, so the name is shown and stays. */
  readonly isInvited: boolean
  onUsername(username: string): void
  onBegun(begun: Begun): void
}

function PassphraseStep({ setupToken, username, isInvited, onUsername, onBegun }: PassphraseStepProps) {
  const { t } = useWords()
  const act = useAct(setupBegin)
  const [passphrase, setPassphrase] = useState('')
  const [repeated, setRepeated] = useState('')
  const isTooShort = [...passphrase].length < shortestPassphrase
  const differs = repeated !== '' && repeated !== passphrase
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (isTooShort || repeated !== passphrase) return
    const done = await act.run({ body: { setupToken, passphrase, ...(isInvited ? {} : { username }) } })
    if (done !== null) onBegun(done.answer)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        {/* An invited person reads the name here, and a password manager keeps it with the passphrase. */}
        <TextInput
          label={t('setup.username')}
          autoComplete="username"
          autoCapitalize="none"
          required
          withAsterisk={false}
          readOnly={isInvited}
          variant={isInvited ? 'filled' : 'default'}
          value={username}
          onChange={(event) => onUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('setup.passphrase')}
          description={t('setup.passphraseHint')}
          autoComplete="new-password"
          required
          withAsterisk={false}
          error={passphrase !== '' && isTooShort ? t('setup.short', { count: shortestPassphrase }) : null}
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
  const passkey = useAddPasskey()
  const [isKept, setKept] = useState(false)
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
              loading={passkey.isRunning}
              onClick={() => void passkey.add(navigator.platform || 'Passkey')}
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
      <TroubleNote trouble={passkey.trouble} />
      <Checkbox
        className="ww-no-print"
        label={t('setup.saved')}
        checked={isKept}
        onChange={(event) => setKept(event.currentTarget.checked)}
      />
      <Button className="ww-no-print" size="md" disabled={!isKept} onClick={() => navigate('/')}>
        {t('setup.open')}
      </Button>
    </Stack>
  )
}
