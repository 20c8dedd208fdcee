import type { Database, Engine, Queryable, Tx } from '../database/storage.ts'
import type { EnrolmentLinkTable, SubjectStateTable } from '../database/tables/realms.ts'
import { containing, sql } from '../database/sql.ts'
import type { RealmRow } from '../subjects/store.ts'

export type EnrolmentLinkRow = EnrolmentLinkTable

/** A subject with its hot row and without its secrets. */
export interface ListedSubject extends SubjectStateTable {
  id: string
  name: string
  number: number
  email: string
  enabled: number
  has_secret: number
  has_pending: number
  pending_until_ms: number | null
  created_at_ms: number
  updated_at_ms: number
}

/** Realms by name after `after`, without the reserved ones. */
export async function listRealms(
  db: Database,
  page: { after: string; limit: number; search?: string | undefined; hidden: readonly string[] },
): Promise<RealmRow[]> {
  let query = db.selectFrom('realm').selectAll().where('name', '>', page.after).where('name', 'not in', page.hidden)
  if (page.search !== undefined)
    query = query.where(sql<string>`lower(name)`, 'like', containing(page.search.toLowerCase()))
  return query.orderBy('name').limit(page.limit).execute()
}

/** Every realm of one origin, by name. */
export function realmsOfOrigin(db: Database, origin: string): Promise<RealmRow[]> {
  return db.selectFrom('realm').selectAll().where('origin', '=', origin).orderBy('name').execute()
}

/** Every realm's name, for the check of capitals and for scopes. */
export async function realmNames(db: Queryable): Promise<{ id: string; name: string }[]> {
  return db.selectFrom('realm').select(['id', 'name']).execute()
}

