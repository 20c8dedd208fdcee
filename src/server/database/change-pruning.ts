import { pruneChanges } from './change-log.ts'
import type { Storage, StorageClock } from './storage.ts'

const pruneEveryMs = 60_000

/** Removes changes that every server has long seen, once a minute. Answers what ends it. */
export function startPruning(storage: Pick<Storage, 'transaction'>, clock: StorageClock): () => void {
  const prune = async () => {
    try {
      await storage.transaction((tx) => pruneChanges(tx, clock.nowMs()))
    } catch {
      // Old rows only cost space; the next round tries again.
    }
  }
  const timer = setInterval(() => void prune(), pruneEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}
