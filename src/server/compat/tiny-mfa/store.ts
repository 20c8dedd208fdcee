import type { Tx } from '../../database/storage.ts'
import { readSetting, writeSetting } from '../../subjects/store.ts'

const importedKey = 'tiny-mfa.imported'

/** Whether a token of this id is here. */
export async function findToken(tx: Tx, id: string): Promise<boolean> {
  return (await tx.selectFrom('access_token').select('id').where('id', '=', id).executeTakeFirst()) !== undefined
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

/** The highest audit id that was imported; with `moveTo` it becomes another. */
export async function importedRows(tx: Tx, moveTo?: number): Promise<number> {
  if (moveTo !== undefined) await writeSetting(tx, importedKey, String(moveTo), 0)
  return Number((await readSetting(tx, importedKey)) ?? 0)
}
