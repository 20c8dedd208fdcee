import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../../errors/failure.ts'

/** Primary result codes of SQLite, https://sqlite.org/rescode.html */
const busyCode = 5
const locked = 6
const ioError = 10
const corrupt = 11
const full = 13
const cannotOpen = 14
const constraint = 19
const notADatabase = 26

/** The primary result code of an error thrown by node:sqlite, or null for any other error. */
function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}

/** Whether another connection held the lock. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === busyCode || code === locked
}

/** Whether the file is no sound database. */
export function isDamage(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === corrupt || code === notADatabase
}

/** Whether the disk has no room left; without any SQLite cannot even open a file to read it, and calls that an I/O error. */
export function isDiskFull(error: unknown, file: string): boolean {
  const code = sqliteCode(error)
  return code === full || (code === ioError && freeBytes(dirname(file)) < 65_536)
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** Whether a constraint (unique, foreign key, check) refused a row. */
export function isSqliteConstraint(error: unknown): boolean {
  return sqliteCode(error) === constraint
}

/** Whether the connection was closed before: a server that stops closes it under requests whose clients have left. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE'
}

/** Turns the disk's and the lock's refusals into failures; anything else stays what it is. */
export function readableSqliteError(error: unknown): unknown {
  if (isClosed(error)) return new Failure('database_away', { cause: error })
  const code = sqliteCode(error)
  if (code === null) return error
  if (isBusy(error)) return new Failure('database_busy', { cause: error })
  const isAway = [ioError, full, cannotOpen, corrupt, notADatabase].includes(code)
  return isAway ? new Failure('database_away', { cause: error }) : error
}
