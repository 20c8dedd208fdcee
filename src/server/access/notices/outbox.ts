import type { Transporter } from 'nodemailer'
import { remark } from '../../../errors/remarks.ts'
import type { Storage } from '../../database/storage.ts'
import type { Services } from '../../http/services.ts'
import { nextAttemptAtMs } from './backoff.ts'
import { type MailConfig, openMail, postWebhook, sendMail } from './delivery.ts'
import * as store from './store.ts'
import { reasonOf, Undelivered } from './undelivered.ts'

export interface OutboxParts {
  readonly services: Services
  readonly storage: Storage
  readonly keyRing: { deriveKey(label: string): Uint8Array }
  readonly mail: MailConfig | null
}

const lookEveryMs = 1000
const noticesAtOnce = 20
/**
 * A server that dies while sending holds a notice for this long; then another sends it again. Longer than a delivery
 * may take: a webhook has ten seconds in all, a mail ten for each thing it waits for.
 */
const claimMs: Record<store.Notice['kind'], number> = { webhook: 20_000, mail: 60_000 }
const keepSentMs = 7 * 24 * 60 * 60_000
const pruneEveryMs = 60 * 60_000

/**
 * Sends what waits in the outbox: each notice at least once, with a stable id, by whichever server claims it first.
 */
export class Outbox {
  readonly #parts: OutboxParts
  readonly #timer: NodeJS.Timeout
  #transport: Transporter | null = null
  #running: Promise<void> | null = null
  #prunedAtMs = 0

  constructor(parts: OutboxParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.wake(), lookEveryMs)
    this.#timer.unref()
  }

  /** Looks now instead of at the next tick. */
  wake(): void {
    this.#running ??= this.#round().finally(() => {
      this.#running = null
    })
  }

  /** Sends everything due, and ends when nothing is. */
  async drain(): Promise<void> {
    await this.#running
    this.wake()
    await this.#running
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
    this.#transport?.close()
  }

  async #round(): Promise<void> {
    const { storage, services } = this.#parts
    try {
      let due = await store.dueNotices(storage.db, services.clock.nowMs(), noticesAtOnce)
      while (due.length > 0) {
        await Promise.all(due.map((notice) => this.#attempt(notice)))
        due = await store.dueNotices(storage.db, services.clock.nowMs(), noticesAtOnce)
      }
      await this.#prune()
    } catch (error) {
      services.log.warn({ err: error }, 'the outbox could not be read; the next round tries again')
    }
  }

  async #attempt(notice: store.Notice): Promise<void> {
    const { storage, services } = this.#parts
    const untilMs = services.clock.nowMs() + claimMs[notice.kind]
    if (!(await storage.transaction((tx) => store.claimNotice(tx, notice, untilMs)))) return
    try {
      await this.#send(notice)
      await storage.transaction((tx) => store.markSent(tx, notice.id, services.clock.nowMs()))
    } catch (error) {
      const nextAtMs = nextAttemptAtMs(notice.attempts + 1, services.clock.nowMs(), Math.random())
      await storage.transaction((tx) => store.markFailed(tx, notice.id, reasonOf(error), nextAtMs))
    }
  }

  async #send(notice: store.Notice): Promise<void> {
    const { storage, services, keyRing } = this.#parts
    if (notice.kind === 'mail') return this.#sendMail(notice)
    const webhook = (await store.listWebhooks(storage.db)).find(({ id }) => id === notice.target)
    if (webhook === undefined || !webhook.enabled) throw new Undelivered(remark('notice_webhook_gone'))
    await postWebhook(webhook, notice, keyRing, services.clock.nowMs())
  }

  async #sendMail(notice: store.Notice): Promise<void> {
    const { mail } = this.#parts
    if (mail === null) throw new Undelivered(remark('notice_mail_off'))
    this.#transport ??= await openMail(mail)
    await sendMail(this.#transport, mail.from, notice)
  }

  async #prune(): Promise<void> {
    const { storage, services } = this.#parts
    const atMs = services.clock.nowMs()
    if (atMs - this.#prunedAtMs < pruneEveryMs) return
    this.#prunedAtMs = atMs
    await storage.transaction((tx) => store.deleteSent(tx, atMs - keepSentMs))
  }
}
