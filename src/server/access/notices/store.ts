import type { Selectable } from 'kysely'
import type { Remark } from '../../../errors/remarks.ts'
import { sql } from '../../database/sql.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { OutboxTable, WebhookTable } from '../../database/tables/notices.ts'
import { administers } from '../people/store.ts'
import { readReason } from './undelivered.ts'

export type NoticeKind = 'webhook' | 'mail'
export type NoticeState = 'waiting' | 'sent' | 'dead'

/** A notice for one receiver; its id goes with it, so that a receiver can tell a repetition. */
export interface Notice {
  readonly id: string
  readonly kind: NoticeKind
  /** A webhook's id or a mail address. */
  readonly target: string
  readonly body: string
  readonly state: NoticeState
  readonly attempts: number
  readonly nextAtMs: number
  /** Why the last attempt failed. */
  readonly lastError: Remark | null
  readonly createdAtMs: number
}

export interface Webhook {
  readonly id: string
  readonly url: string
  readonly events: readonly string[]
  readonly enabled: boolean
  readonly createdAtMs: number
}

/** Puts notices into the outbox, to be sent at once. */
export async function insertNotices(
  tx: Tx,
  notices: readonly Pick<Notice, 'id' | 'kind' | 'target' | 'body'>[],
  nowMs: number,
): Promise<void> {
  if (notices.length === 0) return
  await tx
    .insertInto('outbox')
    .values(
      notices.map((notice) => ({
        ...notice,
        state: 'waiting',
        attempts: 0,
        next_at_ms: nowMs,
        last_error: null,
        created_at_ms: nowMs,
        sent_at_ms: null,
      })),
    )
    .execute()
}

/** Notices whose next attempt is due, the longest waiting first. */
export async function dueNotices(db: Queryable, nowMs: number, limit: number): Promise<Notice[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('next_at_ms', '<=', nowMs)
    .orderBy('next_at_ms')
    .limit(limit)
    .execute()
  return rows.map(noticeFrom)
}

/** Takes a notice for sending until `untilMs`; false when another server took it first. */
export async function claimNotice(tx: Tx, notice: Notice, untilMs: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('outbox')
    .set({ next_at_ms: untilMs, attempts: notice.attempts + 1 })
    .where('id', '=', notice.id)
    .where('state', '=', 'waiting')
    .where('next_at_ms', '=', notice.nextAtMs)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** A notice has arrived and is not tried again. */
export async function markSent(tx: Tx, id: string, nowMs: number): Promise<void> {
  await tx
    .updateTable('outbox')
    .set({ state: 'sent', sent_at_ms: nowMs, last_error: null })
    .where('id', '=', id)
    .execute()
}

/** Notes a failed attempt: when to try again, or null to give up. */
export async function markFailed(tx: Tx, id: string, reason: Remark, nextAtMs: number | null): Promise<void> {
  await tx
    .updateTable('outbox')
    .set({ last_error: JSON.stringify(reason), ...(nextAtMs === null ? { state: 'dead' } : { next_at_ms: nextAtMs }) })
    .where('id', '=', id)
    .where('state', '=', 'waiting')
    .execute()
}

/**
 * Makes a notice due now, a dead one with all its attempts; false when it has arrived.
 *
 * One that is under way may be sent twice so: receivers tell by its id.
 */
export async function makeDue(tx: Tx, id: string, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('outbox')
    .set((eb) => ({
      state: 'waiting',
      attempts: eb.case().when('state', '=', 'dead').then(0).else(eb.ref('attempts')).end(),
      next_at_ms: nowMs,
    }))
    .where('id', '=', id)
    .where('state', 'in', ['dead', 'waiting'])
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** A notice in whatever state; null where it was never posted, or was cleared away. */
export async function noticeById(db: Queryable, id: string): Promise<Notice | null> {
  const row = await db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? null : noticeFrom(row)
}

/** A page of the outbox, the latest first, behind `before`. */
export async function listNotices(
  db: Queryable,
  filter: { state?: NoticeState | undefined },
  page: { limit: number; before?: { createdAtMs: number; id: string } | undefined },
): Promise<Notice[]> {
  let query = db
    .selectFrom('outbox')
    .selectAll()
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
  if (filter.state !== undefined) query = query.where('state', '=', filter.state)
  const { before } = page
  if (before !== undefined) {
    query = query.where(sql<boolean>`(created_at_ms, id) < (${before.createdAtMs}, ${before.id})`)
  }
  return (await query.execute()).map(noticeFrom)
}

/** Removes what was sent before a moment. */
export async function deleteSent(tx: Tx, beforeMs: number): Promise<void> {
  await tx.deleteFrom('outbox').where('state', '=', 'sent').where('sent_at_ms', '<', beforeMs).execute()
}

/** Every webhook, the oldest first. */
export async function listWebhooks(db: Queryable): Promise<Webhook[]> {
  const rows = await db.selectFrom('webhook').selectAll().orderBy('created_at_ms').orderBy('id').execute()
  return rows.map(webhookFrom)
}

/** Some webhooks, oldest first. */
export async function pageOfWebhooks(
  db: Queryable,
  { limit, after }: { limit: number; after?: { createdAtMs: number; id: string } | undefined },
): Promise<Webhook[]> {
  let query = db.selectFrom('webhook').selectAll().orderBy('created_at_ms').orderBy('id').limit(limit)
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at_ms', 'id'), '>', tuple(after.createdAtMs, after.id)),
    )
  }
  return (await query.execute()).map(webhookFrom)
}

