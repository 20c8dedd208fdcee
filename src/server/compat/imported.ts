import type { Queryable, Tx } from '../database/storage.ts'
import { readSetting, writeSetting } from '../subjects/store.ts'

/** Told after each row of an import: how many are done, of how many. */
export type OnRow = (done: number, total: number) => void

/** What was taken over before, by the names it had there: what was deleted or renamed since does not come back. */
export async function importedBefore(db: Queryable, settingKey: string): Promise<Set<string>> {
  const text = await readSetting(db, settingKey)
  return new Set(text === undefined ? [] : (JSON.parse(text) as string[]))
}

/** Remembers everything that was ever taken over. */
export async function rememberImported(
  tx: Tx,
  settingKey: string,
  names: ReadonlySet<string>,
  nowMs: number,
): Promise<void> {
  await writeSetting(tx, settingKey, JSON.stringify([...names]), nowMs)
}
