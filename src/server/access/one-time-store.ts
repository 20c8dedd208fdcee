import { sql } from '../database/sql.ts'
import type { Queryable, Tx } from '../database/storage.ts'
import { keyBytes } from './token-key.ts'

/** What may be used once, as its row holds it. */
export interface OneTimeRow {
  /** The key of its token. */
  readonly key: string
  readonly kind: string
  readonly data: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

/** Keeps something until it is taken. */
export async function insertOnce(tx: Tx, { key, kind, data, createdAtMs, expiresAtMs }: OneTimeRow): Promise<void> {
  await tx
    .insertInto('one_time')
    .values({ token_hash: keyBytes(key), kind, data, created_at_ms: createdAtMs, expires_at_ms: expiresAtMs })
    .execute()
}

/** The data kept under a key while it is good, null otherwise. */
export async function findOnce(db: Queryable, kind: string, key: string, nowMs: number): Promise<string | null> {
  const row = await db
    .selectFrom('one_time')
    .select('data')
    .where('token_hash', '=', keyBytes(key))
    .where('kind', '=', kind)
    .where('expires_at_ms', '>', nowMs)
    .executeTakeFirst()
  return row?.data ?? null
}

/** Removes what is kept under a key and answers its data: of two simultaneous requests one gets it, the other null. */
export async function takeOnce(tx: Tx, kind: string, key: string, nowMs: number): Promise<string | null> {
  const row = await tx
    .deleteFrom('one_time')
    .where('token_hash', '=', keyBytes(key))
    .where('kind', '=', kind)
    .where('expires_at_ms', '>', nowMs)
    .returning('data')
    .executeTakeFirst()
  return row?.data ?? null
}

/** Removes everything of some kinds whose data begins with a text. */
export async function deleteOnceWith(tx: Tx, kinds: readonly string[], beginning: string): Promise<void> {
  await tx
    .deleteFrom('one_time')
    .where('kind', 'in', kinds)
    .where(sql<boolean>`substr(data, 1, ${sql.lit(beginning.length)}) = ${beginning}`)
    .execute()
}

/** Removes what nobody used in time. */
export async function deleteExpiredOnce(tx: Tx, nowMs: number): Promise<void> {
  await tx.deleteFrom('one_time').where('expires_at_ms', '<=', nowMs).execute()
}