function webhookFrom(row: Selectable<WebhookTable>): Webhook {
  return {
    id: row.id,
    url: row.url,
    events: JSON.parse(row.events) as string[],
    enabled: row.enabled === 1,
    createdAtMs: row.created_at_ms,
  }
}

/** Adds a webhook; its signing key is no column, it follows from the key ring and the id. */
export async function insertWebhook(tx: Tx, webhook: Webhook): Promise<void> {
  await tx
    .insertInto('webhook')
    .values({
      id: webhook.id,
      url: webhook.url,
      events: JSON.stringify(webhook.events),
      enabled: webhook.enabled ? 1 : 0,
      created_at_ms: webhook.createdAtMs,
    })
    .execute()
}

/** Removes a webhook and what still waits for it; answers its address, null when there was none. */
export async function deleteWebhookRow(tx: Tx, id: string): Promise<string | null> {
  const row = await tx.deleteFrom('webhook').where('id', '=', id).returning('url').executeTakeFirst()
  if (row === undefined) return null
  await tx
    .deleteFrom('outbox')
    .where('kind', '=', 'webhook')
    .where('target', '=', id)
    .where('state', '!=', 'sent')
    .execute()
  return row.url
}

/** Mail addresses and preferences of people, or of all administrators. */
export async function readers(
  db: Queryable,
  whom: { personIds: readonly string[]; administrators: boolean },
): Promise<{ id: string; email: string; preferences: Readonly<Record<string, unknown>> }[]> {
  if (whom.personIds.length === 0 && !whom.administrators) return []
  const rows = await db
    .selectFrom('person')
    .select(['id', 'email', 'preferences'])
    .where('disabled', '=', 0)
    .where('email', '!=', '')
    .where((where) =>
      where.or([
        ...(whom.personIds.length === 0 ? [] : [where('id', 'in', whom.personIds)]),
        ...(whom.administrators ? [administers(where)] : []),
      ]),
    )
    .execute()
  return rows.map((row) => ({ ...row, preferences: JSON.parse(row.preferences) as Record<string, unknown> }))
}

function noticeFrom(row: Selectable<OutboxTable>): Notice {
  return {
    id: row.id,
    kind: row.kind === 'mail' ? 'mail' : 'webhook',
    target: row.target,
    body: row.body,
    state: row.state === 'sent' || row.state === 'dead' ? row.state : 'waiting',
    attempts: row.attempts,
    nextAtMs: row.next_at_ms,
    lastError: readReason(row.last_error),
    createdAtMs: row.created_at_ms,
  }
}
