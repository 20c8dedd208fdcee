import type { Database } from '../database/storage.ts'
import { eventIn, type RecordedEvent } from './link.ts'
import type { IdFilter } from './search.ts'
import { listExtents, readLinks } from './store.ts'

/** How far each chain has been read. */
export type ChainEnds = Map<string, number>

/** Where every chain ends at this moment. */
export async function chainEnds(db: Database): Promise<ChainEnds> {
  return new Map((await listExtents(db)).map(({ chain, sequence }) => [chain, sequence]))
}

/**
 * What was recorded above some ends, each event once, in the order of its chain; moves the ends on as it goes.
 *
 * It follows the chains and not the index, which is ordered by time: an event of another server that was committed a
 * moment later than its time says would be missed there.
 *
 * @param filter - with ids in place of names
 */
export async function* eventsAbove(db: Database, ends: ChainEnds, filter: IdFilter): AsyncGenerator<RecordedEvent> {
  for (const { chain, sequence: last, prunedSequence } of await listExtents(db)) {
    const from = Math.max(ends.get(chain) ?? 0, prunedSequence)
    for await (const { sequence, body } of readLinks(db, chain, from, last)) {
      ends.set(chain, sequence)
      const event = eventIn(body)
      if (fits(event, filter)) yield event
    }
  }
}

/** Whether an event is among those a filter asks for. */
export function fits(event: RecordedEvent, filter: IdFilter): boolean {
  const { actor, action, object, realm, outcome, afterMs, beforeMs } = filter
  if (action !== undefined && !(action.endsWith('.') ? event.action.startsWith(action) : event.action === action))
    return false
  if (afterMs !== undefined && event.atMs < afterMs) return false
  if (beforeMs !== undefined && event.atMs >= beforeMs) return false
  if (outcome !== undefined && event.outcome !== outcome) return false
  const asked = [
    [actor, event.actorId],
    [object, event.objectId],
    [realm, event.realmId ?? ''],
  ] as const
  return asked.every(([wanted, found]) => wanted === undefined || wanted.includes(found))
}
