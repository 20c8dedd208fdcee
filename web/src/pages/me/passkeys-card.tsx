import { Button, Group, Stack, TextInput } from '@mantine/core'
import { IconFingerprint } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { type Answer, deletePasskey, listPasskeys } from '../../contract.ts'
import { ProofDialog } from '../../codes/proof-dialog.tsx'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useEverything } from '../../server/queries.ts'
import { canUsePasskeys } from '../../session/passkeys.ts'
import { useAddPasskey } from '../../session/use-add-passkey.ts'
import { useWords } from '../../words/words.tsx'

type Passkey = Answer<typeof listPasskeys>['items'][number]

/** My passkeys. */
export function PasskeysCard() {
  const { t } = useWords()
  const passkeys = useEverything(listPasskeys)
  return (
    <Surface title={t('me.passkeys')} lead={t('me.passkeysLead')} isFlush>
      <Faces
        of={passkeys}
        isEmpty={(items) => items.length === 0}
        empty={<p className="ww-item ww-quiet">{t('me.passkeysEmpty')}</p>}
      >
        {(items) => (
          <ul className="ww-list">
            {items.map((passkey) => (
              <PasskeyRow key={passkey.id} passkey={passkey} />
            ))}
          </ul>
        )}
      </Faces>
      <div style={{ padding: '.5rem var(--ww-inset) 1.25rem' }}>
        {canUsePasskeys() ? <AddPasskey /> : <Note tone="info">{t('me.passkeysNot')}</Note>}
      </div>
    </Surface>
  )
}

function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const { t } = useWords()
  const act = useAct(deletePasskey, [listPasskeys])
  return (
    <li className="ww-item">
      <div className="ww-item-main">
        <div className="ww-item-title" dir="auto">
          {passkey.name}
        </div>
        <div className="ww-quiet ww-small">
          <Moment atMs={passkey.lastUsedAtMs ?? passkey.createdAtMs} />
        </div>
      </div>
      <ConfirmButton
        size="xs"
        label={t('do.delete')}
        question={t('me.passkeyRemoveAsk', { name: passkey.name })}
        why={t('me.passkeyRemoveWhy')}
        doIt={t('do.delete')}
        isDangerous
        trouble={act.trouble}
        onConfirm={async () => (await act.run({ params: { passkey: passkey.id } })) !== null}
      />
    </li>
  )
}

function AddPasskey() {
  const { t } = useWords()
  const adding = useAddPasskey()
  const [name, setName] = useState('')
  const add = async () => {
    if (await adding.add(name)) setName('')
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void add()
  }
  const needsProof = adding.trouble?.code === 'reproof_needed'
  return (
    <Stack gap="sm">
      <form onSubmit={submit}>
        <Group align="flex-end">
          <TextInput
            label={t('me.passkeyName')}
            maxLength={128}
            style={{ flex: '1 1 12rem' }}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            leftSection={<IconFingerprint size={16} />}
            disabled={name.trim() === ''}
            loading={adding.isRunning}
          >
            {t('me.passkeyAdd')}
          </Button>
        </Group>
      </form>
      {adding.hasFailed && (
        <Note tone="bad" isUrgent>
          {t('login.passkeyFailed')}
        </Note>
      )}
      {!needsProof && <TroubleNote trouble={adding.trouble} />}
      {/* Not within the form: a proof that is sent there would send the form around it as well. */}
      <ProofDialog by={needsProof ? 'recent' : null} onProved={() => void add()} onClose={adding.reset} />
    </Stack>
  )
}
