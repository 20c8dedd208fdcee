import type { StorageClock, StorageLog } from '../database/storage.ts'
import type { Audit } from './audit.ts'

const lookEveryMs = 60 * 60_000
/** A server that starts has more urgent things to do. */
const usualFirstLookMs = 60_000
const dayMs = 86_400_000

/** What keeping the audit for a while needs. */
export interface RetentionParts {
  readonly audit: Pick<Audit, 'prune' | 'finishPruning'>
  readonly clock: StorageClock
  readonly log: StorageLog
  /** How many days events are kept; null keeps them for ever. Asked anew each time. */
  readonly days: () => Promise<number | null>
  /** After what time the first look is taken; a minute unless told otherwise. */
  readonly firstLookMs?: number
}

/**
 * Removes events that are older than the setting says, soon after the start and every hour. A pruning that was cut
 * short is finished whatever the setting says. Answers how to stop it.
 */
export function startRetention(parts: RetentionParts): () => void {
  const first = setTimeout(() => void tryToKeep(parts), parts.firstLookMs ?? usualFirstLookMs)
  const timer = setInterval(() => void tryToKeep(parts), lookEveryMs)
  for (const one of [first, timer]) one.unref()
  return () => {
    clearTimeout(first)
    clearInterval(timer)
  }
}

async function tryToKeep(parts: RetentionParts): Promise<void> {
  try {
    await parts.audit.finishPruning()
    await pruneOutdated(parts)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    parts.log.warn({ reason }, 'old audit events could not be removed; the next hour tries again')
  }
}

/** Removes what is too old now; answers how many events. */
export async function pruneOutdated({
  audit,
  clock,
  days,
}: Pick<RetentionParts, 'clock' | 'days'> & { readonly audit: Pick<Audit, 'prune'> }): Promise<number> {
  const kept = await days()
  if (kept === null) return 0
  const bySetting = { actorKind: 'system', actorId: '', actorName: 'watchword' }
  return audit.prune(clock.nowMs() - kept * dayMs, bySetting)
}
