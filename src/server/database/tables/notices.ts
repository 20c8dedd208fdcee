/** What leaves by webhook and mail. */
export interface NoticeTables {
  outbox: OutboxTable
  webhook: WebhookTable
}

/** Webhooks and mail leave from here; `state` is `waiting`, `sent` or `dead`, `last_error` a remark as JSON. */
export interface OutboxTable {
  id: string
  kind: string
  target: string
  body: string
  state: string
  attempts: number
  next_at_ms: number
  last_error: string | null
  created_at_ms: number
  sent_at_ms: number | null
}

/** Where notices are posted to; `events` is a JSON list. The key that signs them is derived, not kept. */
export interface WebhookTable {
  id: string
  url: string
  events: string
  enabled: number
  created_at_ms: number
}
