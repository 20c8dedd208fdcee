import { Failure } from '../../errors/failure.ts'
import type { Database, Queryable } from '../database/storage.ts'
import { eventIn, type RecordedEvent } from './link.ts'
import { bodiesAt, countByDay, findPositions, nextAction, type Position } from './search-store.ts'
import type { LeftBehind } from './store.ts'

const dayMs = 86_400_000

/** Which events are looked for; what is absent does not narrow. */
export interface AuditFilter {
  /** A person's or a token's name, or an actor's id. */
  readonly actor?: string | undefined
  /** An action, or all that begin with a prefix ending in a dot, e.g. `account.`. */
  readonly action?: string | undefined
  /** The object's name or id. */
  readonly object?: string | undefined
  /** A realm's name or id. */
  readonly realm?: string | undefined
  readonly outcome?: string | undefined
  readonly afterMs?: number | undefined
  readonly beforeMs?: number | undefined
}

/** The same with ids in place of names: of each, any of these. */
export interface IdFilter extends Omit<AuditFilter, 'actor' | 'object' | 'realm'> {
  readonly actor?: readonly string[]
  readonly object?: readonly string[]
  readonly realm?: readonly string[]
  /** What was pruned and is not deleted yet. */
  readonly without?: readonly LeftBehind[]
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

/**
 * One page of events, newest first. The cursor is a position in the index, so that a late page costs what the
 * first one costs.
 *
 * @throws {@link Failure} `audit_cursor_invalid`
 */
export async function findEvents(
  db: Database,
  filter: IdFilter,
  { cursor, limit = 100 }: { cursor?: string | undefined; limit?: number | undefined },
): Promise<AuditPage> {
  const position = cursor === undefined ? null : positionIn(cursor)
  const found: Position[] = []
  const actions = filter.action === undefined ? [undefined] : await actionsOf(db, filter.action)
  for (const action of actions) {
    found.push(...(await findPositions(db, { ...filter, action }, position, limit + 1)))
  }
  const shown = found.toSorted(newestFirst).slice(0, limit)
  const items = await readEvents(db, shown)
  const last = shown.at(-1)
  return found.length <= limit || last === undefined ? { items } : { items, nextCursor: cursorOf(last) }
}

/** How often each action happened on each day, newest day first. */
export async function countEvents(db: Database, filter: IdFilter): Promise<DayCount[]> {
  const actions = filter.action === undefined ? undefined : await actionsOf(db, filter.action)
  if (actions?.length === 0) return []
  const counts = await countByDay(db, filter, actions)
  return counts.map(({ day, action, count }) => ({
    day: new Date(day * dayMs).toISOString().slice(0, 10),
    action,
    count,
  }))
}

/**
 * The actions a filter means: one, or all that begin with a prefix.
 *
 * A prefix is asked for action by action, each in the order of time: as a range it would be sorted as a whole.
 */
async function actionsOf(db: Queryable, action: string): Promise<readonly string[]> {
  if (!action.endsWith('.')) return [action]
  // "prefix/" is what follows everything that begins with "prefix.".
  return actionsBetween(db, action, `${action.slice(0, -1)}/`)
}

/** Every action that the search columns know, in the order of the alphabet. */
export function listActions(db: Queryable): Promise<string[]> {
  return actionsBetween(db, '', '~')
}

// One step per action along the index: DISTINCT would read every event.
async function actionsBetween(db: Queryable, first: string, end: string): Promise<string[]> {
  const actions: string[] = []
  for (;;) {
    const action = await nextAction(db, actions.at(-1) ?? first, end)
    if (action === undefined) return actions
    actions.push(action)
  }
}

function newestFirst(a: Position, b: Position): number {
  if (a.atMs !== b.atMs) return b.atMs - a.atMs
  if (a.chain !== b.chain) return a.chain < b.chain ? 1 : -1
  return b.sequence - a.sequence
}

async function readEvents(db: Queryable, positions: readonly Position[]): Promise<RecordedEvent[]> {
  const bodies = new Map<string, string>()
  for (const [chain, events] of Map.groupBy(positions, (position) => position.chain)) {
    const sequences = events.map(({ sequence }) => sequence)
    for (const { sequence, body } of await bodiesAt(db, chain, sequences)) bodies.set(`${chain} ${sequence}`, body)
  }
  return positions.flatMap(({ chain, sequence }) => {
    const body = bodies.get(`${chain} ${sequence}`)
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
