import type { Queryable, Tx } from './storage.ts'

/**
 * The table of settings: one text for each key, and each key belongs to the room that reads it.
 *
 * It keeps what administrators choose as well as marks that outlive a process. Whoever keeps a setting in memory has its
 * writers record a change.
 */

/** The text of a setting; undefined when it was never set. */
export async function readSetting(db: Queryable, key: string): Promise<string | undefined> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
  return row?.value
}

/** The texts of those of some settings that were set, by key. */
export async function readSettings(db: Queryable, keys: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.selectFrom('setting').select(['key', 'value']).where('key', 'in', keys).execute()
  return new Map(rows.map(({ key, value }) => [key, value]))
}

/** Writes a setting over what stood there. */
export async function writeSetting(tx: Tx, key: string, value: string, nowMs: number): Promise<void> {
  await tx
    .insertInto('setting')
    .values({ key, value, updated_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at_ms: nowMs }))
    .execute()
}

/** Writes a setting that nobody wrote before; false when somebody did, and then theirs stays. */
export async function plantSetting(tx: Tx, key: string, value: string, nowMs: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('setting')
    .values({ key, value, updated_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** Moves a setting from one text to the next; false when it had another one. */
export async function moveSetting(
  tx: Tx,
  key: string,
  { from, to, nowMs }: { readonly from: string; readonly to: string; readonly nowMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('setting')
    .set({ value: to, updated_at_ms: nowMs })
    .where('key', '=', key)
    .where('value', '=', from)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Holds a setting that was written until the transaction ends: nobody else writes it meanwhile. Answers its text. */
export async function holdSetting(tx: Tx, key: string, nowMs: number): Promise<string> {
  const { value } = await tx
    .updateTable('setting')
    .set({ updated_at_ms: nowMs })
    .where('key', '=', key)
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}

/** Writes a setting that this transaction holds. */
export async function writeHeldSetting(tx: Tx, key: string, value: string): Promise<void> {
  await tx.updateTable('setting').set({ value }).where('key', '=', key).execute()
}

/** Removes a setting, or leaves it where its text is not `ifValue`; false when nothing was removed. */
export async function removeSetting(tx: Tx, key: string, ifValue?: string): Promise<boolean> {
  let query = tx.deleteFrom('setting').where('key', '=', key)
  if (ifValue !== undefined) query = query.where('value', '=', ifValue)
  return (await query.executeTakeFirst()).numDeletedRows > 0n
}
