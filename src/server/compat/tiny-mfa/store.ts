import { keyBytes } from '../../access/token-key.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import { readSetting, writeSetting } from '../../database/settings.ts'
import { nameIn } from './user-fates.ts'

const importedKey = 'tiny-mfa.imported'

/** Which of these ids tokens have. */
export function tokensWithIds(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  return idsIn(db, 'access_token', ids)
}

/** Which of these ids realms have. */
export function realmsWithIds(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  return idsIn(db, 'realm', ids)
}

/** Which of these ids subjects have, in whichever realm. */
export function subjectsWithIds(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  return idsIn(db, 'subject', ids)
}

async function idsIn(
  db: Queryable,
  table: 'access_token' | 'realm' | 'subject',
  ids: readonly string[],
): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom(table)
    .select('id')
    .where('id', 'in', [...ids])
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** The names of users that subjects of their issuers have, as `nameIn` writes them. */
export async function takenNames(
  db: Queryable,
  users: readonly { readonly issuerId: string; readonly name: string }[],
): Promise<Set<string>> {
  const taken = new Set<string>()
  for (const [issuerId, some] of Map.groupBy(users, (user) => user.issuerId)) {
    const rows = await db
      .selectFrom('subject')
      .select('name')
      .where('realm_id', '=', issuerId)
      .where(
        'name',
        'in',
        some.map(({ name }) => name),
      )
      .execute()
    for (const { name } of rows) taken.add(nameIn(issuerId, name))
  }
  return taken
}

/** Tokens that still stand as bcrypt: of one realm and of the root, or of the root alone. */
export async function bcryptTokens(db: Queryable, realmId: string | null): Promise<{ id: string; bcrypt: string }[]> {
  const rows = await db
    .selectFrom('access_token')
    .select(['id', 'legacy_bcrypt'])
    .where('legacy_bcrypt', 'is not', null)
    .where((where) => where.or([where('realm_id', 'is', null), where('realm_id', '=', realmId ?? '')]))
    .execute()
  return rows.map((row) => ({ id: row.id, bcrypt: row.legacy_bcrypt ?? '' }))
}

/** Puts the fast hash in the place of bcrypt, once. */
export async function replaceBcrypt(tx: Tx, id: string, tokenKey: string): Promise<void> {
  await tx
    .updateTable('access_token')
    .set({ token_hash: keyBytes(tokenKey), legacy_bcrypt: null })
    .where('id', '=', id)
    .where('legacy_bcrypt', 'is not', null)
    .execute()
}

/** Gives an imported token the times it had. */
export async function writeTokenTimes(
  tx: Tx,
  id: string,
  { createdAtMs, lastUsedAtMs }: { createdAtMs: number | null; lastUsedAtMs: number | null },
): Promise<void> {
  await tx
    .updateTable('access_token')
    .set({ last_used_at_ms: lastUsedAtMs, ...(createdAtMs === null ? {} : { created_at_ms: createdAtMs }) })
    .where('id', '=', id)
    .execute()
}

/** The highest audit id that was imported, null before the first import. */
export async function importedRows(db: Queryable): Promise<number | null> {
  const highest = await readSetting(db, importedKey)
  return highest === undefined ? null : Number(highest)
}

/** Moves it on. */
export async function moveImportedRows(tx: Tx, highest: number): Promise<void> {
  await writeSetting(tx, importedKey, String(highest), 0)
}

/** The present name of the realm with this id. */
export async function realmNameOf(db: Queryable, id: string): Promise<string | undefined> {
  return (await db.selectFrom('realm').select('name').where('id', '=', id).executeTakeFirst())?.name
}

/** The chains of the audit in the order in which they were begun: a new one goes behind all that are there. */
export async function chainRanks(db: Queryable): Promise<Map<string, number>> {
  const chains = await db.selectFrom('audit_chain').select('id').orderBy('started_at_ms').orderBy('id').execute()
  return new Map(chains.map(({ id }, rank) => [id, rank]))
}
