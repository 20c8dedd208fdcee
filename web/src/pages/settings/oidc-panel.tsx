import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { draftOidc, readOidc } from '../../contract.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useEdits } from '../../parts/use-edits.ts'
import { useAct, useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { DraftActs } from './oidc-acts.tsx'
import { type Draft, GroupFields, type OidcState, ProviderFields } from './oidc-fields.tsx'

const emptyDraft: Draft = {
  issuer: '',
  clientId: '',
  scopes: ['openid', 'profile', 'email'],
  groupsClaim: 'groups',
  administratorsGroup: '',
  allowedGroups: [],
  acceptBearer: false,
  bearerAudience: '',
}

/** Single sign-on: a draft, its test, its activation. */
export function OidcPanel() {
  const state = useServer(readOidc)
  return <Faces of={state}>{(loaded: OidcState) => <Loaded state={loaded} />}</Faces>
}

function Loaded({ state }: { state: OidcState }) {
  const { t } = useWords()
  return (
    <>
      <Surface>
        <Stack>
          <div>
            {state.active === null ? t('oidc.source.none') : t('oidc.source.settings', { issuer: state.active.issuer })}
          </div>
          {state.source === 'environment' && <Note tone="info">{t('oidc.source.environment')}</Note>}
          <div>
            <div className="ww-quiet ww-small">{t('oidc.redirect')}</div>
            <Group gap="sm">
              <span className="ww-mono">{state.redirectUri}</span>
              <CopyButton text={state.redirectUri} />
            </Group>
          </div>
        </Stack>
      </Surface>
      {state.source !== 'environment' && <DraftCard state={state} />}
    </>
  )
}

function DraftCard({ state }: { state: OidcState }) {
  const { t } = useWords()
  const store = useAct(draftOidc, [readOidc])
  const stored = state.draft ?? state.active ?? emptyDraft
  const { value: draft, changes, set, settle } = useEdits<Draft>(stored)
  const [clientSecret, setClientSecret] = useState('')
  const isChanged = clientSecret !== '' || Object.keys(changes).length > 0
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await store.run({ body: clientSecret === '' ? draft : { ...draft, clientSecret } })
    if (done === null) return
    settle()
    setClientSecret('')
    notifications.show({ message: t('settings.saved') })
  }
  return (
    <Surface lead={t('oidc.lead')} title={t('settings.tab.oidc')}>
      <form onSubmit={(event) => void save(event)}>
        <Stack>
          <ProviderFields draft={draft} set={set} />
          <PasswordInput
            label={t('oidc.clientSecret')}
            description={state.hasSecret && draft.issuer === stored.issuer ? t('oidc.secretKept') : undefined}
            autoComplete="off"
            value={clientSecret}
            onChange={(event) => setClientSecret(event.currentTarget.value)}
          />
          <GroupFields draft={draft} set={set} />
          <TroubleNote trouble={store.trouble} />
          <Group justify="flex-end">
            <Button type="submit" loading={store.isRunning}>
              {t('oidc.saveDraft')}
            </Button>
          </Group>
        </Stack>
      </form>
      <DraftActs key={JSON.stringify(state.draft)} state={state} isChanged={isChanged} />
    </Surface>
  )
}
