import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Failure } from '../../errors/failure.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import type { PostgresStorage } from './postgres-storage.ts'
import { SqliteStorage } from './sqlite-storage.ts'
import type { Storage, StorageClock, StorageLog } from './storage.ts'

/** The SQLite file inside a data directory. */
export const databaseFileName = 'watchword.db'

/** Which database to open: a PostgreSQL address where one is given, else the file in the data directory. */
export interface StorageOptions {
  /** `postgres://user@host/name`; everything lives in its schema `watchword`. */
  readonly url?: string | undefined
  readonly dataDir?: string | undefined
  readonly clock: StorageClock
  readonly log?: StorageLog | undefined
}

/**
 * Opens the database, bringing its schema up to date first.
 *
 * What is foreign, damaged or newer is refused and left untouched. Close the answer with `close()`.
 *
 * @throws {@link Failure} `data_dir_unusable`, `database_address_invalid`, `database_foreign`, `database_damaged`, `database_newer`,
 *   `database_too_old`, `database_unreachable`
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const storage = await openEngine(options)
  try {
    await storage.start()
  } catch (error) {
    await storage.close()
    throw error
  }
  return storage
}

async function openEngine({ url, dataDir, clock, log }: StorageOptions): Promise<PostgresStorage | SqliteStorage> {
  if (url !== undefined) {
    if (!isPostgresAddress(url))
      throw new Failure('database_address_invalid', { detail: { address: withoutUser(url) } })
    return openPostgres(url, clock, log)
  }
  if (dataDir === undefined) throw new Failure('database_address_invalid', { detail: { address: '' } })
  makeFolder(resolve(dataDir))
  const file = join(dataDir, databaseFileName)
  makeOwnerOnly(file)
  migrateSqlite(file)
  return new SqliteStorage(file, clock)
}

function makeFolder(folder: string): void {
  try {
    makeFolders(folder)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure('data_dir_unusable', { detail: { folder, reason }, cause })
  }
}

// Node's own `recursive` never ends where a folder cannot be made in one that exists, as below /proc.
function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  const parent = dirname(folder)
  if (parent !== folder) makeFolders(parent)
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(folder)) throw error
  }
}

// The driver is loaded only where it is needed: beside SQLite it would cost memory and start for nothing.
async function openPostgres(url: string, clock: StorageClock, log?: StorageLog): Promise<PostgresStorage> {
  const { migratePostgres } = await import('./migrate-postgres.ts')
  const { PostgresStorage } = await import('./postgres-storage.ts')
  await migratePostgres(url)
  return new PostgresStorage(url, clock, log)
}

// SQLite gives the files beside it the same mode. A file that is there keeps its own.
function makeOwnerOnly(file: string): void {
  try {
    closeSync(openSync(file, 'a', 0o600))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure('database_unreachable', { detail: { place: file, reason }, cause })
  }
}

function isPostgresAddress(url: string): boolean {
  return /^postgres(ql)?:$/.test(URL.parse(url)?.protocol ?? '')
}

/** The address without what stands before its host: there may be a passphrase in it. */
function withoutUser(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//')
}
