import { containing, sql } from '../database/sql.ts'
import type { Database, Queryable } from '../database/storage.ts'
import type { IdFilter } from './search.ts'

/** Where an event stands in the order of pages. */
export interface Position {
  readonly atMs: number
  readonly chain: string
  readonly sequence: number
}

/** The first action of the index between two texts, in the order of the alphabet; undefined when there is none. */
export async function nextAction(db: Queryable, above: string, below: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('audit_index')
    .select('action')
    .where('action', '>', above)
    .where('action', '<', below)
    .orderBy('action')
    .limit(1)
    .executeTakeFirst()
  return row?.action
}

/** Where the events that fit a filter stand, newest first, from behind `after` on. */
export function findPositions(
  db: Queryable,
  filter: IdFilter,
  after: Position | null,
  limit: number,
): Promise<Position[]> {
  let query = narrowed(db, filter).select(['chain_id as chain', 'sequence', 'at_ms as atMs'])
  if (after !== null) {
    const { atMs, chain, sequence } = after
    query = query.where(sql<boolean>`(at_ms, chain_id, sequence) < (${atMs}, ${chain}, ${sequence})`)
  }
  return query.orderBy('at_ms', 'desc').orderBy('chain_id', 'desc').orderBy('sequence', 'desc').limit(limit).execute()
}

/** The bodies of some events of one chain, those that are there. */
export function bodiesAt(
  db: Queryable,
  chain: string,
  sequences: readonly number[],
): Promise<{ sequence: number; body: string }[]> {
  return db
    .selectFrom('audit_event')
    .select(['sequence', 'body'])
    .where('chain_id', '=', chain)
    .where('sequence', 'in', sequences)
    .execute()
}

/**
 * How often each action happened on each day, newest day first.
 *
 * @param actions - only these; undefined means all. The filter's own action counts for nothing.
 * @returns the day as a number of days since 1970-01-01 UTC
 */
export function countByDay(
  db: Queryable,
  filter: IdFilter,
  actions: readonly string[] | undefined,
): Promise<{ day: number; action: string; count: number }[]> {
  const day = sql<number>`at_ms / 86400000`
  let query = narrowed(db, { ...filter, action: undefined })
  if (actions !== undefined) query = query.where('action', 'in', actions)
  return query
    .select(['action', day.as('day'), ({ fn }) => fn.countAll<number>().as('count')])
    .groupBy(['action', day])
    .orderBy(day, 'desc')
    .orderBy('action')
    .execute()
}

function narrowed(db: Queryable, filter: IdFilter) {
  let query = db.selectFrom('audit_index')
  if (filter.actor !== undefined) query = query.where('actor_id', 'in', filter.actor)
  if (filter.object !== undefined) query = query.where('object_id', 'in', filter.object)
  if (filter.realm !== undefined) query = query.where('realm_id', 'in', filter.realm)
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome)
  if (filter.action !== undefined) query = query.where('action', '=', filter.action)
  if (filter.afterMs !== undefined) query = query.where('at_ms', '>=', filter.afterMs)
  if (filter.beforeMs !== undefined) query = query.where('at_ms', '<', filter.beforeMs)
  for (const { chain, upTo } of filter.without ?? []) {
    query = query.where((where) => where.or([where('chain_id', '!=', chain), where('sequence', '>', upTo)]))
  }
  return query
}

/** The ids of the people and tokens of this name. */
export function actorsNamed(db: Database, name: string): Promise<{ id: string }[]> {
  return peopleNamed(db, name)
    .unionAll(db.selectFrom('access_token').select('id').where('name', '=', name))
    .execute()
}

/** The ids of the realms of this name. */
export function realmsNamed(db: Database, name: string): Promise<{ id: string }[]> {
  return db.selectFrom('realm').select('id').where('name', '=', name).execute()
}

/** The ids of everything of this name that events are about. */
export function objectsNamed(db: Database, name: string): Promise<{ id: string }[]> {
  return peopleNamed(db, name)
    .unionAll(db.selectFrom('account').select('id').where('label', '=', name))
    .unionAll(db.selectFrom('group').select('id').where('name', '=', name))
    .unionAll(db.selectFrom('access_token').select('id').where('name', '=', name))
    .unionAll(db.selectFrom('realm').select('id').where('name', '=', name))
    .execute()
}

function peopleNamed(db: Database, name: string) {
  return db.selectFrom('person').select('id').where('username_key', '=', name.toLowerCase())
}

/** The bodies of events of these actions that hold a text; the index leads to them. */
export async function bodiesWith(
  db: Database,
  text: string,
  { actions, limit }: { readonly actions: readonly string[]; readonly limit: number },
): Promise<string[]> {
  const rows = await db
    .selectFrom('audit_index')
    .innerJoin('audit_event', (join) =>
      join
        .onRef('audit_event.chain_id', '=', 'audit_index.chain_id')
        .onRef('audit_event.sequence', '=', 'audit_index.sequence'),
    )
    .select('audit_event.body')
    .where('audit_index.action', 'in', actions)
    .where('audit_event.body', 'like', containing(text))
    .limit(limit)
    .execute()
  return rows.map(({ body }) => body)
}
