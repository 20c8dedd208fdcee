import { createHmac } from 'node:crypto'

/** The key that signs what goes to one webhook: derived, so that nothing of it lies in the database. */
export function webhookKey(keyRing: { deriveKey(label: string): Uint8Array }, webhookId: string): Uint8Array {
  const key = keyRing.deriveKey('webhook signatures')
  return createHmac('sha256', key).update(webhookId).digest()
}

/** The key as its receiver is told it, once. */
export function writeWebhookKey(key: Uint8Array): string {
  return `whsec_${Buffer.from(key).toString('base64')}`
}

/**
 * The headers of a signed notice, as the Standard Webhooks specification names them: HMAC-SHA-256 over id, time
 * and body, so that none of the three can be exchanged.
 */
export function signedHeaders(
  key: Uint8Array,
  notice: { readonly id: string; readonly body: string },
  nowMs: number,
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const signature = createHmac('sha256', key).update(`${notice.id}.${timestamp}.${notice.body}`).digest('base64')
  return { 'webhook-id': notice.id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
