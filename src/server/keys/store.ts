import { sql } from '../database/sql.ts'
import type { Queryable, Tx } from '../database/storage.ts'
import type { SealedColumn } from './sealed-columns.ts'

/** A sealed value of one row. */
export interface SealedRow {
  readonly id: string
  readonly sealed: Uint8Array
}

/** Rows after `afterId` whose column is not null, in the order of their ids. */
export function readSealed(
  db: Queryable,
  { table, column }: SealedColumn,
  afterId: string,
  limit: number,
): Promise<SealedRow[]> {
  return db
    .selectFrom(table)
    .select(['id', sql<Uint8Array>`${sql.ref(column)}`.as('sealed')])
    .where('id', '>', afterId)
    .where(sql<boolean>`${sql.ref(column)} is not null`)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/** Puts `next` where `before` still stands; false when somebody wrote it meanwhile. */
export async function replaceSealed(
  tx: Tx,
  { table, column }: SealedColumn,
  before: SealedRow,
  next: Uint8Array,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable(table)
    .set({ [column]: next })
    .where('id', '=', before.id)
    .where(sql<boolean>`${sql.ref(column)} = ${before.sealed}`)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** The ids of the realms whose secrets a data key seals. */
export async function realmsOfKey(db: Queryable, keyId: string): Promise<string[]> {
  const rows = await db.selectFrom('realm').select('id').where('data_key_id', '=', keyId).execute()
  return rows.map(({ id }) => id)
}

/** Lets another data key seal what a realm stores from now on. */
export async function giveRealmKey(tx: Tx, realmId: string, keyId: string): Promise<void> {
  await tx.updateTable('realm').set({ data_key_id: keyId }).where('id', '=', realmId).execute()
}
