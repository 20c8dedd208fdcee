import { ActionIcon, Button, Group, MultiSelect, Stack, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import {
  type Answer,
  createWebhook,
  deleteWebhook,
  listNotices,
  listWebhooks,
  noticeEvents,
  retryNotice,
} from '../../contract.ts'
import { Confirm, useQuestion } from '../../parts/confirm.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Faces } from '../../parts/faces.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Note } from '../../parts/note.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useFieldTexts } from '../../parts/use-field-texts.ts'
import { useAct, useEverything, usePages } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'

type Webhook = Answer<typeof listWebhooks>['items'][number]
type Notice = Answer<typeof listNotices>['items'][number]

const pollMs = 3000
/** After so many attempts the next one is minutes away, and a page that asks all the while would never be idle. */
const promptAttempts = 4

/** Webhooks, and what is on its way. */
export function NoticesPanel() {
  const { t } = useWords()
  const webhooks = useEverything(listWebhooks)
  const notices = usePages(
    listNotices,
    { query: { limit: 100 } },
    { refreshMs: (items) => (items.some(isMoving) ? pollMs : null) },
  )
  return (
    <>
      <Surface title={t('notices.webhooks')} lead={t('notices.webhooksLead')} isFlush>
        <Faces
          of={webhooks}
          isEmpty={(items) => items.length === 0}
          empty={<p className="ww-item ww-quiet">{t('notices.webhooksEmpty')}</p>}
        >
          {(items) => (
            <ul className="ww-list">
              {items.map((webhook) => (
                <WebhookRow key={webhook.id} webhook={webhook} />
              ))}
            </ul>
          )}
        </Faces>
        <AddWebhook />
      </Surface>
      <Surface title={t('notices.outbox')} lead={t('notices.outboxLead')} isFlush>
        <Faces
          of={notices.list}
          isEmpty={(items) => items.length === 0}
          empty={<p className="ww-item ww-quiet">{t('notices.outboxEmpty')}</p>}
        >
          {(items) => (
            <ul className="ww-list">
              {items.map((notice) => (
                <NoticeRow key={notice.id} notice={notice} />
              ))}
            </ul>
          )}
        </Faces>
        {notices.hasMore && (
          <Button m="md" variant="default" loading={notices.isLoadingMore} onClick={notices.more}>
            {t('do.more')}
          </Button>
        )}
      </Surface>
    </>
  )
}

function isMoving({ state, attempts }: Notice): boolean {
  return state === 'waiting' && attempts < promptAttempts
}

function WebhookRow({ webhook }: { webhook: Webhook }) {
  const { t } = useWords()
  const act = useAct(deleteWebhook, [listWebhooks, listNotices])
  const remove = async () => (await act.run({ params: { webhook: webhook.id } })) !== null
  const { ask, ...asked } = useQuestion(act.trouble, remove)
  return (
    <li className="ww-item">
      <div className="ww-item-main">
        <div className="ww-item-title">{webhook.url}</div>
        <div className="ww-quiet ww-small">{webhook.events.join(', ') || t('notices.allEvents')}</div>
      </div>
      <ActionIcon aria-label={t('do.remove', { name: webhook.url })} onClick={ask}>
        <IconX size={16} />
      </ActionIcon>
      <Confirm
        question={t('notices.removeAsk')}
        why={t('notices.removeWhy', { url: webhook.url })}
        doIt={t('do.delete')}
        isDangerous
        {...asked}
      />
    </li>
  )
}

function AddWebhook() {
  const { t } = useWords()
  const act = useAct(createWebhook, [listWebhooks])
  const said = useFieldTexts(act.trouble, ['url', 'events'])
  const [url, setUrl] = useState('')
  const [events, setEvents] = useState<string[]>([])
  const [signingKey, setSigningKey] = useState<string | null>(null)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    const done = await act.run({ body: { url, events } })
    if (done === null) return
    setSigningKey(done.answer.signingKey)
    setUrl('')
    setEvents([])
  }
  return (
    <form onSubmit={(event) => void submit(event)} style={{ padding: '1rem var(--ww-inset) 1.25rem' }}>
      <Stack gap="sm">
        {signingKey !== null && (
          <Note tone="warn">
            {t('notices.key')}
            <div className="ww-secret" style={{ margin: '.5rem 0' }}>
              {signingKey}
            </div>
            <CopyButton text={signingKey} />
          </Note>
        )}
        <TextInput
          type="url"
          label={t('notices.url')}
          placeholder="https://"
          required
          withAsterisk={false}
          error={said.at.url}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <MultiSelect
          label={t('notices.events')}
          description={t('notices.eventsHint')}
          data={[...noticeEvents]}
          searchable
          error={said.at.events}
          value={events}
          onChange={setEvents}
        />
        <TroubleNote trouble={act.trouble} isMarked={said.isMarked} />
        <Group>
          <Button type="submit" variant="default" loading={act.isRunning}>
            {t('notices.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

const tones = { waiting: 'warn', sent: 'good', dead: 'bad' } as const

function NoticeRow({ notice }: { notice: Notice }) {
  const { t, remarkText } = useWords()
  const act = useAct(retryNotice, [listNotices])
  return (
    <li className="ww-item">
      <div className="ww-item-main">
        <div className="ww-item-title">{notice.event}</div>
        <div className="ww-quiet ww-small">
          {notice.target} · <Moment atMs={notice.createdAtMs} /> · {t('notices.attempts', { count: notice.attempts })}
        </div>
        {notice.lastError !== null && <div className="ww-small">{remarkText(notice.lastError)}</div>}
        <TroubleNote trouble={act.trouble} />
      </div>
      <span className="ww-tag" data-tone={tones[notice.state]}>
        {t(`notices.state.${notice.state}`)}
      </span>
      {(notice.state === 'dead' || notice.lastError !== null) && (
        <Button
          variant="default"
          size="xs"
          loading={act.isRunning}
          onClick={() => void act.run({ params: { notice: notice.id } })}
        >
          {t('do.retry')}
        </Button>
      )}
    </li>
  )
}
