import type { Database, Tx } from '../database/storage.ts'
import type { ImportJobTable } from '../database/tables.ts'

export type JobRow = ImportJobTable

/** Keeps a new job. */
export async function insertJob(tx: Tx, row: JobRow): Promise<void> {
  await tx.insertInto('import_job').values(row).execute()
}

/** A job of a realm. */
export function findJob(db: Database, realmId: string, id: string): Promise<JobRow | undefined> {
  return db.selectFrom('import_job').selectAll().where('id', '=', id).where('realm_id', '=', realmId).executeTakeFirst()
}

/** Where a job stands among those of its realm. */
export type JobPosition = readonly [createdAtMs: number, id: string]

/** Some jobs of a realm, newest first. */
export function listJobs(
  db: Database,
  realmId: string,
  { before, limit }: { readonly before: JobPosition | null; readonly limit: number },
): Promise<JobRow[]> {
  const query = db
    .selectFrom('import_job')
    .selectAll()
    .where('realm_id', '=', realmId)
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
  if (before === null) return query.execute()
  const [createdAtMs, id] = before
  return query
    .where(({ eb, refTuple, tuple }) => eb(refTuple('created_at_ms', 'id'), '<', tuple(createdAtMs, id)))
    .execute()
}

/** Running jobs that nobody moved since `beforeMs`. */
export function orphanedJobs(db: Database, beforeMs: number): Promise<{ id: string; realm: string }[]> {
  return db
    .selectFrom('import_job')
    .innerJoin('realm', 'realm.id', 'import_job.realm_id')
    .select(['import_job.id', 'realm.name as realm'])
    .where('import_job.kind', '=', 'subjects')
    .where('import_job.state', '=', 'running')
    .where('import_job.updated_at_ms', '<', beforeMs)
    .execute()
}

/** Moves a job's place. Null means that another server moved it, or it is over. */
export async function moveJob(
  tx: Tx,
  id: string,
  move: { from: number; to: number; nowMs: number },
): Promise<{ report: string } | null> {
  const row = await tx
    .updateTable('import_job')
    .set({ done: move.to, updated_at_ms: move.nowMs })
    .where('id', '=', id)
    .where('done', '=', move.from)
    .where('state', '=', 'running')
    .returning('report')
    .executeTakeFirst()
  return row ?? null
}

/** Writes what became of the rows; at the end the input, which may hold secrets, is forgotten. */
export async function writeReport(tx: Tx, id: string, report: string, isLast: boolean): Promise<void> {
  const end = isLast ? { state: 'done', sealed_input: null } : {}
  await tx
    .updateTable('import_job')
    .set({ report, ...end })
    .where('id', '=', id)
    .execute()
}
