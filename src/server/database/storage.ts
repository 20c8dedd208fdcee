import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

/** Reads: on SQLite a connection of its own that cannot write, on PostgreSQL the pool. */
export type Database = Kysely<Tables>

/** Writes: only what `Storage.transaction` hands out. */
export type Tx = Transaction<Tables>

/** Either, for queries that serve both. */
export type Queryable = Database | Tx

/** The engines Watchword runs on. */
export type Engine = 'sqlite' | 'postgres'

/** Parameters and rows of a prepared statement, the same on both engines. */
export type SqlValue = string | number | bigint | null | Uint8Array | readonly (string | number | Uint8Array | null)[]
export type SqlRow = Readonly<Record<string, unknown>>

/**
 * A transaction on the hot path: prepared statements, no query builder.
 *
 * SQL is written per engine by the caller (`?` on SQLite, `$1` on PostgreSQL); each text is prepared once.
 */
export interface HotTx {
  readonly engine: Engine
  all(sql: string, values: readonly SqlValue[]): Promise<SqlRow[]> | SqlRow[]
  /** Answers how many rows changed. */
  run(sql: string, values: readonly SqlValue[]): Promise<number> | number
  /** Runs a statement once for each row of parameters. */
  runEach(sql: string, rows: readonly (readonly SqlValue[])[]): Promise<void> | void
}

/** What the feed tells when any server changed something. */
export interface Change {
  readonly kind: string
  readonly objectId: string
}

/** Tells of changes made by any process within a second; caches listen here. */
export interface ChangeFeed {
  /** False when the feed was not confirmed for 1 s: caches must then be bypassed. */
  isConfirmed(): boolean
  listen(listener: (change: Change) => void): () => void
  /** Called when changes may have been missed: drop every cache. */
  onReset(listener: () => void): () => void
}

/** An opened database: one schema and one query layer over both engines. */
export interface Storage {
  readonly engine: Engine
  readonly db: Database
  readonly changes: ChangeFeed
  /** Runs `work` in one transaction (`BEGIN IMMEDIATE` on SQLite, under the process's write mutex). It awaits nothing but the database. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** How many hot transactions may usefully be under way at once. */
  readonly hotTransactions: number
  /** The same for batches of verifications: prepared statements on the same mutex. After a lost deadlock `work` runs again. */
  hotTransaction<T>(work: (tx: HotTx) => Promise<T> | T): Promise<T>
  /**
   * One query outside of any transaction, prepared. On SQLite it runs on the connection that writes: that one keeps
   * its pages in memory, where a connection that only reads drops them whenever another commits.
   */
  readHot(sql: string, values: readonly SqlValue[]): Promise<SqlRow[]>
  /** Runs reads that all see the database as it was at the first of them, whatever any process writes meanwhile. */
  snapshot<T>(read: (db: Queryable) => Promise<T>): Promise<T>
  /** Records a change in the transaction that makes it, so that every server hears of it. */
  recordChange(tx: Tx, change: Change): Promise<void>
  /** The same of many at once. */
  recordChanges(tx: Tx, changes: readonly Change[]): Promise<void>
  /** Throws `database_away` when the database does not answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Where the storage takes its times from; `server/clock.ts` fits. */
export interface StorageClock {
  /** Unix time in milliseconds. */
  nowMs(): number
}

/** Where the storage tells of trouble that no caller waits for; the server's log fits. */
export interface StorageLog {
  warn(detail: object, message: string): void
}
