import { Button, Group, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { type Answer, deviceConfirm, deviceRead } from '../../contract.ts'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Note } from '../../parts/note.tsx'
import { Page } from '../../parts/page.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct, useServer } from '../../server/queries.ts'
import { type Trouble, troubleOf } from '../../server/trouble.ts'
import { hideLinkSecret, useLinkSecret } from '../../session/link-secret.ts'
import { useWords } from '../../words/words.tsx'

/** Confirms the short code a command shows, so that it may act as whoever is here. */
export function DevicePage() {
  const { t } = useWords()
  const [search] = useSearchParams()
  // The command prints the short code behind the #, where no server's log sees it.
  const linked = useLinkSecret()
  useEffect(hideLinkSecret)
  const [typed, setTyped] = useState<string | null>(null)
  const code = typed ?? search.get('code') ?? linked
  return (
    <Page title={t('device.title')} isNarrow>
      {code === '' ? <AskCode onCode={setTyped} /> : <Confirm key={code} userCode={code} onOther={setTyped} />}
    </Page>
  )
}

interface AskCodeProps {
  /** What became of the code before. */
  readonly trouble?: Trouble | null
  onCode(code: string): void
}

function AskCode({ trouble = null, onCode }: AskCodeProps) {
  const { t } = useWords()
  const [typed, setTyped] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (typed.trim() !== '') onCode(typed.trim().toUpperCase())
  }
  return (
    <Surface>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('device.code')}
            description={t('device.codeHint')}
            size="lg"
            autoComplete="off"
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <TroubleNote trouble={trouble} />
          <Button type="submit">{t('device.look')}</Button>
        </Stack>
      </form>
    </Surface>
  )
}

interface ConfirmProps {
  readonly userCode: string
  /** Another code was typed, because this one is unknown. */
  onOther(code: string): void
}

function Confirm({ userCode, onOther }: ConfirmProps) {
  const { t } = useWords()
  const request = useServer(deviceRead, { params: { userCode } })
  const act = useAct(deviceConfirm)
  const [isAllowed, setAllowed] = useState<boolean | null>(null)
  const decide = async (allow: boolean) => {
    const done = await act.run({ params: { userCode }, body: { allow } })
    if (done !== null) setAllowed(allow)
  }
  if (isAllowed !== null) {
    return (
      <Note tone={isAllowed ? 'good' : 'info'} isUrgent>
        {t(isAllowed ? 'device.allowed' : 'device.refused')}
      </Note>
    )
  }
  const trouble = request.error === null ? null : troubleOf(request.error)
  if (trouble?.kind === 'missing') return <AskCode trouble={trouble} onCode={onOther} />
  return (
    <Faces of={request}>
      {(asked: Answer<typeof deviceRead>) => (
        <Surface title={t('device.ask')}>
          <Stack>
            <dl className="ww-facts">
              <dt>{t('device.code')}</dt>
              <dd className="ww-mono">{userCode}</dd>
              <dt>{t('device.client')}</dt>
              <dd>{asked.client}</dd>
              <dt>{t('device.address')}</dt>
              <dd>{asked.address}</dd>
              <dt>{t('device.since')}</dt>
              <dd>
                <Moment atMs={asked.createdAtMs} />
              </dd>
            </dl>
            <Note tone="warn">{t('device.warn')}</Note>
            <TroubleNote trouble={act.trouble} />
            <Group>
              <Button loading={act.isRunning} onClick={() => void decide(true)}>
                {t('device.allow')}
              </Button>
              <Button variant="default" onClick={() => void decide(false)}>
                {t('device.refuse')}
              </Button>
            </Group>
          </Stack>
        </Surface>
      )}
    </Faces>
  )
}
