import { randomUUID } from 'node:crypto'
import { noticeEvents } from '../../../api/operation.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Actor } from '../../http/actor.ts'
import { type AccessContext, audit, nowMs } from '../context.ts'
import { isLoopbackAddress } from '../oidc/settings.ts'
import { isNoticeEvent } from './events.ts'
import { webhookKey, writeWebhookKey } from './signature.ts'
import { deleteWebhookRow, insertWebhook, noticeById, makeDue, type Webhook } from './store.ts'

/** Adds a webhook; an empty list of events means all. Its signing key is told this once. */
export async function addWebhook(
  context: AccessContext,
  actor: Actor,
  wish: { url: string; events: readonly string[] },
): Promise<Webhook & { signingKey: string }> {
  refuseUnfitAddress(wish.url)
  for (const event of wish.events) {
    if (!isNoticeEvent(event)) {
      throw new Failure('webhook_event_unknown', {
        detail: { event: event.slice(0, 64), known: noticeEvents.join(', ') },
      })
    }
  }
  const webhook: Webhook = {
    id: randomUUID(),
    url: wish.url,
    events: [...wish.events],
    enabled: true,
    createdAtMs: nowMs(context),
  }
  await context.storage.transaction(async (tx) => {
    await insertWebhook(tx, webhook)
    await audit(context, tx, actor, {
      action: 'webhook.create',
      objectKind: 'webhook',
      objectId: webhook.id,
      outcome: 'done',
      detail: { host: new URL(webhook.url).host, events: webhook.events },
    })
  })
  return { ...webhook, signingKey: writeWebhookKey(webhookKey(context.keyRing, webhook.id)) }
}

/**
 * Deletes a webhook. The audit names its host alone, since an address may hold a secret.
 *
 * @throws {@link Failure} `webhook_not_found`
 */
export async function removeWebhook(context: AccessContext, actor: Actor, id: string): Promise<void> {
  await context.storage.transaction(async (tx) => {
    const url = await deleteWebhookRow(tx, id)
    if (url === null) throw new Failure('webhook_not_found')
    await audit(context, tx, actor, {
      action: 'webhook.delete',
      objectKind: 'webhook',
      objectId: id,
      outcome: 'done',
      detail: { host: new URL(url).host },
    })
  })
}

/** Tries a notice again at once: one that was given up, or waits for its next attempt. */
export async function retryNow(context: AccessContext, actor: Actor, id: string): Promise<void> {
  await context.storage.transaction(async (tx) => {
    if ((await noticeById(tx, id)) === null) throw new Failure('notice_not_found')
    if (!(await makeDue(tx, id, nowMs(context)))) throw new Failure('notice_arrived')
    await audit(context, tx, actor, { action: 'notice.retry', objectKind: 'notice', objectId: id, outcome: 'done' })
  })
  context.notices.outbox.wake()
}

function refuseUnfitAddress(address: string): void {
  const url = URL.parse(address)
  const isSafe = url?.protocol === 'https:' || isLoopbackAddress(address)
  if (url === null || !isSafe || url.username !== '' || url.password !== '')
    throw new Failure('webhook_address_invalid', { detail: { field: 'url' } })
}
