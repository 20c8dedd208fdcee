import { sql } from '../../database/sql.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import { peopleRealm } from '../../subjects/reserved.ts'
import type { SubjectRow } from '../../subjects/store.ts'
import { ungleichotpOrigin } from './settings.ts'

/** An entry: a subject and its realm. */
export interface EntryRow extends SubjectRow {
  readonly realm_name: string
  readonly origin: string
}

const sequenceKey = 'ungleichotp.sequence'

/** Every entry this door shows: of its own realms, and of those whose enrollers may read secrets. */
export function listEntries(
  db: Queryable,
  filter: { name?: string | undefined; realm?: string | undefined },
): Promise<EntryRow[]> {
  let query = shownEntries(db)
  if (filter.name !== undefined) query = query.where('subject.name', '=', filter.name)
  if (filter.realm !== undefined) query = query.where('realm.name', '=', filter.realm)
  return query.orderBy('realm.name').orderBy('subject.number').orderBy('subject.id').execute()
}

/** A shown entry by its id: a number in the door's own realms, the subject's id elsewhere. */
export function findEntry(db: Queryable, id: string): Promise<EntryRow | undefined> {
  const query = shownEntries(db)
  if (!/^\d{1,15}$/.test(id)) {
    return query.where('subject.id', '=', id).where('realm.origin', '!=', ungleichotpOrigin).executeTakeFirst()
  }
  return query.where('subject.number', '=', Number(id)).where('realm.origin', '=', ungleichotpOrigin).executeTakeFirst()
}

/** How many entries a realm has. */
export async function countEntries(db: Queryable, realmName: string): Promise<number> {
  const row = await db
    .selectFrom('subject')
    .innerJoin('realm', 'realm.id', 'subject.realm_id')
    .select((select) => select.fn.countAll().as('count'))
    .where('realm.name', '=', realmName)
    .executeTakeFirst()
  return Number(row?.count ?? 0)
}

/**
 * The next id of the door's entries. Counting in one row lets nobody else count until the transaction ends.
 *
 * @param atLeast - ids that an import brings along are never given again
 */
export async function nextEntryNumber(tx: Tx, nowMs: number, atLeast = 0): Promise<number> {
  await tx
    .insertInto('setting')
    .values({ key: sequenceKey, value: '0', updated_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
  const counted = await tx
    .updateTable('setting')
    .set({ value: sql<string>`cast(cast(value as integer) + 1 as text)`, updated_at_ms: nowMs })
    .where('key', '=', sequenceKey)
    .returning('value')
    .executeTakeFirstOrThrow()
  const number = Math.max(Number(counted.value), atLeast)
  await tx
    .updateTable('setting')
    .set({ value: String(number) })
    .where('key', '=', sequenceKey)
    .execute()
  return number
}

/** Moves an entry to another realm, its secret sealed anew. */
export async function moveEntry(tx: Tx, id: string, realmId: string, sealedSecret: Uint8Array | null): Promise<void> {
  await tx.updateTable('subject').set({ realm_id: realmId, sealed_secret: sealedSecret }).where('id', '=', id).execute()
}

function shownEntries(db: Queryable) {
  return db
    .selectFrom('subject')
    .innerJoin('realm', 'realm.id', 'subject.realm_id')
    .selectAll('subject')
    .select(['realm.name as realm_name', 'realm.origin'])
    .where('realm.name', '!=', peopleRealm)
    .where('subject.sealed_secret', 'is not', null)
    .where((where) =>
      where.or([where('realm.origin', '=', ungleichotpOrigin), where('realm.readback', '=', 'enrollers')]),
    )
}

/** Keeps everybody else from changing the entries of a realm until the transaction ends. */
export async function holdEntries(tx: Tx, realmId: string): Promise<void> {
  await tx
    .updateTable('realm')
    .set((row) => ({ updated_at_ms: row('updated_at_ms', '+', 0) }))
    .where('id', '=', realmId)
    .execute()
}
