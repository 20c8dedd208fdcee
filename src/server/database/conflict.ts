import { postgresCode } from './postgres-error.ts'
import { isSqliteConstraint } from './sqlite-error.ts'

/** SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_ROWID. */
const sqliteUnique = new Set([1555, 2067, 2579])

/** Whether a write failed because such a row is there already, on either engine. */
export function isDuplicate(error: unknown): boolean {
  if (postgresCode(error) === '23505') return true
  return (
    isSqliteConstraint(error) && error instanceof Error && 'errcode' in error && sqliteUnique.has(Number(error.errcode))
  )
}
