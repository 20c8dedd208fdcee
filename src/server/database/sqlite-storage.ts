import { setTimeout as delay } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { Failure } from '../../errors/failure.ts'
import { logChanges } from './change-log.ts'
import { startPruning } from './change-pruning.ts'
import { HotTransaction } from './hot-transaction.ts'
import { Mutex } from './mutex.ts'
import { asHotTx } from './sql.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { sqliteDialect } from './sqlite-dialect.ts'
import { isBusy, readableSqliteError } from './sqlite-error.ts'
import { SqliteFeed } from './sqlite-feed.ts'
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
  Tx,
} from './storage.ts'
import type { Tables } from './tables.ts'

/** How long a write waits for other processes before it gives up. */
const lockWaitMs = 5000
/** How long one attempt may block this process; between attempts other work goes on. */
const blockMs = 10

/**
 * SQLite as the storage: reads on a connection that cannot write, every write under one mutex of this process, batches
 * on a connection of their own. Other processes may work on the same file.
 */
export class SqliteStorage implements Storage {
  readonly engine = 'sqlite'
  /** The write mutex lets one in. */
  readonly hotTransactions = 1
  readonly db: Database
  readonly changes: ChangeFeed
  readonly #file: string
  readonly #reader: SqliteConnection
  readonly #writer: SqliteConnection
  readonly #hotWriter: SqliteConnection
  readonly #writes: Kysely<Tables>
  readonly #feed: SqliteFeed
  readonly #clock: StorageClock
  readonly #mutex = new Mutex()
  readonly #recorded = new WeakMap<Tx, Change[]>()
  readonly #stopPruning: () => void

  /** @param file - a file whose schema is current */
  constructor(file: string, clock: StorageClock) {
    this.#file = file
    this.#clock = clock
    this.#writer = openWriter(file, true)
    // Batches read the rows that theirs refer to in the same transaction: looking them up again in the index of another
    // table would cost a page for each verdict.
    this.#hotWriter = openWriter(file, false)
    this.#reader = new SqliteConnection(file, { readOnly: true, busyMs: lockWaitMs })
    this.#writes = new Kysely<Tables>({ dialect: sqliteDialect(this.#writer) })
    this.db = new Kysely<Tables>({ dialect: sqliteDialect(this.#reader) })
    this.#feed = new SqliteFeed(file)
    this.changes = this.#feed.listeners
    this.#stopPruning = startPruning(this, clock)
  }

  async start(): Promise<void> {
    await this.#feed.start()
  }

  async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const recorded: Change[] = []
    const result = await this.#exclusively(this.#writer, () =>
      this.#writes.transaction().execute((tx) => {
        this.#recorded.set(tx, recorded)
        return work(tx)
      }),
    )
    this.#feed.listeners.deliver(recorded)
    return result
  }

  hotTransaction<T>(work: (tx: HotTx) => Promise<T> | T): Promise<T> {
    const tx = new HotTransaction('sqlite', this.#hotWriter)
    return this.#exclusively(
      this.#hotWriter,
      () => work(tx),
      () => tx.end(),
    )
  }

  async readHot(sql: string, values: readonly SqlValue[]): Promise<SqlRow[]> {
    const release = await this.#mutex.acquire()
    try {
      return this.#hotWriter.all(sql, values)
    } catch (error) {
      throw readableSqliteError(error)
    } finally {
      release()
    }
  }

  // On a connection of its own: the one for reads serves everybody, and each of them wants the newest.
  async snapshot<T>(read: (db: Queryable) => Promise<T>): Promise<T> {
    const connection = new SqliteConnection(this.#file, { readOnly: true, busyMs: lockWaitMs })
    try {
      connection.exec('begin')
      return await read(new Kysely<Tables>({ dialect: sqliteDialect(connection) }))
    } catch (error) {
      throw readableSqliteError(error)
    } finally {
      connection.close()
    }
  }

  recordChange(tx: Tx, change: Change): Promise<void> {
    return this.recordChanges(tx, [change])
  }

  async recordChanges(tx: Tx, changes: readonly Change[]): Promise<void> {
    this.#recorded.get(tx)?.push(...changes)
    await logChanges(asHotTx(tx, 'sqlite'), changes, this.#clock.nowMs())
  }

  async ping(): Promise<void> {
    try {
      this.#reader.all('select 1 from sqlite_schema limit 1', [])
    } catch (error) {
      throw new Failure('database_away', { cause: error })
    }
  }

  async close(): Promise<void> {
    this.#stopPruning()
    const release = await this.#mutex.acquire()
    this.#feed.stop()
    this.#reader.close()
    this.#hotWriter.close()
    this.#writer.close()
    release()
  }

  async #exclusively<T>(connection: SqliteConnection, work: () => Promise<T> | T, end = () => {}): Promise<T> {
    const release = await this.#mutex.acquire()
    try {
      if (!tryBegin(connection)) await keepTryingToBegin(connection)
      const result = await work()
      end()
      connection.run('commit', [])
      return result
    } catch (error) {
      end()
      rollBack(connection)
      throw readableSqliteError(error)
    } finally {
      release()
    }
  }
}

function openWriter(file: string, foreignKeys: boolean): SqliteConnection {
  const connection = new SqliteConnection(file, { readOnly: false, busyMs: blockMs, foreignKeys })
  // Hot pages stay in memory, and are copied from the log into the file less often than by default.
  connection.exec('pragma synchronous = full; pragma cache_size = -8000; pragma wal_autocheckpoint = 4000')
  return connection
}

function tryBegin(connection: SqliteConnection): boolean {
  try {
    connection.run('begin immediate', [])
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

async function keepTryingToBegin(connection: SqliteConnection): Promise<void> {
  const deadline = performance.now() + lockWaitMs
  while (performance.now() < deadline) {
    await delay(1)
    if (tryBegin(connection)) return
  }
  throw new Failure('database_busy')
}

function rollBack(connection: SqliteConnection): void {
  if (connection.database.isOpen && connection.database.isTransaction) connection.run('rollback', [])
}
