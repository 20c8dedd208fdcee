import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { ChangeListeners } from './change-listeners.ts'
import { type LoggedChange, changesAfter, newestChange } from './change-log.ts'
import { connectionConfig } from './postgres-pool.ts'
import type { Change, StorageLog } from './storage.ts'
import type { Tables } from './tables.ts'

/** The channel changes are announced on; the payload is a JSON pair of kind and object id. */
export const changeChannel = 'watchword_change'

const pollMs = 500
/** A line that does not answer a poll within this is dead, though nobody said so. */
const patienceMs = 5000
/** Rows may be committed out of the order of their numbers: each poll looks this far back. */
const lookBack = 500

/**
 * Hears what any server changed: LISTEN tells at once, a poll twice a second proves that the line still works.
 *
 * When the connection is lost, caches are dropped (`onReset`) once it is back, since changes may have been missed.
 */
export class PostgresFeed {
  readonly listeners = new ChangeListeners()
  readonly #url: string
  readonly #db: Kysely<Tables>
  readonly #log: StorageLog | undefined
  readonly #seen = new Set<number>()
  #client: pg.Client | null = null
  #newest = 0
  #timer: NodeJS.Timeout | null = null
  #isStopped = false

  /** @param pool - where polls ask; the LISTEN connection is the feed's own */
  constructor(url: string, pool: pg.Pool, log?: StorageLog) {
    this.#url = url
    this.#db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
    this.#log = log
  }

  async start(): Promise<void> {
    await this.#connect()
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#client?.end()
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(connectionConfig(this.#url, { patienceMs }))
    client.on('error', () => this.#lose(client))
    client.on('end', () => this.#lose(client))
    client.on('notification', ({ payload = '' }) => this.#hear(payload))
    try {
      await client.connect()
      await client.query(`listen ${changeChannel}`)
      this.#newest = await newestChange(this.#db)
    } catch (error) {
      void client.end().catch(() => {})
      throw error
    }
    if (this.#isStopped) return client.end()
    this.#client = client
    this.#seen.clear()
    this.listeners.confirm()
  }

  // Whoever reaches the database may announce what they like, in our channel too; the next poll tells what is true.
  #hear(payload: string): void {
    const change = announcedChange(payload)
    if (change !== null) this.listeners.deliver([change])
  }

  #lose(client: pg.Client): void {
    if (this.#client !== client || this.#isStopped) return
    this.#client = null
    this.#log?.warn({}, 'lost the connection that hears of changes; caches are bypassed until it is back')
    void client.end().catch(() => {})
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#tick(), pollMs)
    this.#timer.unref()
  }

  async #tick(): Promise<void> {
    try {
      if (this.#client === null) await this.#startOver()
      else await this.#poll(this.#client)
    } catch {
      // An unconfirmed feed is how callers learn of it: caches are bypassed until a poll succeeds.
    }
    if (!this.#isStopped) this.#schedule()
  }

  async #startOver(): Promise<void> {
    await this.#connect()
    this.listeners.reset()
  }

  async #poll(client: pg.Client): Promise<void> {
    // The answer on the listening connection comes after every notification sent before it.
    await client.query('select 1').catch((error: unknown) => {
      this.#lose(client)
      throw error
    })
    const unseen = (await changesAfter(this.#db, this.#newest - lookBack)).filter(({ seq }) => !this.#seen.has(seq))
    this.#remember(unseen)
    this.listeners.deliver(unseen)
    this.listeners.confirm()
  }

  #remember(changes: readonly LoggedChange[]): void {
    for (const { seq } of changes) {
      this.#seen.add(seq)
      this.#newest = Math.max(this.#newest, seq)
    }
    for (const seq of this.#seen) if (seq < this.#newest - lookBack) this.#seen.delete(seq)
  }
}

/** The payload that announces a change. */
export function changeAnnouncement({ kind, objectId }: Change): string {
  return JSON.stringify([kind, objectId])
}

/** Null for what is no announcement of ours. */
function announcedChange(payload: string): Change | null {
  try {
    const [kind, objectId] = JSON.parse(payload) as unknown[]
    return typeof kind === 'string' && typeof objectId === 'string' ? { kind, objectId } : null
  } catch {
    return null
  }
}
