import { setImmediate as othersTurn } from 'node:timers/promises'
import { Failure } from '../../errors/failure.ts'
import type { OnRows } from '../../server/backup/backup.ts'
import type { CliContext } from '../context.ts'
import { progressOn } from '../progress.ts'

/** Whatever asks a command to end; a second one ends it without waiting. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** How work that takes its time is watched. */
export interface Course {
  /** Begins a part of it and answers who is told of its rows. */
  readonly begin: (what: string, total?: number) => OnRows
  /** Aborts when somebody interrupts the command. */
  readonly signal: AbortSignal
}

/**
 * Runs work that goes through a whole store: shows how far it is, and ends it between two pages when somebody interrupts
 * it, so that nothing half done is left behind.
 *
 * @throws {@link Failure} `interrupted`
 */
export async function throughRows<T>(
  context: Pick<CliContext, 'stderr'>,
  work: (course: Course) => Promise<T>,
): Promise<T> {
  const { onProgress, end } = progressOn(context)
  const controller = new AbortController()
  const { signal } = controller
  const interrupt = () => controller.abort(new Failure('interrupted'))
  for (const each of signals) process.once(each, interrupt)
  const begin: Course['begin'] = (what, total) => {
    onProgress(what)
    let done = 0
    return async (rows) => {
      done += rows
      onProgress(`${what}: ${done}${total === undefined ? '' : ` of ${total}`} rows`)
      // SQLite answers at once: without a pause no signal would be heard before the end.
      await othersTurn()
      signal.throwIfAborted()
    }
  }
  try {
    return await work({ begin, signal })
  } finally {
    for (const each of signals) process.off(each, interrupt)
    end()
  }
}
