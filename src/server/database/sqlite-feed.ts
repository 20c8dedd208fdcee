import { Kysely } from 'kysely'
import { ChangeListeners } from './change-listeners.ts'
import { changesAfter, changesKeptMs, newestChange } from './change-log.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import type { Tables } from './tables.ts'

const pollMs = 250

/**
 * Hears what any process changed in the file: `PRAGMA data_version` moves when another connection commits.
 *
 * It has a connection of its own, because the pragma is silent about commits of the connection that asks.
 */
export class SqliteFeed {
  readonly listeners = new ChangeListeners()
  readonly #connection: SqliteConnection
  readonly #db: Kysely<Tables>
  #seq = 0
  #dataVersion = 0
  #polledAt = 0
  #timer: NodeJS.Timeout | null = null

  constructor(file: string) {
    this.#connection = new SqliteConnection(file, { readOnly: true, busyMs: 1000 })
    this.#db = new Kysely<Tables>({ dialect: sqliteDialect(this.#connection) })
  }

  async start(): Promise<void> {
    this.#dataVersion = this.#readDataVersion()
    this.#seq = await newestChange(this.#db)
    this.#polledAt = performance.now()
    this.listeners.confirm()
    this.#schedule()
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#connection.close()
  }

  #schedule(): void {
    this.#timer = setTimeout(() => void this.#tick(), pollMs)
    this.#timer.unref()
  }

  async #tick(): Promise<void> {
    try {
      await this.#poll()
    } catch {
      // An unconfirmed feed is how callers learn of it: caches are bypassed until a poll succeeds.
    }
    if (this.#timer !== null) this.#schedule()
  }

  async #poll(): Promise<void> {
    const startedAt = performance.now()
    const wasAsleep = startedAt - this.#polledAt > changesKeptMs / 2
    const dataVersion = this.#readDataVersion()
    if (wasAsleep) await this.#startOver()
    else if (dataVersion !== this.#dataVersion) await this.#deliverNew()
    this.#dataVersion = dataVersion
    this.#polledAt = startedAt
    this.listeners.confirm()
  }

  async #startOver(): Promise<void> {
    this.#seq = await newestChange(this.#db)
    this.listeners.reset()
  }

  async #deliverNew(): Promise<void> {
    const changes = await changesAfter(this.#db, this.#seq)
    this.#seq = changes.at(-1)?.seq ?? this.#seq
    this.listeners.deliver(changes)
  }

  #readDataVersion(): number {
    return Number(this.#connection.all('pragma data_version', [])[0]?.['data_version'])
  }
}
