import { isRefusal } from '../client/failures.ts'
import { isFailure } from '../errors/failure.ts'
import { systemFailure } from './system-error.ts'

/** A failure as a finished command tells it; with `--json` exactly these fields. Documented in docs/guide/admin.md. */
export interface ToldFailure {
  /** Stable: a name of the catalogue, the server's own where a server refused, `usage` or `unexpected`. */
  readonly code: string
  readonly message: string
}

/** What is told of anything a command threw. */
export function toldFailure(thrown: unknown): ToldFailure {
  if (isRefusal(thrown)) return { code: thrown.serverCode, message: thrown.message }
  const failure = isFailure(thrown) ? thrown : systemFailure(thrown)
  if (failure !== null) return { code: failure.code, message: failure.message }
  return { code: 'unexpected', message: unexpected(thrown) }
}

/** What is told of a command line that the parser does not understand. */
export function toldUsage(message: string): ToldFailure {
  return { code: 'usage', message }
}

/** Several as one: the parser complains of each argument for itself. */
export function toldTogether(all: readonly ToldFailure[]): ToldFailure {
  return { code: all[0]?.code ?? 'unexpected', message: all.map(({ message }) => message).join('\n') }
}

/** Whether a command line asks for JSON; known before it is parsed, as parsing may be what fails. */
export function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return words.slice(0, end < 0 ? words.length : end).some((word) => /^--json(=(true|t|yes|y|on|1))?$/i.test(word))
}

function unexpected(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'Something unexpected happened.'
  return process.env['WATCHWORD_DEBUG'] === undefined
    ? `${thrown.message} (WATCHWORD_DEBUG=1 shows where.)`
    : (thrown.stack ?? thrown.message)
}
