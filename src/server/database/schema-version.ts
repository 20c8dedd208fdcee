import { sql } from './sql.ts'
import type { Storage } from './storage.ts'

/** The schema an opened database has, which may be an earlier one than this program writes. */
export async function readSchemaVersion({ engine, db }: Storage): Promise<number> {
  const { rows } =
    engine === 'sqlite'
      ? await sql<{ version: number }>`select user_version as version from pragma_user_version`.execute(db)
      : await sql<{ version: number }>`select version from schema_version`.execute(db)
  return Number(rows[0]?.version)
}
