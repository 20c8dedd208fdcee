import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { Failure } from '../../errors/failure.ts'
import { type Migration, newestVersion } from './migration.ts'
import { migrations } from './migrations/migrations.ts'
import { postgresCode } from './postgres-error.ts'
import { connectionConfig, schemaName, waitForWriters } from './postgres-pool.ts'

/** Any number, the same for every Watchword: who migrates holds this advisory lock. */
const advisoryLock = 0x57746368
const oldestServer = 150_000
/**
 * How long one table is waited for: what other servers ask of it meanwhile waits behind us. It is shorter than
 * PostgreSQL's `deadlock_timeout` of a second, so that of two who wait for each other we are the one who gives way.
 */
const tableWaitMs = 800
const attempts = 30
const pauseMs = 500
const lostRace = new Set(['55P03', '40P01'])

/**
 * Makes a PostgreSQL database ready: everything lives in the schema `watchword`.
 *
 * Servers that start together wait for each other; a schema that is newer or not ours is refused before
 * anything is written to it. Servers that run on the older schema meanwhile go on, because steps only add.
 *
 * @param steps - the schema wanted, oldest step first
 * @throws {@link Failure} `database_foreign`, `database_newer`, `database_too_old`, `database_unreachable`,
 *   `migration_blocked`
 */
export async function migratePostgres(url: string, steps: readonly Migration[] = migrations): Promise<void> {
  await withClient(url, (client) => migratePatiently(client, placeOf(url), steps))
}

/**
 * The schema of a database that is left as it is: 0 when nothing of ours is in it yet.
 *
 * @throws {@link Failure} `database_foreign`, `database_newer`, `database_too_old`, `database_unreachable`
 */
export function inspectPostgres(url: string): Promise<number> {
  return withClient(url, (client) => knownVersion(client, placeOf(url), migrations))
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(connectionConfig(url))
  client.on('error', () => {})
  try {
    await client.connect()
    await refuseOldServer(client)
    return await work(client)
  } catch (error) {
    if (error instanceof Failure) throw error
    const reason = error instanceof Error ? error.message || String(error) : String(error)
    throw new Failure('database_unreachable', { detail: { place: placeOf(url), reason }, cause: error })
  } finally {
    await client.end().catch(() => {})
  }
}

/** Host and database of an address, without the name and passphrase in it. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server_version_num: string; server_version: string }>(
    `select current_setting('server_version_num') as server_version_num, current_setting('server_version') as server_version`,
  )
  const [server] = rows
  if (Number(server?.server_version_num) >= oldestServer) return
  throw new Failure('database_too_old', { detail: { found: server?.server_version ?? 'of unknown version' } })
}

/**
 * Tries again when running servers hold the tables, so that they never wait long for ours.
 *
 * No table is touched before every writer's transaction has ended: otherwise a writer that holds the second table and
 * wants the first would meet us again and again while the servers are busy.
 */
async function migratePatiently(client: pg.Client, place: string, steps: readonly Migration[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await migrateSchema(client, place, steps)
      return
    } catch (error) {
      if (!lostRace.has(postgresCode(error))) throw error
      if (attempt === attempts) throw new Failure('migration_blocked', { detail: { place }, cause: error })
      await client.query('rollback')
      await delay(pauseMs)
    }
  }
}

async function migrateSchema(client: pg.Client, place: string, steps: readonly Migration[]): Promise<void> {
  await client.query('begin')
  await client.query(`set local lock_timeout = '10s'`)
  await client.query('select pg_advisory_xact_lock($1)', [advisoryLock])
  const from = await knownVersion(client, place, steps)
  if (from < newestVersion(steps)) {
    await client.query(`set local lock_timeout = ${tableWaitMs}`)
    await client.query(waitForWriters)
    await applyMissing(client, from, steps)
  }
  await client.query('commit')
}

/** The version found, unless it is a later one than these steps lead to. */
async function knownVersion(client: pg.Client, place: string, steps: readonly Migration[]): Promise<number> {
  const found = await foundVersion(client, place)
  const known = newestVersion(steps)
  if (found > known) throw new Failure('database_newer', { detail: { place, found, known } })
  return found
}

async function foundVersion(client: pg.Client, place: string): Promise<number> {
  const { rows } = await client.query<{ name: string }>(
    'select table_name as name from information_schema.tables where table_schema = $1',
    [schemaName],
  )
  if (rows.length === 0) return 0
  if (!rows.some(({ name }) => name === 'schema_version')) {
    throw new Failure('database_foreign', { detail: { place: `${place} (schema ${schemaName})` } })
  }
  const versions = await client.query<{ version: number }>(`select version from ${schemaName}.schema_version`)
  return versions.rows[0]?.version ?? 0
}

async function applyMissing(client: pg.Client, from: number, steps: readonly Migration[]): Promise<void> {
  if (from === 0) await createSchema(client)
  for (const migration of steps.filter(({ version }) => version > from)) {
    for (const statement of migration.statements('postgres')) await client.query(statement)
  }
  await client.query('update schema_version set version = $1', [newestVersion(steps)])
}

async function createSchema(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_namespace where nspname = $1', [schemaName])
  if (rowCount === 0) await client.query(`create schema ${schemaName}`)
  // Named in full: where the schema may not be written into, PostgreSQL then says so.
  await client.query(`create table ${schemaName}.schema_version (version integer not null)`)
  await client.query('insert into schema_version values (0)')
}
