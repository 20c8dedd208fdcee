import { Button, PasswordInput, Stack, Text } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { type Account, reproof, type SignOnDemand, stepUp, stepUpOptions } from '../contract.ts'
import { CodeInput } from '../parts/code-input.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Note } from '../parts/note.tsx'
import { TroubleNote } from '../parts/trouble-note.tsx'
import { signOnProofAddress } from '../server/addresses.ts'
import { useAct } from '../server/queries.ts'
import { canUsePasskeys, proveWithPasskey } from '../session/passkeys.ts'
import { useMe } from '../session/session.tsx'
import { useCeremony } from '../session/use-ceremony.ts'
import { useWords } from '../words/words.tsx'

interface ProofDialogProps {
  /** What would do; null while nothing is asked for. */
  readonly by: Account['stepUp'] | null
  /** What the provider has to say, where `by` is `sign-on`. */
  readonly demand?: SignOnDemand | undefined
  onProved(): void
  onClose(): void
}

/** Proves once more who is here: by passphrase and code, by passkey, or at the provider. */
export function ProofDialog({ by, demand, onProved, onClose }: ProofDialogProps) {
  const { t } = useWords()
  const me = useMe()
  const isLocal = me.person?.source === 'local'
  return (
    <Dialog isOpen={by !== null} onClose={onClose} title={t('reproof.title')}>
      <Stack>
        <Text>{t('reproof.lead')}</Text>
        {by === 'recent' && isLocal && <PassphraseProof onProved={onProved} />}
        {(by === 'recent' || by === 'sign-on') && !isLocal && (
          <Button component="a" href={signOnProofAddress(location.pathname + location.search, demand)}>
            {t('reproof.provider')}
          </Button>
        )}
        {by === 'sign-on' && isLocal && <Note tone="warn">{t('reproof.providerOnly')}</Note>}
        {by !== 'sign-on' && canUsePasskeys() && <PasskeyProof onProved={onProved} />}
      </Stack>
    </Dialog>
  )
}

function PassphraseProof({ onProved }: { onProved(): void }) {
  const { t } = useWords()
  const act = useAct(reproof)
  const [passphrase, setPassphrase] = useState('')
  const [code, setCode] = useState('')
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: { passphrase, ...(code === '' ? {} : { code }) } })
    if (done !== null) onProved()
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <PasswordInput
          label={t('login.passphrase')}
          autoComplete="current-password"
          data-autofocus
          value={passphrase}
          onChange={(event) => setPassphrase(event.currentTarget.value)}
        />
        <CodeInput label={t('login.code')} value={code} onChange={setCode} />
        <TroubleNote trouble={act.trouble} />
        <Button type="submit" loading={act.isRunning}>
          {t('reproof.submit')}
        </Button>
      </Stack>
    </form>
  )
}

function PasskeyProof({ onProved }: { onProved(): void }) {
  const { t } = useWords()
  const begin = useAct(stepUpOptions)
  const finish = useAct(stepUp)
  const { run, isRunning, hasFailed } = useCeremony()
  const prove = async () => {
    finish.reset()
    const done = await run({
      begin: () => begin.run(),
      respond: proveWithPasskey,
      finish: (answered) => finish.run({ body: answered }),
    })
    if (done !== null) onProved()
  }
  return (
    <Stack>
      {hasFailed && (
        <Note tone="bad" isUrgent>
          {t('login.passkeyFailed')}
        </Note>
      )}
      <TroubleNote trouble={begin.trouble ?? finish.trouble} />
      <Button
        variant="light"
        leftSection={<IconFingerprint size={16} />}
        loading={isRunning}
        onClick={() => void prove()}
      >
        {t('reproof.passkey')}
      </Button>
    </Stack>
  )
}
