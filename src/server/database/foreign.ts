import { existsSync } from 'node:fs'
import type pg from 'pg'
import { Failure } from '../../errors/failure.ts'
import { refuseUnlessPostgresAddress } from './address.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import type { SqlRow } from './storage.ts'

/** A database of a program we take over from, opened for reading only. */
export interface ForeignDatabase {
  /** Tables that have all of these columns, in the schemas a client of it sees. */
  tablesWith(columns: readonly string[]): Promise<string[]>
  columnsOf(table: string): Promise<ReadonlySet<string>>
  /** Every row of a small table. */
  rowsOf(table: string): Promise<SqlRow[]>
  countOf(table: string): Promise<number>
  /**
   * A table of any size, some rows at a time. On PostgreSQL they are those of one moment; SQLite, whose readers hold up
   * whoever writes, is asked for each page anew.
   *
   * @param order - columns that together name one row each
   * @param above - leaves out rows up to this value of the first of them
   */
  pagesOf(table: string, order: readonly string[], above?: number): AsyncIterable<SqlRow[]>
  close(): Promise<void>
}

const rowsAtOnce = 250

/**
 * Opens a PostgreSQL address or an SQLite file of another program. Nothing in it can be changed through the answer.
 *
 * @throws {@link Failure} `database_address_invalid`, `database_unreachable`
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
  refuseUnlessPostgresAddress(url)
  const options = '-c default_transaction_read_only=on -c search_path=public'
  const { default: driver } = await import('pg')
  const client = new driver.Client({ connectionString: url, connectionTimeoutMillis: 5000, options })
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
    countOf: async (table) => countIn((await client.query<SqlRow>(countQuery(table))).rows),
    pagesOf: (table, order, above) => postgresPages(client, table, order, above),
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
    countOf: async (table) => countIn(connection.all(countQuery(table), [])),
    pagesOf: (table, order, above) => sqlitePages(connection, table, order, above),
    close: async () => connection.close(),
  }
}

async function* postgresPages(
  client: pg.Client,
  table: string,
  order: readonly string[],
  above: number | undefined,
): AsyncGenerator<SqlRow[]> {
  const where = above === undefined ? '' : ` where ${quoted(order[0] ?? '')} > ${Number(above)}`
  const query = `select * from ${quoted(table)}${where} order by ${order.map(quoted).join(', ')}`
  await client.query(`begin isolation level repeatable read; declare page no scroll cursor for ${query}`)
  try {
    for (;;) {
      const { rows } = await client.query<SqlRow>(`fetch ${rowsAtOnce} from page`)
      if (rows.length > 0) yield rows
      if (rows.length < rowsAtOnce) return
    }
  } finally {
    await client.query('rollback')
  }
}

async function* sqlitePages(
  connection: SqliteConnection,
  table: string,
  order: readonly string[],
  above: number | undefined,
): AsyncGenerator<SqlRow[]> {
  const columns = order.map(quoted).join(', ')
  const query = (where: string) => `select * from ${quoted(table)} ${where} order by ${columns} limit ${rowsAtOnce}`
  const later = query(`where (${columns}) > (${order.map(() => '?').join(', ')})`)
  let rows =
    above === undefined
      ? connection.all(query(''), [])
      : connection.all(query(`where ${quoted(order[0] ?? '')} > ?`), [above])
  for (;;) {
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < rowsAtOnce) return
    rows = connection.all(
      later,
      order.map((column) => last[column]),
    )
  }
}

function countQuery(table: string): string {
  return `select count(*) as count from ${quoted(table)}`
}

function countIn(rows: readonly SqlRow[]): number {
  return Number(rows[0]?.['count'])
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
