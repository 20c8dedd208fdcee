import type { Queryable, Tx } from '../../database/storage.ts'
import { peopleRealm } from '../../subjects/reserved.ts'
import type { SubjectRow } from '../../subjects/store.ts'
import { entryName } from './entry-fates.ts'
import { ungleichotpOrigin } from './settings.ts'

/** An entry: a subject and its realm. */
export interface EntryRow extends SubjectRow {
  readonly realm_name: string
  readonly origin: string
}

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

/**
 * A shown entry by its id: a number in the door's own realms, the subject's id elsewhere. A number that two entries
 * have, as older versions could give it, names neither: the wrong one would be changed.
 */
export async function findEntry(db: Queryable, id: string): Promise<EntryRow | undefined> {
  const query = shownEntries(db)
  if (!/^\d{1,15}$/.test(id)) {
    return query.where('subject.id', '=', id).where('realm.origin', '!=', ungleichotpOrigin).executeTakeFirst()
  }
  const [row, ...others] = await query
    .where('subject.number', '=', Number(id))
    .where('realm.origin', '=', ungleichotpOrigin)
    .limit(2)
    .execute()
  return others.length === 0 ? row : undefined
}

/** A shown entry by its subject, whatever its id at the door is. */
export function findEntryOf(db: Queryable, subjectId: string): Promise<EntryRow | undefined> {
  return shownEntries(db).where('subject.id', '=', subjectId).executeTakeFirst()
}

/** The entries of a realm that are enabled and have a secret. */
export function enabledEntries(db: Queryable, realmName: string): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom('subject')
    .innerJoin('realm', 'realm.id', 'subject.realm_id')
    .select(['subject.id', 'subject.name'])
    .where('realm.name', '=', realmName)
    .where('subject.enabled', '=', 1)
    .where('subject.sealed_secret', 'is not', null)
    .execute()
}

/** The sealed secret of a subject; null where it has none. */
export async function sealedSecretOf(tx: Tx, id: string): Promise<Uint8Array | null> {
  const row = await tx.selectFrom('subject').select('sealed_secret').where('id', '=', id).executeTakeFirst()
  return row?.sealed_secret ?? null
}

/** Writes the same secret anew, sealed under another key. */
export async function writeSealedSecret(tx: Tx, id: string, sealedSecret: Uint8Array): Promise<void> {
  await tx.updateTable('subject').set({ sealed_secret: sealedSecret }).where('id', '=', id).execute()
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

/** By name the origins of these realms, those that are here. */
export async function originsByName(db: Queryable, names: readonly string[]): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('realm')
    .select(['name', 'origin'])
    .where('name', 'in', [...new Set(names)])
    .execute()
  return new Map(rows.map(({ name, origin }) => [name, origin]))
}

/** The numbers of the entries of these names that are here, by name as `entryName` writes it. */
export async function numbersByName(
  db: Queryable,
  entries: readonly { readonly name: string; readonly realm: string }[],
): Promise<Map<string, number>> {
  const numbers = new Map<string, number>()
  for (const [realm, some] of Map.groupBy(entries, (entry) => entry.realm)) {
    const names = some.map(({ name }) => name)
    const rows = await db
      .selectFrom('realm')
      .innerJoin('subject', 'subject.realm_id', 'realm.id')
      .select(['subject.name', 'subject.number'])
      .where('realm.name', '=', realm)
      .where('subject.name', 'in', names)
      .execute()
    for (const { name, number } of rows) numbers.set(entryName({ name, realm }), number)
  }
  return numbers
}
