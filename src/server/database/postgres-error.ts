import { Failure } from '../../errors/failure.ts'

/** SQLSTATEs of character_not_in_repertoire, untranslatable_character and numeric_value_out_of_range. */
const unholdable = new Set(['22021', '22P05', '22003'])

/** SQLSTATEs of lock_not_available and too_many_connections. */
const busy = new Set(['55P03', '53300'])
const busyForMs = 2000

/** Turns lost connections into `database_away`, waits for a lock or a connection into `database_busy`, values no column takes into `bad_request`; anything else stays. */
export function readablePostgresError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Failure) return error
  const code = postgresCode(error)
  // A text or number it cannot hold: whoever sent it sent something that is no name, time or text.
  if (unholdable.has(code))
    return new Failure('bad_request', { detail: { reason: 'it holds what no database can' }, cause: error })
  // The pool says this of its own queue: every connection is in use. One that cannot be made is told in other words.
  if (busy.has(code) || error.message === 'timeout exceeded when trying to connect')
    return new Failure('database_busy', { detail: { retryAfterMs: busyForMs }, cause: error })
  return isConnectionLoss(error, code) ? new Failure('database_away', { cause: error }) : error
}

/** The SQLSTATE, or the system's error code, of an error of the driver. */
export function postgresCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

function isConnectionLoss(error: Error, code: string): boolean {
  if (/^(08|57P|53)/.test(code) || /^E[A-Z]+$/.test(code)) return true
  return /connection terminated|not queryable|timeout expired|read timeout|connection error/i.test(error.message)
}
