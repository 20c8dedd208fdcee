import type { HotTx, SqlValue } from './storage.ts'

/** A column of a table, and what PostgreSQL calls its type. */
export type InsertColumns = Readonly<Record<string, 'text' | 'bigint' | 'bytea'>>

/** A value of a column. */
export type Cell = string | number | null | Uint8Array

/**
 * Adds many rows to a table: on SQLite one prepared statement run for each, on PostgreSQL one statement for all, with
 * an array for each column. The query builder would write a text of its own for every number of rows.
 *
 * @param columns - the columns in the order of the values of each row
 * @param onConflict - `skip` leaves rows alone whose key is there
 */
export async function insertRows(
  tx: HotTx,
  table: string,
  columns: InsertColumns,
  rows: readonly (readonly Cell[])[],
  onConflict: 'fail' | 'skip' = 'fail',
): Promise<void> {
  if (rows.length === 0) return
  const names = Object.keys(columns)
  const into = `insert into ${table} (${names.join(', ')})`
  const end = onConflict === 'skip' ? ' on conflict do nothing' : ''
  if (tx.engine === 'sqlite') {
    await tx.runEach(`${into} values (${names.map(() => '?').join(', ')})${end}`, rows)
    return
  }
  const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${type}[]`)
  const values = names.map((_, index): SqlValue => rows.map((row) => row[index] ?? null))
  await tx.run(`${into} select * from unnest(${arrays.join(', ')})${end}`, values)
}
