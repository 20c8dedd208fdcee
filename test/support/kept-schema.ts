import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { migratePostgres } from '../../src/server/database/migrate-postgres.ts'
import { migrateSqlite } from '../../src/server/database/migrate-sqlite.ts'
import { migrations } from '../../src/server/database/migrations/migrations.ts'
import { databaseFileName } from '../../src/server/database/open.ts'
import type { DatabasePlace } from './engines.ts'
import type { KnownStore } from './filled-store.ts'

type Value = string | number | null | Uint8Array
type Kept = string | number | null | { readonly base64: string }
type Row = Readonly<Record<string, Kept>>

/** A filled store as an earlier schema kept it. Its keys and tokens open nothing but this. */
export interface KeptSchema {
  readonly schemaVersion: number
  readonly takenAtMs: number
  readonly rootKey: string
  readonly known: KnownStore
  readonly rows: Readonly<Record<string, readonly Row[]>>
}

const folder = join(import.meta.dirname, '../vectors/schemas')

/** The store of every schema before today's. */
export function keptSchemas(): KeptSchema[] {
  return readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as KeptSchema)
}

/** One row of SQLite as JSON takes it. */
export function encodeRow(row: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : (value as Kept),
    ]),
  )
}

/** Makes a database as it stood under the old schema, on either engine. */
export async function layOut({ schemaVersion, rows }: KeptSchema, { url, dataDir = '' }: DatabasePlace): Promise<void> {
  const steps = migrations.filter(({ version }) => version <= schemaVersion)
  if (url === undefined) {
    mkdirSync(dataDir, { recursive: true })
    migrateSqlite(join(dataDir, databaseFileName), steps)
    return fillSqlite(rows, join(dataDir, databaseFileName))
  }
  await migratePostgres(url, steps)
  await fillPostgres(rows, url)
}

function fillSqlite(rows: KeptSchema['rows'], file: string): void {
  const database = new DatabaseSync(file)
  database.exec('begin; pragma defer_foreign_keys = on')
  for (const [table, kept] of Object.entries(rows)) {
    for (const row of kept) {
      const columns = Object.keys(row)
      const statement = `insert into "${table}" (${quoted(columns)}) values (${columns.map(() => '?').join(', ')})`
      database.prepare(statement).run(...valuesOf(row))
    }
  }
  database.exec('commit')
  database.close()
}

async function fillPostgres(rows: KeptSchema['rows'], url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  // Rows come table by table, whatever refers to whatever.
  await client.query('begin')
  await client.query(`set local session_replication_role = replica`)
  for (const [table, kept] of Object.entries(rows)) {
    for (const row of kept) {
      const columns = Object.keys(row)
      const places = columns.map((_, index) => `$${index + 1}`).join(', ')
      await client.query(`insert into watchword."${table}" (${quoted(columns)}) values (${places})`, valuesOf(row))
    }
  }
  await client.query('commit')
  await client.end()
}

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ')
}

function valuesOf(row: Row): Value[] {
  return Object.values(row).map((value) =>
    typeof value === 'object' && value !== null ? Buffer.from(value.base64, 'base64') : value,
  )
}
