import { Button, Group, SegmentedControl, Stack, TagsInput, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { createToken, listAccounts, listRealms, listTokens } from '../../contract.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog, ShownOnce } from '../../parts/dialog.tsx'
import { FormEnd } from '../../parts/form-end.tsx'
import { Note } from '../../parts/note.tsx'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct, useEverything } from '../../server/queries.ts'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'
import { unmetScopes } from './unmet-scopes.ts'
import { GateLimitsFields, usualGateLimits } from './gate-limits-fields.tsx'

const ownScopes = ['reveal:*', 'add', 'gate:app']
const administratorScopes = ['audit', 'metrics', 'admin']

/** Makes a token and shows it, this once. */
export function TokenDialog({ isOpen, onClose }: { isOpen: boolean; onClose(): void }) {
  const { t } = useWords()
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('tokens.add')}>
      <NewToken onClose={onClose} />
    </Dialog>
  )
}

function NewToken({ onClose }: { onClose(): void }) {
  const { t } = useWords()
  const [token, setToken] = useState<string | null>(null)
  if (token === null) return <TokenForm onMade={setToken} onCancel={onClose} />
  return (
    <ShownOnce>
      <Stack>
        <Note tone="warn">{t('tokens.shownOnce')}</Note>
        <div className="ww-secret" data-testid="token">
          {token}
        </div>
        <Group justify="space-between">
          <CopyButton text={token} />
          <Button onClick={onClose}>{t('do.done')}</Button>
        </Group>
      </Stack>
    </ShownOnce>
  )
}

function TokenForm({ onMade, onCancel }: { onMade(token: string): void; onCancel(): void }) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const act = useAct(createToken, [listTokens])
  const said = useFieldTexts(act.trouble, ['name', 'scopes'])
  const [name, setName] = useState('')
  const [owner, setOwner] = useState<'person' | 'service'>(mayAdminister ? 'service' : 'person')
  const [scopes, setScopes] = useState<string[]>([])
  const [until, setUntil] = useState('')
  const [limits, setLimits] = useState(usualGateLimits)
  const isForGate = scopes.some((scope) => scope.startsWith('gate:'))
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const expiresAtMs = until === '' ? null : new Date(`${until}T23:59:59`).getTime()
    const gate = isForGate ? { gateLimits: limits } : {}
    const done = await act.run({ body: { name, owner, scopes, expiresAtMs, ...gate } })
    if (done !== null) onMade(done.answer.token)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <TextInput
          label={t('tokens.name')}
          required
          withAsterisk={false}
          maxLength={128}
          data-autofocus
          error={said.at.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {mayAdminister && (
          <div>
            <Text size="sm" fw={500} id="token-owner">
              {t('tokens.owner')}
            </Text>
            <SegmentedControl
              aria-labelledby="token-owner"
              data={[
                { value: 'service', label: t('tokens.owner.service') },
                { value: 'person', label: t('tokens.owner.person') },
              ]}
              value={owner}
              onChange={setOwner}
            />
          </div>
        )}
        <ScopeField error={said.at.scopes} scopes={scopes} onChange={setScopes} />
        {isForGate && <GateLimitsFields value={limits} onChange={setLimits} />}
        <TextInput
          type="date"
          label={`${t('tokens.until')} (${t('word.optional')})`}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
        />
        <FormEnd act={act} isMarked={said.isMarked} isIncomplete={scopes.length === 0} onCancel={onCancel}>
          {t('tokens.add')}
        </FormEnd>
      </Stack>
    </form>
  )
}

interface ScopeFieldProps {
  readonly scopes: string[]
  readonly error: string | undefined
  onChange(scopes: string[]): void
}

function ScopeField({ scopes, error, onChange }: ScopeFieldProps) {
  const { t } = useWords()
  const { mayAdminister } = useMe()
  const realms = useEverything(listRealms, undefined, { enabled: mayAdminister })
  const accounts = useEverything(listAccounts)
  const ofRealms = (realms.data ?? []).flatMap(({ name }) => [`verify:${name}`, `explain:${name}`, `enrol:${name}`])
  const unmet = unmetScopes(scopes, {
    realms: realms.data?.map(({ name }) => name),
    accounts: accounts.data?.map(({ id }) => id),
  })
  return (
    <>
      <TagsInput
        label={t('tokens.scopes')}
        description={t('tokens.scopesHint')}
        data={mayAdminister ? [...ofRealms, ...administratorScopes, ...ownScopes] : ownScopes}
        error={error}
        value={scopes}
        onChange={onChange}
      />
      {unmet.length > 0 && <Note tone="warn">{t('tokens.unmet', { scopes: unmet.join(', ') })}</Note>}
    </>
  )
}
