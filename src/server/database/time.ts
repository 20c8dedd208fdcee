import { sql } from './sql.ts'
import type { Storage } from './storage.ts'

/** The database's own clock in Unix milliseconds; null on SQLite, which has none but ours. */
export async function databaseTimeMs({ engine, db }: Storage): Promise<number | null> {
  if (engine === 'sqlite') return null
  const { rows } = await sql<{
    ms: number | string
  }>`select extract(epoch from clock_timestamp()) * 1000 as ms`.execute(db)
  return Math.round(Number(rows[0]?.ms))
}
