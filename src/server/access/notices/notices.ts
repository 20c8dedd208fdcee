import { randomUUID } from 'node:crypto'
import type { Tx } from '../../database/storage.ts'
import type { Language } from '../../http/language.ts'
import { isAlwaysTold, mailPreference, type NoticeEvent } from './events.ts'
import { Outbox, type OutboxParts } from './outbox.ts'
import { mailOf } from './mails.ts'
import { insertNotices, listWebhooks, type Notice, readers } from './store.ts'

/** Tells people and other systems what happened. */
export interface Notices {
  /** Queues a notice in the transaction of what it tells of: it leaves when, and only when, that happened. */
  post(tx: Tx, event: NoticeEvent): Promise<void>
  readonly outbox: Outbox
  stop(): Promise<void>
}

/** Opens the outbox and begins to send what waits in it. */
export function createNotices(parts: OutboxParts): Notices {
  const outbox = new Outbox(parts)
  return {
    outbox,
    post: async (tx, event) => {
      const atMs = parts.services.clock.nowMs()
      const queued = [
        ...(await forWebhooks(tx, event, atMs)),
        ...(parts.mail === null ? [] : await forMail(tx, event, parts.mail.language ?? 'en')),
      ]
      await insertNotices(tx, queued, atMs)
    },
    stop: () => outbox.stop(),
  }
}

type Queued = Pick<Notice, 'id' | 'kind' | 'target' | 'body'>

async function forWebhooks(tx: Tx, { event, fields }: NoticeEvent, atMs: number): Promise<Queued[]> {
  const webhooks = await listWebhooks(tx)
  return webhooks
    .filter((webhook) => webhook.enabled && (webhook.events.length === 0 || webhook.events.includes(event)))
    .map((webhook) => {
      const id = randomUUID()
      const body = JSON.stringify({ type: event, id, timestamp: new Date(atMs).toISOString(), data: fields })
      return { id, kind: 'webhook', target: webhook.id, body }
    })
}

async function forMail(tx: Tx, notice: NoticeEvent, language: Language): Promise<Queued[]> {
  const { event, personIds = [], toAdministrators = false } = notice
  const body = JSON.stringify(mailOf(notice, language))
  const people = await readers(tx, { personIds, administrators: toAdministrators })
  return people
    .filter(({ preferences }) => isAlwaysTold(event) || preferences[mailPreference(event)] !== false)
    .map(({ email }) => ({ id: randomUUID(), kind: 'mail', target: email, body }))
}
