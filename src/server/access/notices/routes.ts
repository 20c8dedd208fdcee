import * as api from '../../../api/index.ts'
import { pageOfRows, readCursor } from '../../http/cursor.ts'
import type { Router } from '../../http/router.ts'
import type { AccessContext } from '../context.ts'
import { requireAdministrator } from '../rights.ts'
import { listNotices, listWebhooks, type Notice, pageOfWebhooks, type Webhook } from './store.ts'
import { addWebhook, removeWebhook, retryNow } from './webhooks.ts'

/** Webhooks and what became of notices, for administrators. */
export function noticeRoutes({ route }: Router, context: AccessContext): void {
  const { db } = context.storage
  route(api.listWebhooks, async ({ actor, query }) => {
    requireAdministrator(actor)
    const { limit = 100, cursor } = query
    const after = cursor === undefined ? undefined : positionOf(cursor)
    const rows = await pageOfWebhooks(db, { limit: limit + 1, after })
    return pageOfRows(rows, limit, ({ createdAtMs, id }) => [createdAtMs, id], showWebhook)
  })
  route(api.createWebhook, async ({ actor, body }) => {
    requireAdministrator(actor)
    const { signingKey, ...webhook } = await addWebhook(context, actor, body)
    return { ...showWebhook(webhook), signingKey }
  })
  route(api.deleteWebhook, ({ actor, params }) => {
    requireAdministrator(actor)
    return removeWebhook(context, actor, params.webhook)
  })
  route(api.listNotices, async ({ actor, query }) => {
    requireAdministrator(actor)
    const { limit = 100, state, cursor } = query
    const before = cursor === undefined ? undefined : positionOf(cursor)
    const rows = await listNotices(db, { state }, { limit: limit + 1, before })
    const targets = new Map((await listWebhooks(db)).map(({ id, url }) => [id, url]))
    return pageOfRows(
      rows,
      limit,
      (row) => [row.createdAtMs, row.id],
      (row) => showNotice(row, targets.get(row.target) ?? row.target),
    )
  })
  route(api.retryNotice, ({ actor, params }) => {
    requireAdministrator(actor)
    return retryNow(context, actor, params.notice)
  })
}

function showWebhook({ id, url, events, enabled, createdAtMs }: Webhook) {
  return { id, url, events: [...events], enabled, createdAtMs }
}

function showNotice(notice: Notice, target: string) {
  const { id, kind, state, attempts, lastError, createdAtMs, body } = notice
  const { type, subject } = JSON.parse(body) as { type?: string; subject?: string }
  return { id, kind, target, event: type ?? subject ?? '', state, attempts, lastError, createdAtMs }
}

function positionOf(cursor: string): { createdAtMs: number; id: string } {
  const [createdAtMs, id] = readCursor(cursor, ['number', 'string'])
  return { createdAtMs: Number(createdAtMs), id: String(id) }
}