/** How many subjects each of these realms has. */
export async function countSubjects(db: Queryable, realmIds: readonly string[]): Promise<Map<string, number>> {
  if (realmIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('subject')
    .select(['realm_id', (select) => select.fn.countAll().as('count')])
    .where('realm_id', 'in', realmIds)
    .groupBy('realm_id')
    .execute()
  return new Map(rows.map((row) => [row.realm_id, Number(row.count)]))
}

/**
 * A realm held until the transaction ends, so that of two changes at once none is lost. SQLite needs no row locks: its
 * write transactions never run side by side.
 */
export async function holdRealm(tx: Tx, engine: Engine, id: string): Promise<RealmRow | undefined> {
  const query = tx.selectFrom('realm').selectAll().where('id', '=', id)
  return (engine === 'postgres' ? query.forUpdate() : query).executeTakeFirst()
}

/**
 * Changes a realm; false when it is gone.
 *
 * Two changes within a millisecond still get two times: servers know by them which policy they hold in memory.
 */
export async function updateRealm(
  tx: Tx,
  id: string,
  { updated_at_ms: atMs, ...change }: Partial<RealmRow> & Pick<RealmRow, 'updated_at_ms'>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('realm')
    .set(({ eb }) => ({
      ...change,
      updated_at_ms: eb
        .case()
        .when('updated_at_ms', '>=', atMs)
        .then(eb('updated_at_ms', '+', 1))
        .else(atMs)
        .end(),
    }))
    .where('id', '=', id)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Removes a realm; its subjects, their secrets and its tokens go with it. */
export async function deleteRealm(tx: Tx, id: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('realm').where('id', '=', id).executeTakeFirst()
  return numDeletedRows === 1n
}

/** Lets enrolled subjects keep making their codes the old way, and drops secrets that still wait. */
export async function keepShapes(tx: Tx, realm: RealmRow): Promise<void> {
  await tx
    .updateTable('subject')
    .set({
      algorithm: sql<string>`coalesce(algorithm, ${realm.algorithm})`,
      digits: sql<number>`coalesce(digits, ${sql.lit(realm.digits)})`,
      period_seconds: sql<number>`coalesce(period_seconds, ${sql.lit(realm.period_seconds)})`,
    })
    .where('realm_id', '=', realm.id)
    .where('sealed_secret', 'is not', null)
    .execute()
  await tx
    .updateTable('subject')
    .set({ pending_secret: null, pending_until_ms: null, pending_by: null })
    .where('realm_id', '=', realm.id)
    .where('pending_secret', 'is not', null)
    .execute()
}

/** Subjects of a realm by name after `after`. */
export async function listSubjects(
  db: Database,
  realmId: string,
  page: { after: string; limit: number; search?: string | undefined },
): Promise<ListedSubject[]> {
  let query = listed(db).where('subject.realm_id', '=', realmId).where('subject.name', '>', page.after)
  if (page.search !== undefined) query = query.where('subject.name_key', 'like', containing(page.search.toLowerCase()))
  return query.orderBy('subject.name').limit(page.limit).execute()
}

/** One subject by its exact name. */
export function findListed(db: Queryable, realmId: string, name: string): Promise<ListedSubject | undefined> {
  return listed(db).where('subject.realm_id', '=', realmId).where('subject.name', '=', name).executeTakeFirst()
}

/** Whether a name is taken in other capitals, by anybody but `exceptId`. */
export async function isNameTaken(db: Queryable, realmId: string, key: string, exceptId = ''): Promise<boolean> {
  const row = await db
    .selectFrom('subject')
    .select('id')
    .where('realm_id', '=', realmId)
    .where('name_key', '=', key)
    .where('id', '!=', exceptId)
    .executeTakeFirst()
  return row !== undefined
}

/** Which of these names a realm has, as `nameKey` writes them. */
export async function takenNameKeys(db: Queryable, realmId: string, keys: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('subject')
    .select('name_key')
    .where('realm_id', '=', realmId)
    .where('name_key', 'in', [...keys])
    .execute()
  return new Set(rows.map((row) => row.name_key))
}

/** Keeps a one-time link; only the hash of its token. */
export async function insertLink(tx: Tx, row: EnrolmentLinkRow): Promise<void> {
  await tx.insertInto('enrolment_link').values(row).execute()
}

/** Uses a link once. Null means that it is unknown, too old, or another request was faster. */
export async function useLink(tx: Tx, tokenHash: Uint8Array, nowMs: number): Promise<EnrolmentLinkRow | null> {
  const row = await tx
    .updateTable('enrolment_link')
    .set({ used_at_ms: nowMs })
    .where('token_hash', '=', tokenHash)
    .where('used_at_ms', 'is', null)
    .where('expires_at_ms', '>', nowMs)
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

/** A link by its token's hash, used or not. */
export function findLink(db: Queryable, tokenHash: Uint8Array): Promise<EnrolmentLinkRow | undefined> {
  return db.selectFrom('enrolment_link').selectAll().where('token_hash', '=', tokenHash).executeTakeFirst()
}

/** The realm and subject names behind a link's subject id. */
export async function namesOfSubject(
  db: Queryable,
  id: string,
): Promise<{ realm: string; subject: string } | undefined> {
  return db
    .selectFrom('subject')
    .innerJoin('realm', 'realm.id', 'subject.realm_id')
    .select(['realm.name as realm', 'subject.name as subject'])
    .where('subject.id', '=', id)
    .executeTakeFirst()
}

function listed(db: Queryable) {
  return db
    .selectFrom('subject')
    .innerJoin('subject_state', 'subject_state.subject_id', 'subject.id')
    .selectAll('subject_state')
    .select([
      'subject.id',
      'subject.name',
      'subject.number',
      'subject.email',
      'subject.enabled',
      'subject.pending_until_ms',
      'subject.created_at_ms',
      'subject.updated_at_ms',
      sql<number>`case when subject.sealed_secret is null then 0 else 1 end`.as('has_secret'),
      sql<number>`case when subject.pending_secret is null then 0 else 1 end`.as('has_pending'),
    ])
}
