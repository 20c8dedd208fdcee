import type { OnRow } from '../../server/compat/imported.ts'
import type { CliContext } from '../context.ts'
import { progressOn } from '../progress.ts'

/**
 * Runs an import and shows how far it is. Whoever interrupts it, or stops it by a failure in its middle, hears how to go
 * on: what was written stays.
 */
export async function withRowProgress<T>(
  context: Pick<CliContext, 'stderr' | 'say'>,
  isDryRun: boolean,
  work: (onRow: OnRow) => Promise<T>,
): Promise<T> {
  const { onProgress, end } = progressOn(context)
  let reached = ''
  try {
    return await work((done, total) => {
      reached = `${done} of ${total} rows`
      onProgress(reached)
    })
  } catch (error) {
    end()
    if (reached !== '' && !isDryRun) context.say(`It stopped after ${reached}; run it again to go on from there.`)
    throw error
  } finally {
    end()
  }
}
