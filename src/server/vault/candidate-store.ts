import type { Queryable, Tx } from '../database/storage.ts'

/** What a file or image held, sealed, until somebody chooses from it. */
export interface CandidateBatch {
  readonly id: string
  readonly sealed: Uint8Array
  readonly total: number
  /** Who read it, and alone may choose from it. */
  readonly actorId: string
  readonly createdAtMs: number
}

const kind = 'candidates'

/** Keeps what was read of a file, sealed, until somebody chooses from it. */
export async function insertBatch(tx: Tx, batch: CandidateBatch): Promise<void> {
  await tx
    .insertInto('import_job')
    .values({
      id: batch.id,
      kind,
      realm_id: null,
      state: 'preview',
      total: batch.total,
      done: 0,
      sealed_input: batch.sealed,
      report: '{}',
      created_by: batch.actorId,
      created_at_ms: batch.createdAtMs,
      updated_at_ms: batch.createdAtMs,
    })
    .execute()
}

/** A batch by id, whoever's it is; null where it was taken over or thrown away. */
export async function findBatch(db: Queryable, id: string): Promise<CandidateBatch | null> {
  const row = await db
    .selectFrom('import_job')
    .selectAll()
    .where('id', '=', id)
    .where('kind', '=', kind)
    .executeTakeFirst()
  if (row === undefined || row.sealed_input === null) return null
  const { total, created_by: actorId, created_at_ms: createdAtMs } = row
  return { id, sealed: row.sealed_input, total, actorId, createdAtMs }
}

/** Throws a batch away, with the sealed secrets in it. */
export async function removeBatch(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('import_job').where('id', '=', id).where('kind', '=', kind).execute()
}

/** Throws away what nobody chose from since then. */
export async function removeBatchesBefore(tx: Tx, beforeMs: number): Promise<void> {
  await tx.deleteFrom('import_job').where('kind', '=', kind).where('created_at_ms', '<=', beforeMs).execute()
}
