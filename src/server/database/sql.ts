import { CompiledQuery, sql } from 'kysely'
import type { Engine, HotTx, SqlRow, Tx } from './storage.ts'

/** Pieces of SQL that the query builder has no word for. */
export { sql }

/** The pattern of LIKE for a column that contains a text as it stands: `%`, `_` and `\` mean themselves. */
export function containing(text: string) {
  // SQLite has no escape character unless one is named.
  return sql<string>`${`%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`} escape '\\'`
}

/** A transaction of the query builder as one of prepared statements, for code that serves both. */
export function asHotTx(tx: Tx, engine: Engine): HotTx {
  const execute = (text: string, values: readonly unknown[]) =>
    tx.executeQuery<SqlRow>(CompiledQuery.raw(text, [...values]))
  const run = async (text: string, values: readonly unknown[]) =>
    Number((await execute(text, values)).numAffectedRows ?? 0n)
  return {
    engine,
    all: async (text, values) => (await execute(text, values)).rows,
    run,
    runEach: async (text, rows) => {
      for (const row of rows) await run(text, row)
    },
  }
}
