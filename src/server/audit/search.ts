import { Failure } from '../../errors/failure.ts'
import { sql } from '../database/sql.ts'
import type { Database, Queryable } from '../database/storage.ts'
import { eventIn, type RecordedEvent } from './link.ts'

/** Which events are looked for; what is absent does not narrow. */
export interface AuditFilter {
  /** A person's or a token's name, or an actor's id. */
  readonly actor?: string | undefined
  /** An action, or all that begin with a prefix ending in a dot, e.g. `account.`. */
  readonly action?: string | undefined
  /** The object's id. */
  readonly object?: string | undefined
  /** A realm's name or id. */
  readonly realm?: string | undefined
  readonly outcome?: string | undefined
  readonly afterMs?: number | undefined
  readonly beforeMs?: number | undefined
}

/** A page of the audit, newest first. */
export interface AuditPage {
  readonly items: RecordedEvent[]
  /** Opaque; absent at the end. */
  readonly nextCursor?: string
}

/** How often an action happened on one day (UTC). */
export interface DayCount {
  readonly day: string
  readonly action: string
  readonly count: number
}

interface Position {
  readonly atMs: number
  readonly chain: string
  readonly sequence: number
}

/**
 * One page of events, newest first. The cursor is a position in the index, so that a late page costs what the
 * first one costs.
 *
 * @throws {@link Failure} `audit_cursor_invalid`
 */
export async function findEvents(
  db: Database,
  filter: AuditFilter,
  { cursor, limit = 100 }: { cursor?: string | undefined; limit?: number | undefined },
): Promise<AuditPage> {
  let query = narrowed(db, filter).select(['chain_id', 'sequence', 'at_ms'])
  if (cursor !== undefined) {
    const { atMs, chain, sequence } = positionIn(cursor)
    query = query.where(sql<boolean>`(at_ms, chain_id, sequence) < (${atMs}, ${chain}, ${sequence})`)
  }
  const found = await query
    .orderBy('at_ms', 'desc')
    .orderBy('chain_id', 'desc')
    .orderBy('sequence', 'desc')
    .limit(limit + 1)
    .execute()
  const shown = found.slice(0, limit)
  const items = await readEvents(db, shown)
  const last = shown.at(-1)
  if (found.length <= limit || last === undefined) return { items }
  return { items, nextCursor: cursorOf({ atMs: last.at_ms, chain: last.chain_id, sequence: last.sequence }) }
}

/** How often each action happened on each day, newest day first. */
export async function countEvents(db: Database, filter: AuditFilter): Promise<DayCount[]> {
  const dayMs = 86_400_000
  const day = sql<number>`at_ms / ${sql.lit(dayMs)}`
  const rows = await narrowed(db, filter)
    .select(['action', day.as('day'), ({ fn }) => fn.countAll<number>().as('count')])
    .groupBy(['action', day])
    .orderBy(day, 'desc')
    .orderBy('action')
    .execute()
  return rows.map(({ day: number, action, count }) => ({
    day: new Date(number * dayMs).toISOString().slice(0, 10),
    action,
    count,
  }))
}

function narrowed(db: Queryable, filter: AuditFilter) {
  let query = db.selectFrom('audit_index')
  if (filter.actor !== undefined) query = query.where('actor_id', '=', filter.actor)
  if (filter.object !== undefined) query = query.where('object_id', '=', filter.object)
  if (filter.realm !== undefined) query = query.where('realm_id', '=', filter.realm)
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome)
  if (filter.afterMs !== undefined) query = query.where('at_ms', '>=', filter.afterMs)
  if (filter.beforeMs !== undefined) query = query.where('at_ms', '<', filter.beforeMs)
  if (filter.action === undefined) return query
  if (!filter.action.endsWith('.')) return query.where('action', '=', filter.action)
  // Every action with the prefix lies between "prefix." and "prefix/", the next character.
  return query.where('action', '>=', filter.action).where('action', '<', `${filter.action.slice(0, -1)}/`)
}

async function readEvents(
  db: Queryable,
  positions: readonly { chain_id: string; sequence: number }[],
): Promise<RecordedEvent[]> {
  const bodies = new Map<string, string>()
  for (const [chain, sequences] of Map.groupBy(positions, ({ chain_id }) => chain_id)) {
    const rows = await db
      .selectFrom('audit_event')
      .select(['sequence', 'body'])
      .where('chain_id', '=', chain)
      .where(
        'sequence',
        'in',
        sequences.map(({ sequence }) => sequence),
      )
      .execute()
    for (const { sequence, body } of rows) bodies.set(`${chain} ${sequence}`, body)
  }
  return positions.flatMap(({ chain_id, sequence }) => {
    const body = bodies.get(`${chain_id} ${sequence}`)
    return body === undefined ? [] : [eventIn(body)]
  })
}

function cursorOf({ atMs, chain, sequence }: Position): string {
  return Buffer.from(JSON.stringify([atMs, chain, sequence])).toString('base64url')
}

function positionIn(cursor: string): Position {
  try {
    const [atMs, chain, sequence] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (Number.isSafeInteger(atMs) && typeof chain === 'string' && Number.isSafeInteger(sequence)) {
      return { atMs: Number(atMs), chain, sequence: Number(sequence) }
    }
  } catch (cause) {
    throw new Failure('audit_cursor_invalid', { cause })
  }
  throw new Failure('audit_cursor_invalid')
}
