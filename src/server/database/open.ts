import { chownSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Failure } from '../../errors/failure.ts'
import { refuseUnlessPostgresAddress } from './address.ts'
import { inspectSqlite, migrateSqlite } from './migrate-sqlite.ts'
import { schemaVersion } from './migrations/migrations.ts'
import type { PostgresStorage } from './postgres-storage.ts'
import { SqliteStorage } from './sqlite-storage.ts'
import type { Storage, StorageClock, StorageLog } from './storage.ts'

/** The SQLite file inside a data directory. */
export const databaseFileName = 'watchword.db'

/**
 * What becomes of the schema found: `upgrade` brings an earlier one up to date, which servers alone do; `current` wants it
 * as this program writes it; `as it is` takes an earlier one too, for reading. Where there is no database yet, `upgrade`
 * makes one, and so does `begin`, which otherwise is as `current`.
 */
export type SchemaUse = 'upgrade' | 'begin' | 'current' | 'as it is'

/** Which database to open: a PostgreSQL address where one is given, else the file in the data directory. */
export interface StorageOptions {
  /** `postgres://user@host/name`; everything lives in its schema `watchword`. */
  readonly url?: string | undefined
  readonly dataDir?: string | undefined
  readonly clock: StorageClock
  readonly log?: StorageLog | undefined
  /** `upgrade` unless told otherwise. */
  readonly schema?: SchemaUse
}

/**
 * Opens the database, bringing its schema up to date first where that is wanted.
 *
 * What is foreign, damaged or newer is refused and left untouched. Close the answer with `close()`.
 *
 * @throws {@link Failure} `data_dir_unusable`, `database_address_invalid`, `database_foreign`, `database_damaged`, `database_newer`,
 *   `database_too_old`, `database_unreachable`; unless it may be made also `database_missing`, `database_empty`,
 *   `database_older`
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

async function openEngine(options: StorageOptions): Promise<PostgresStorage | SqliteStorage> {
  const { url, dataDir, clock, schema = 'upgrade' } = options
  if (url !== undefined) {
    refuseUnlessPostgresAddress(url)
    return openPostgres(url, schema, options)
  }
  if (dataDir === undefined) throw new Failure('database_address_invalid', { detail: { address: '' } })
  const file = join(dataDir, databaseFileName)
  if (schema === 'upgrade' || (schema === 'begin' && inspectSqlite(file) === 0)) makeSqlite(resolve(dataDir), file)
  else if (existsSync(file)) refuseUnlessUsable(inspectSqlite(file), file, schema)
  else throw new Failure('database_missing', { detail: { place: dataDir } })
  return new SqliteStorage(file, clock)
}

function makeSqlite(folder: string, file: string): void {
  makeFolder(folder)
  makeOwnerOnly(file)
  migrateSqlite(file)
}

function refuseUnlessUsable(found: number, place: string, schema: SchemaUse): void {
  if (found === 0) throw new Failure('database_empty', { detail: { place } })
  if (schema !== 'as it is' && found < schemaVersion)
    throw new Failure('database_older', { detail: { place, found, known: schemaVersion } })
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
async function openPostgres(url: string, schema: SchemaUse, { clock, log }: StorageOptions): Promise<PostgresStorage> {
  const { inspectPostgres, migratePostgres, placeOf } = await import('./migrate-postgres.ts')
  const { PostgresStorage } = await import('./postgres-storage.ts')
  if (schema === 'upgrade' || (schema === 'begin' && (await inspectPostgres(url)) === 0)) await migratePostgres(url)
  else refuseUnlessUsable(await inspectPostgres(url), placeOf(url), schema)
  return new PostgresStorage(url, clock, log)
}

// SQLite gives the files beside it the same mode and owner. A file that is there keeps its own.
function makeOwnerOnly(file: string): void {
  const isNew = !existsSync(file)
  try {
    closeSync(openSync(file, 'a', 0o600))
    if (isNew && process.getuid?.() === 0) giveToFolderOwner(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure('database_unreachable', { detail: { place: file, reason }, cause })
  }
}

/** Made by root, it belongs to who serves from this folder. */
function giveToFolderOwner(file: string): void {
  const { uid, gid } = statSync(dirname(file))
  if (uid !== 0) chownSync(file, uid, gid)
}
