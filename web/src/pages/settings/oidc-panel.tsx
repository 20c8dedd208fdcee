import { Button, Checkbox, Group, PasswordInput, Stack, TagsInput, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { activateOidc, type Answer, disableOidc, draftOidc, readMe, readOidc, testOidc } from '../../contract.ts'
import { Confirm, ConfirmButton } from '../../parts/confirm.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

type OidcState = Answer<typeof readOidc>
type Draft = NonNullable<OidcState['draft']>

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
  const [draft, setDraft] = useState<Draft>(stored)
  const [clientSecret, setClientSecret] = useState('')
  const isChanged = clientSecret !== '' || JSON.stringify(draft) !== JSON.stringify(stored)
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const done = await store.run({ body: clientSecret === '' ? draft : { ...draft, clientSecret } })
    if (done === null) return
    setClientSecret('')
    notifications.show({ message: t('settings.saved') })
  }
  return (
    <Surface lead={t('oidc.lead')} title={t('settings.tab.oidc')}>
      <form onSubmit={(event) => void save(event)}>
        <Stack>
          <ProviderFields draft={draft} set={(part) => setDraft({ ...draft, ...part })} />
          <PasswordInput
            label={t('oidc.clientSecret')}
            description={state.hasSecret ? t('oidc.secretKept') : undefined}
            autoComplete="off"
            value={clientSecret}
            onChange={(event) => setClientSecret(event.currentTarget.value)}
          />
          <GroupFields draft={draft} set={(part) => setDraft({ ...draft, ...part })} />
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

interface FieldsProps {
  readonly draft: Draft
  set(part: Partial<Draft>): void
}

function ProviderFields({ draft, set }: FieldsProps) {
  const { t } = useWords()
  return (
    <>
      <TextInput
        label={t('oidc.issuer')}
        description={t('oidc.issuerHint')}
        type="url"
        required
        withAsterisk={false}
        value={draft.issuer}
        onChange={(event) => set({ issuer: event.currentTarget.value })}
      />
      <TextInput
        label={t('oidc.clientId')}
        required
        withAsterisk={false}
        value={draft.clientId}
        onChange={(event) => set({ clientId: event.currentTarget.value })}
      />
      <TagsInput label={t('oidc.scopes')} value={draft.scopes} onChange={(scopes) => set({ scopes })} />
    </>
  )
}

function GroupFields({ draft, set }: FieldsProps) {
  const { t } = useWords()
  return (
    <>
      <TextInput
        label={t('oidc.groupsClaim')}
        value={draft.groupsClaim}
        onChange={(event) => set({ groupsClaim: event.currentTarget.value })}
      />
      <TextInput
        label={t('oidc.administratorsGroup')}
        description={t('oidc.administratorsHint')}
        value={draft.administratorsGroup}
        onChange={(event) => set({ administratorsGroup: event.currentTarget.value })}
      />
      <TagsInput
        label={t('oidc.allowedGroups')}
        description={t('oidc.allowedHint')}
        value={draft.allowedGroups}
        onChange={(allowedGroups) => set({ allowedGroups })}
      />
      <Checkbox
        label={t('oidc.acceptBearer')}
        checked={draft.acceptBearer}
        onChange={(event) => set({ acceptBearer: event.currentTarget.checked })}
      />
      {draft.acceptBearer && (
        <TextInput
          label={t('oidc.bearerAudience')}
          value={draft.bearerAudience}
          onChange={(event) => set({ bearerAudience: event.currentTarget.value })}
        />
      )}
    </>
  )
}

interface DraftActsProps {
  readonly state: OidcState
  /** The form holds what the draft does not: nothing may be tried or activated that is not on the screen. */
  readonly isChanged: boolean
}

function DraftActs({ state, isChanged }: DraftActsProps) {
  const { t, remarkText } = useWords()
  const test = useAct(testOidc)
  const activate = useAct(activateOidc, [readOidc, readMe])
  const disable = useAct(disableOidc, [readOidc, readMe])
  const [tested, setTested] = useState<Answer<typeof testOidc> | null>(null)
  const [isAsking, asking] = useDisclosure(false)
  const isReady = state.draft !== null && !isChanged
  const tryDraft = async () => {
    const done = await test.run()
    setTested(done?.answer ?? null)
    return done?.answer.works ?? null
  }
  const activateDraft = async () => {
    asking.close()
    const done = await activate.run()
    if (done !== null) notifications.show({ message: t('oidc.activated') })
  }
  const tryThenActivate = async () => {
    const works = await tryDraft()
    if (works === true) await activateDraft()
    if (works === false) asking.open()
  }
  return (
    <Stack mt="lg">
      {tested !== null && (
        <Note tone={tested.works ? 'good' : 'bad'} isUrgent>
          {t(tested.works ? 'oidc.works' : 'oidc.worksNot')}
          {tested.findings.map((finding) => (
            <div key={finding.message} className="ww-small">
              {remarkText(finding)}
            </div>
          ))}
        </Note>
      )}
      {isChanged && <Note tone="info">{t('oidc.unsaved')}</Note>}
      <TroubleNote trouble={test.trouble ?? activate.trouble} />
      <Group>
        <Button variant="default" disabled={!isReady} loading={test.isRunning} onClick={() => void tryDraft()}>
          {t('oidc.test')}
        </Button>
        <Button
          variant="light"
          disabled={!isReady}
          loading={test.isRunning || activate.isRunning}
          onClick={() => void tryThenActivate()}
        >
          {t('oidc.activate')}
        </Button>
        {state.active !== null && (
          <ConfirmButton
            label={t('oidc.disable')}
            question={t('oidc.disableAsk')}
            why={t('oidc.disableWhy')}
            doIt={t('oidc.disable')}
            trouble={disable.trouble}
            onConfirm={async () => (await disable.run()) !== null}
          />
        )}
      </Group>
      <Confirm
        isOpen={isAsking}
        onClose={asking.close}
        question={t('oidc.activateAsk')}
        why={t('oidc.activateWhy')}
        doIt={t('oidc.activateAnyway')}
        onConfirm={() => void activateDraft()}
      />
    </Stack>
  )
}
