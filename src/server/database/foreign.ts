import { existsSync } from 'node:fs'
import { Failure } from '../../errors/failure.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import type { SqlRow } from './storage.ts'

/** A database of a program we take over from, opened for reading only. */
export interface ForeignDatabase {
  /** Tables that have all of these columns, in the schemas a client of it sees. */
  tablesWith(columns: readonly string[]): Promise<string[]>
  columnsOf(table: string): Promise<ReadonlySet<string>>
  /** Every row of a table. */
  rowsOf(table: string): Promise<SqlRow[]>
  close(): Promise<void>
}

/**
 * Opens a PostgreSQL address or an SQLite file of another program. Nothing in it can be changed through the answer.
 *
 * @throws {@link Failure} `database_unreachable`
 */
export async function openForeign(place: string): Promise<ForeignDatabase> {
  return /^postgres(ql)?:/.test(place) ? openPostgres(place) : openSqlite(place)
}

/** Whether a PostgreSQL database holds a table of another program in its usual schema. */
export async function hasForeignTable(url: string, table: string): Promise<boolean> {
  const database = await openForeign(url)
  try {
    return (await database.columnsOf(table)).size > 0
  } finally {
    await database.close()
  }
}

async function openPostgres(url: string): Promise<ForeignDatabase> {
  const options = '-c default_transaction_read_only=on -c search_path=public'
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, options })
  try {
    await client.connect()
  } catch (cause) {
    throw unreachable('of PostgreSQL', cause)
  }
  const columns = async () =>
    (
      await client.query<SqlRow>(
        "select table_name, column_name from information_schema.columns where table_schema = 'public'",
      )
    ).rows
  return {
    tablesWith: async (wanted) => tablesIn(await columns(), wanted),
    columnsOf: async (table) => columnsIn(await columns(), table),
    rowsOf: async (table) => (await client.query<SqlRow>(`select * from ${quoted(table)}`)).rows,
    close: () => client.end(),
  }
}

async function openSqlite(file: string): Promise<ForeignDatabase> {
  if (!existsSync(file)) throw unreachable(file, new Error('there is no such file'))
  const connection = new SqliteConnection(file, { readOnly: true, busyMs: 5000 })
  const columns = () => {
    const tables = connection.all("select name from sqlite_schema where type = 'table'", [])
    return tables.flatMap(({ name }) =>
      connection
        .all('select name from pragma_table_info(?)', [name])
        .map((column) => ({ table_name: name, column_name: column['name'] })),
    )
  }
  try {
    columns()
  } catch (cause) {
    connection.close()
    throw unreachable(file, cause)
  }
  return {
    tablesWith: async (wanted) => tablesIn(columns(), wanted),
    columnsOf: async (table) => columnsIn(columns(), table),
    rowsOf: async (table) => connection.all(`select * from ${quoted(table)}`, []),
    close: async () => connection.close(),
  }
}

function tablesIn(columns: readonly SqlRow[], wanted: readonly string[]): string[] {
  const tables = [...new Set(columns.map((row) => String(row['table_name'])))]
  return tables.filter((table) => wanted.every((column) => columnsIn(columns, table).has(column)))
}

function columnsIn(columns: readonly SqlRow[], table: string): ReadonlySet<string> {
  return new Set(columns.filter((row) => row['table_name'] === table).map((row) => String(row['column_name'])))
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function unreachable(place: string, cause: unknown): Failure {
  const reason = cause instanceof Error ? cause.message : 'no reason given'
  return new Failure('database_unreachable', { detail: { place, reason }, cause })
}
