import { keyBytes } from '../../access/token-key.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import { readSetting, writeSetting } from '../../subjects/store.ts'

const importedKey = 'tiny-mfa.imported'

/** Whether a token of this id is here. */
export async function findToken(tx: Tx, id: string): Promise<boolean> {
  return (await tx.selectFrom('access_token').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
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

/** The highest audit id that was imported, null before the first import; with `moveTo` it becomes another. */
export async function importedRows(tx: Tx, moveTo?: number): Promise<number | null> {
  if (moveTo !== undefined) await writeSetting(tx, importedKey, String(moveTo), 0)
  const highest = await readSetting(tx, importedKey)
  return highest === undefined ? null : Number(highest)
}

/** The present name of the realm with this id. */
export async function realmNameOf(tx: Tx, id: string): Promise<string | undefined> {
  return (await tx.selectFrom('realm').select('name').where('id', '=', id).executeTakeFirst())?.name
}

/** Whether a subject of this id is here, in whichever realm. */
export async function hasSubject(tx: Tx, id: string): Promise<boolean> {
  return (await tx.selectFrom('subject').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
}

/** The chains of the audit in the order in which they were begun: a new one goes behind all that are there. */
export async function chainRanks(db: Queryable): Promise<Map<string, number>> {
  const chains = await db.selectFrom('audit_chain').select('id').orderBy('started_at_ms').orderBy('id').execute()
  return new Map(chains.map(({ id }, rank) => [id, rank]))
}
