import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import { Failure } from '../../errors/failure.ts'
import { logChanges } from './change-log.ts'
import { startPruning } from './change-pruning.ts'
import { HotTransaction, type Statements } from './hot-transaction.ts'
import { changeAnnouncement, changeChannel, PostgresFeed } from './postgres-feed.ts'
import { postgresCode, readablePostgresError } from './postgres-error.ts'
import { joinWriters, openPool, readablePool } from './postgres-pool.ts'
import { asHotTx } from './sql.ts'
import type {
  Change,
  ChangeFeed,
  Database,
  HotTx,
  Queryable,
  SqlRow,
  SqlValue,
  Storage,
  StorageClock,
  StorageLog,
  Tx,
} from './storage.ts'
import type { Tables } from './tables.ts'

/** While one commits, another reads and decides; they meet at the head of the audit. */
const hotTransactions = 3
const patienceMs = 30_000
/** Batches are short; whoever verifies does not wait longer. */
const hotPatienceMs = 10_000
/** A transaction that lost a deadlock is run again until it was tried so often. */
const attempts = 8
/** The first rerun waits for less than this, each further one for up to twice as long. */
const longestFirstPauseMs = 8
const lostRace = new Set(['40001', '40P01'])

/** PostgreSQL as the storage: a pool that only reads, one that writes, and a small pipelined one for batches. */
export class PostgresStorage implements Storage {
  readonly engine = 'postgres'
  readonly hotTransactions = hotTransactions
  readonly db: Database
  readonly changes: ChangeFeed
  readonly #readers: pg.Pool
  readonly #writers: pg.Pool
  readonly #hotPool: pg.Pool
  readonly #writes: Kysely<Tables>
  readonly #feed: PostgresFeed
  readonly #clock: StorageClock
  readonly #recorded = new WeakMap<Tx, Change[]>()
  readonly #stopPruning: () => void

  /** @param url - a database whose schema is current */
  constructor(url: string, clock: StorageClock, log?: StorageLog) {
    this.#clock = clock
    this.#readers = openPool(url, { size: 6, readOnly: true, patienceMs })
    this.#writers = openPool(url, { size: 6, patienceMs })
    this.#hotPool = openPool(url, { size: hotTransactions + 1, pipeline: true, patienceMs: hotPatienceMs })
    this.db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: readablePool(this.#readers) }) })
    this.#writes = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: readablePool(this.#writers) }) })
    this.#feed = new PostgresFeed(url, this.#readers, log)
    this.changes = this.#feed.listeners
    this.#stopPruning = startPruning(this, clock)
  }

  async start(): Promise<void> {
    await this.#feed.start()
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    this.#refuseWhenClosed()
    const { result, recorded } = await untilNotLost(() => this.#attempt(work))
    this.#feed.listeners.deliver(recorded)
    return result
  }

  async hotTransaction<T>(work: (tx: HotTx) => Promise<T> | T): Promise<T> {
    this.#refuseWhenClosed()
    return untilNotLost(() => this.#attemptHot(work))
  }

  async #attemptHot<T>(work: (tx: HotTx) => Promise<T> | T): Promise<T> {
    const client = await this.#connectHot()
    const tx = new HotTransaction('postgres', statementsOf(client))
    try {
      // Not awaited here: both travel in one packet with the first statement of the work.
      const begun = [client.query('begin'), client.query({ name: 'join_writers', text: joinWriters })]
      const [result] = await Promise.all([work(tx), ...begun])
      tx.end()
      await commit(client)
      client.release()
      return result
    } catch (error) {
      tx.end()
      await giveUp(client)
      throw error
    }
  }

  async readHot(sql: string, values: readonly SqlValue[]): Promise<SqlRow[]> {
    try {
      const query = { name: statementName(sql), text: sql, values: values as unknown[] }
      return (await this.#readers.query<SqlRow>(query)).rows
    } catch (error) {
      throw readablePostgresError(error)
    }
  }

  snapshot<T>(read: (db: Queryable) => Promise<T>): Promise<T> {
    return this.db.transaction().setIsolationLevel('repeatable read').execute(read)
  }

  recordChange(tx: Tx, change: Change): Promise<void> {
    return this.recordChanges(tx, [change])
  }

  async recordChanges(tx: Tx, changes: readonly Change[]): Promise<void> {
    this.#recorded.get(tx)?.push(...changes)
    const hot = asHotTx(tx, 'postgres')
    await logChanges(hot, changes, this.#clock.nowMs())
    const announcements = changes.map(changeAnnouncement)
    await hot.all('select pg_notify($1, text) from unnest($2::text[]) as t (text)', [changeChannel, announcements])
  }

  async ping(): Promise<void> {
    try {
      await this.#readers.query('select 1')
    } catch (error) {
      throw new Failure('database_away', { cause: error })
    }
  }

  async close(): Promise<void> {
    if (this.#readers.ending) return
    this.#stopPruning()
    await this.#feed.stop()
    await Promise.all([this.#readers.end(), this.#writers.end(), this.#hotPool.end()])
  }

  #refuseWhenClosed(): void {
    if (this.#readers.ending) throw new Failure('database_away')
  }

  async #attempt<T>(work: (tx: Tx) => Promise<T>): Promise<{ result: T; recorded: Change[] }> {
    const recorded: Change[] = []
    const result = await this.#writes.transaction().execute(async (tx) => {
      await tx.executeQuery(CompiledQuery.raw(joinWriters))
      this.#recorded.set(tx, recorded)
      return work(tx)
    })
    return { result, recorded }
  }

  async #connectHot(): Promise<pg.PoolClient> {
    try {
      return await this.#hotPool.connect()
    } catch (error) {
      throw readablePostgresError(error)
    }
  }
}

/** Runs a transaction again while it loses deadlocks, after a pause of chance: those that met must not meet again. */
async function untilNotLost<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (count >= attempts || !lostRace.has(postgresCode(error))) throw readablePostgresError(error)
      await pause(randomInt(longestFirstPauseMs * 2 ** (count - 1)))
    }
  }
}

async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit')
  // A transaction that one of its statements broke answers ROLLBACK to COMMIT.
  if (command !== 'COMMIT') throw new Failure('database_away')
}

async function giveUp(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback')
    client.release()
  } catch {
    client.release(true)
  }
}

/** Names of prepared statements by their text, one namespace for all connections. */
const statementNames = new Map<string, string>()

function statementName(text: string): string {
  const known = statementNames.get(text)
  if (known !== undefined) return known
  const name = `hot_${statementNames.size}`
  statementNames.set(text, name)
  return name
}

function statementsOf(client: pg.PoolClient): Statements {
  const query = (text: string, values: readonly SqlValue[]) =>
    client.query<SqlRow>({ name: statementName(text), text, values: values as unknown[] })
  return {
    all: async (text, values) => (await query(text, values)).rows,
    run: async (text, values) => (await query(text, values)).rowCount ?? 0,
    runEach: async (text, rows) => void (await Promise.all(rows.map((row) => query(text, row)))),
  }
}
