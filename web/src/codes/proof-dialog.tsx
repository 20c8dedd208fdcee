import { Button, Modal, PasswordInput, Stack, Text } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { type Account, reproof, type SignOnDemand, stepUp, stepUpOptions } from '../contract.ts'
import { CodeInput } from '../parts/code-input.tsx'
import { Note } from '../parts/note.tsx'
import { TroubleNote } from '../parts/trouble-note.tsx'
import { signOnProofAddress } from '../server/addresses.ts'
import { useAct } from '../server/queries.ts'
import { canUsePasskeys, proveWithPasskey } from '../session/passkeys.ts'
import { useMe } from '../session/session.tsx'
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
    <Modal
      opened={by !== null}
      onClose={onClose}
      title={t('reproof.title')}
      closeButtonProps={{ 'aria-label': t('do.close') }}
    >
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
    </Modal>
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
  const [hasFailed, setFailed] = useState(false)
  const prove = async () => {
    setFailed(false)
    const begun = await begin.run()
    if (begun === null) return
    const response = await proveWithPasskey(begun.answer.options)
    if (response === null) return setFailed(true)
    const done = await finish.run({ body: { ticket: begun.answer.ticket, response } })
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
      <Button variant="light" leftSection={<IconFingerprint size={16} />} onClick={() => void prove()}>
        {t('reproof.passkey')}
      </Button>
    </Stack>
  )
}
