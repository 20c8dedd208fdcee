import { setImmediate as turn } from 'node:timers/promises'
import type { Database, Tx } from '../database/storage.ts'
import type { ImportJobTable } from '../database/tables/realms.ts'
import type { Outcome } from './bulk-outcomes.ts'

export type JobRow = ImportJobTable

/** Parts written in one turn of the event loop. */
const partsAtOnce = 20

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
    .where('kind', '=', 'subjects')
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

/** Writes what a job keeps of its outcomes. */
export async function writeReport(tx: Tx, id: string, report: string, isLast: boolean): Promise<void> {
  await tx
    .updateTable('import_job')
    .set({ report, ...(isLast && { state: 'done' }) })
    .where('id', '=', id)
    .execute()
}

/** A part of a job that begins: what is to be done, sealed, or what a dry run says would become of it. */
export interface NewPart {
  readonly id: string
  readonly rows: number
  readonly sealed: Uint8Array | null
  readonly outcomes: readonly Outcome[]
}

/**
 * Keeps the parts of a job, each in a record of its own: no step writes again what others wrote. What it is to do stands
 * there at first, then what became of it.
 */
export async function insertParts(
  tx: Tx,
  { realm_id, created_by, created_at_ms, updated_at_ms }: JobRow,
  parts: readonly NewPart[],
): Promise<void> {
  for (const [index, { id, rows, sealed, outcomes }] of parts.entries()) {
    // SQLite answers at once: what needs no write gets its turn in between.
    if (index % partsAtOnce === 0) await turn()
    const about = { realm_id, created_by, created_at_ms, updated_at_ms }
    const content = { total: rows, done: outcomes.length, sealed_input: sealed, report: JSON.stringify(outcomes) }
    await tx
      .insertInto('import_job')
      .values({ ...about, ...content, id, kind: 'subjects-part', state: sealed === null ? 'done' : 'running' })
      .execute()
  }
}

/** What a part is to do; null when that is done. */
export async function readPartInput(tx: Tx, id: string): Promise<Uint8Array | null> {
  const row = await tx.selectFrom('import_job').select('sealed_input').where('id', '=', id).executeTakeFirst()
  return row?.sealed_input ?? null
}

/** Writes what became of a part, and forgets what it was to do. */
export async function finishPart(tx: Tx, id: string, outcomes: readonly Outcome[], nowMs: number): Promise<void> {
  const done = { state: 'done', done: outcomes.length, updated_at_ms: nowMs }
  await tx
    .updateTable('import_job')
    .set({ ...done, sealed_input: null, report: JSON.stringify(outcomes) })
    .where('id', '=', id)
    .execute()
}

/** The outcomes in some parts of a job, in their order. */
export async function readParts(db: Database, jobId: string, parts: readonly number[]): Promise<Outcome[]> {
  if (parts.length === 0) return []
  const ids = parts.map((part) => partId(jobId, part))
  const rows = await db.selectFrom('import_job').select(['id', 'report']).where('id', 'in', ids).execute()
  const reports = new Map(rows.map(({ id, report }) => [id, report]))
  return ids.flatMap((id) => JSON.parse(reports.get(id) ?? '[]') as Outcome[])
}

/** Where a part of a job stands. */
export function partId(jobId: string, part: number): string {
  return `${jobId}/${part}`
}
