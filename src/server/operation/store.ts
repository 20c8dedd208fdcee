import type { ChainRange } from '../audit/index-store.ts'
import { sql } from '../database/sql.ts'
import type { Queryable } from '../database/storage.ts'

/** The events of a range that tell of a used-up guess budget, as their links hold them. */
export async function cappedBodies(db: Queryable, { chain, above, upTo }: ChainRange): Promise<string[]> {
  const rows = await db
    .selectFrom('audit_event')
    .select('body')
    .where('chain_id', '=', chain)
    .where('sequence', '>', above)
    .where('sequence', '<=', upTo)
    .where(sql<boolean>`body like '%"action":"subject.capped"%'`)
    .execute()
  return rows.map(({ body }) => body)
}

/** How many sessions of each kind are alive. */
export async function countSessions(db: Queryable, nowMs: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('session')
    .where('expires_at_ms', '>', nowMs)
    .groupBy('kind')
    .select(['kind', ({ fn }) => fn.countAll().as('count')])
    .execute()
  return new Map(rows.map(({ kind, count }) => [kind, Number(count)]))
}

/** How many notices of each state the outbox holds. */
export async function countNotices(db: Queryable): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('outbox')
    .groupBy('state')
    .select(['state', ({ fn }) => fn.countAll().as('count')])
    .execute()
  return new Map(rows.map(({ state, count }) => [state, Number(count)]))
}
