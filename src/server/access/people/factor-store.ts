import { sql } from '../../database/sql.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { GuessState } from '../../subjects/lockout.ts'
import { stateOf } from '../../subjects/state-row.ts'

/** Puts new hashes of recovery codes in the place of all old ones. */
export async function replaceRecoveryHashes(tx: Tx, personId: string, hashes: readonly Uint8Array[]): Promise<void> {
  await tx.deleteFrom('recovery_code').where('person_id', '=', personId).execute()
  if (hashes.length === 0) return
  await tx
    .insertInto('recovery_code')
    .values(hashes.map((hash) => ({ person_id: personId, code_hash: hash, spent_at_ms: null })))
    .execute()
}

/** Spends a recovery code once. False means it is wrong or another request already used it. */
export async function spendRecoveryHash(tx: Tx, personId: string, hash: Uint8Array, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('recovery_code')
    .set({ spent_at_ms: nowMs })
    .where('person_id', '=', personId)
    .where('code_hash', '=', hash)
    .where('spent_at_ms', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Passkeys per person, for those who have any. */
export async function passkeyCounts(db: Queryable, personIds: readonly string[]): Promise<Map<string, number>> {
  if (personIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('passkey')
    .select(['person_id', sql<number>`count(*)`.as('count')])
    .where('person_id', 'in', personIds)
    .groupBy('person_id')
    .execute()
  return new Map(rows.map((row) => [row.person_id, Number(row.count)]))
}

/** Removes passkeys and where a person logged in from. */
export async function forgetFactors(tx: Tx, personId: string): Promise<void> {
  await tx.deleteFrom('passkey').where('person_id', '=', personId).execute()
  await tx.deleteFrom('login_source').where('person_id', '=', personId).execute()
}

/** Forgets wrong passphrases; where the person logged in from stays known. */
export async function forgetLoginFailures(tx: Tx, personId: string): Promise<void> {
  await tx
    .updateTable('login_source')
    .set({ failures: 0, wait_until_ms: 0 })
    .where('person_id', '=', personId)
    .execute()
}

/** Which of these people have a source that waits after wrong passphrases. */
export async function waitingLogins(db: Queryable, personIds: readonly string[], nowMs: number): Promise<string[]> {
  if (personIds.length === 0) return []
  const rows = await db
    .selectFrom('login_source')
    .select('person_id')
    .distinct()
    .where('person_id', 'in', personIds)
    .where('wait_until_ms', '>', nowMs)
    .execute()
  return rows.map((row) => row.person_id)
}

/** Which of these people have an active secret in the realm of people. */
export async function activeCodes(db: Queryable, realmId: string, personIds: readonly string[]): Promise<string[]> {
  if (personIds.length === 0) return []
  const rows = await db
    .selectFrom('subject')
    .select('name')
    .where('realm_id', '=', realmId)
    .where('name', 'in', personIds)
    .where('sealed_secret', 'is not', null)
    .execute()
  return rows.map(({ name }) => name)
}

/** How the guesses at these people's codes stand, for those who have a code, by person. */
export async function guessesOf(
  db: Queryable,
  realmId: string,
  personIds: readonly string[],
): Promise<Map<string, GuessState>> {
  if (personIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('subject_state')
    .innerJoin('subject', 'subject.id', 'subject_state.subject_id')
    .selectAll('subject_state')
    .select('subject.name')
    .where('subject.realm_id', '=', realmId)
    .where('subject.name', 'in', personIds)
    .execute()
  return new Map(rows.map((row) => [row.name, stateOf(row).guesses]))
}
