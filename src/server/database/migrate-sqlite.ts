import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { Failure } from '../../errors/failure.ts'
import { type Migration, newestVersion } from './migration.ts'
import { migrations } from './migrations/migrations.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { isDamage, isDiskFull, readableSqliteError } from './sqlite-error.ts'

/** "Wtch" in the header of the file says that it is ours (https://sqlite.org/fileformat.html section 1.3.17). */
const applicationId = 0x57746368
/** Files up to this size are read through before the first write; larger ones as far as the schema goes. */
const checkedBytes = 16 * 1024 * 1024

/**
 * Makes a file ready: a new one gets every table, an older one what it lacks.
 *
 * A file that is foreign, damaged or newer is refused before anything is written to it. Servers that run on the older
 * schema meanwhile go on, because steps only add.
 *
 * @param steps - the schema wanted, oldest step first
 * @throws {@link Failure} `database_foreign`, `database_damaged`, `database_newer`, `database_unreachable`
 */
export function migrateSqlite(file: string, steps: readonly Migration[] = migrations): void {
  const size = fileSize(file)
  if (size > 0) refuseUnlessOurs(file, size, steps)
  try {
    migrateFile(file, steps)
  } catch (error) {
    throw openingFailure(file, error)
  }
}

/**
 * The schema of a file that is left as it is: 0 when there is no file, or nothing of ours in it yet.
 *
 * @throws {@link Failure} `database_foreign`, `database_damaged`, `database_newer`, `database_unreachable`
 */
export function inspectSqlite(file: string): number {
  const size = fileSize(file)
  return size === 0 ? 0 : refuseUnlessOurs(file, size, migrations)
}

function fileSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** Answers the schema found. */
function refuseUnlessOurs(file: string, size: number, steps: readonly Migration[]): number {
  if (firstBytes(file) !== 'SQLite format 3\0') throw new Failure('database_foreign', { detail: { place: file } })
  try {
    const connection = new SqliteConnection(file, { readOnly: true, busyMs: 5000 })
    try {
      return inspect(connection, file, size, steps)
    } finally {
      connection.close()
    }
  } catch (error) {
    throw openingFailure(file, error)
  }
}

function inspect(connection: SqliteConnection, file: string, size: number, steps: readonly Migration[]): number {
  const tables = Number(connection.all('select count(*) as n from sqlite_schema', [])[0]?.['n'])
  const isOurs = pragma(connection, 'application_id') === applicationId
  if (!isOurs && tables > 0) throw new Failure('database_foreign', { detail: { place: file } })
  const found = refuseNewer(connection, file, steps)
  if (size > checkedBytes) return found
  // Every page is read once: a cache of them would only stay behind as memory the process has been given.
  connection.exec('pragma cache_size = -64')
  const verdict = String(connection.all('pragma quick_check(1)', [])[0]?.['quick_check'])
  if (verdict !== 'ok') throw new Failure('database_damaged', { detail: { place: file, reason: verdict } })
  return found
}

function refuseNewer(connection: SqliteConnection, file: string, steps: readonly Migration[]): number {
  const found = pragma(connection, 'user_version')
  const known = newestVersion(steps)
  if (found <= known) return found
  throw new Failure('database_newer', { detail: { place: file, found, known } })
}

function migrateFile(file: string, steps: readonly Migration[]): void {
  const connection = new SqliteConnection(file, { readOnly: false, busyMs: 5000 })
  try {
    connection.exec('pragma journal_mode = wal; pragma synchronous = full')
    connection.exec('begin immediate')
    // Read again under the lock: another process may have migrated meanwhile.
    refuseNewer(connection, file, steps)
    applyMissing(connection, steps)
    connection.exec('commit')
  } finally {
    connection.close()
  }
}

function applyMissing(connection: SqliteConnection, steps: readonly Migration[]): void {
  const from = pragma(connection, 'user_version')
  for (const migration of steps.filter(({ version }) => version > from)) {
    for (const statement of migration.statements('sqlite')) connection.exec(statement)
    connection.exec(`pragma user_version = ${migration.version}; pragma application_id = ${applicationId}`)
  }
}

function pragma(connection: SqliteConnection, name: string): number {
  return Number(connection.all(`pragma ${name}`, [])[0]?.[name])
}

function firstBytes(file: string): string {
  try {
    const descriptor = openSync(file, 'r')
    try {
      const bytes = Buffer.alloc(16)
      readSync(descriptor, bytes, 0, 16, 0)
      return bytes.toString('latin1')
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    throw openingFailure(file, error)
  }
}

function openingFailure(file: string, error: unknown): unknown {
  if (error instanceof Failure) return error
  const reason = error instanceof Error ? error.message : String(error)
  if (isDiskFull(error, file)) return new Failure('disk_full', { detail: { place: file }, cause: error })
  if (isDamage(error)) return new Failure('database_damaged', { detail: { place: file, reason }, cause: error })
  const readable = readableSqliteError(error)
  if (readable instanceof Failure && readable.code === 'database_busy') return readable
  return new Failure('database_unreachable', { detail: { place: file, reason }, cause: error })
}
