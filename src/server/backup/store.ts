import { sql } from '../database/sql.ts'
import type { Queryable } from '../database/storage.ts'

/** A sealed secret with all that its codes depend on. */
export interface StoredSecret {
  readonly id: string
  /** For people: a label, or a subject and its realm. */
  readonly name: string
  readonly sealed: Uint8Array
  readonly version: number
  readonly algorithm: string
  readonly digits: number
  readonly periodSeconds: number
}

/** The secrets of all accounts. */
export async function readAccountSecrets(db: Queryable): Promise<StoredSecret[]> {
  const rows = await db
    .selectFrom('account')
    .select(['id', 'label', 'sealed_secret as sealed', 'secret_version as version'])
    .select(['algorithm', 'digits', 'period_seconds as periodSeconds'])
    .execute()
  return rows.map(({ label, ...row }) => ({ ...row, name: `account ${label}` }))
}

/** The active secrets of the first `limit` subjects in the order of their ids, or of the first of those in `ids`. */
export async function readSubjectSecrets(
  db: Queryable,
  limit: number,
  ids?: readonly string[],
): Promise<StoredSecret[]> {
  if (ids?.length === 0) return []
  const subjects = db
    .selectFrom('subject')
    .innerJoin('realm', 'realm.id', 'subject.realm_id')
    .innerJoin('subject_state', 'subject_state.subject_id', 'subject.id')
    .select(['subject.id', 'subject.name as subject', 'realm.name as realm', 'subject_state.secret_version as version'])
    .select(sql<Uint8Array>`${sql.ref('subject.sealed_secret')}`.as('sealed'))
    .select(['realm.algorithm', 'realm.digits', 'realm.period_seconds as periodSeconds'])
    .where('subject.sealed_secret', 'is not', null)
  const wanted = ids === undefined ? subjects : subjects.where('subject.id', 'in', ids)
  const rows = await wanted.orderBy('subject.id').limit(limit).execute()
  return rows.map(({ subject, realm, ...row }) => ({ ...row, name: `subject ${subject} of ${realm}` }))
}

/** How many accounts, and subjects with a secret, were added to a store after a moment. */
export async function countAdded(db: Queryable, afterMs: number): Promise<number> {
  const count = sql<number>`count(*)`.as('count')
  const [accounts, subjects] = await Promise.all([
    db.selectFrom('account').select(count).where('created_at_ms', '>', afterMs).executeTakeFirstOrThrow(),
    db
      .selectFrom('subject')
      .select(count)
      .where('created_at_ms', '>', afterMs)
      .where('sealed_secret', 'is not', null)
      .executeTakeFirstOrThrow(),
  ])
  return Number(accounts.count) + Number(subjects.count)
}
