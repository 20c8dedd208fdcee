import { type Kysely, sql } from 'kysely'
import { insertRows } from './insert-rows.ts'
import type { Change, HotTx, Queryable } from './storage.ts'
import type { Tables } from './tables.ts'

/** A server that was away for longer than this drops its caches instead of reading what it missed. */
export const changesKeptMs = 10 * 60_000

/** A change as it stands in the table. */
export interface LoggedChange extends Change {
  readonly seq: number
}

const columns = { kind: 'text', object_id: 'text', at_ms: 'bigint' } as const

/** Writes changes in the transaction that makes them. */
export function logChanges(tx: HotTx, changes: readonly Change[], nowMs: number): Promise<void> {
  return insertRows(
    tx,
    'change',
    columns,
    changes.map(({ kind, objectId }) => [kind, objectId, nowMs]),
  )
}

/** Changes after `seq`, oldest first. */
export async function changesAfter(db: Kysely<Tables>, seq: number): Promise<LoggedChange[]> {
  const rows = await db
    .selectFrom('change')
    .select(['seq', 'kind', 'object_id'])
    .where('seq', '>', seq)
    .orderBy('seq')
    .execute()
  return rows.map((row) => ({ seq: row.seq, kind: row.kind, objectId: row.object_id }))
}

/** The newest change, 0 when there is none. */
export async function newestChange(db: Kysely<Tables>): Promise<number> {
  const row = await db
    .selectFrom('change')
    .select(sql<number>`coalesce(max(seq), 0)`.as('seq'))
    .executeTakeFirstOrThrow()
  return row.seq
}

/** Removes changes every server has long seen. */
export async function pruneChanges(tx: Queryable, nowMs: number): Promise<void> {
  await tx
    .deleteFrom('change')
    .where('at_ms', '<', nowMs - changesKeptMs)
    .execute()
}
