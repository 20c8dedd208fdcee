import { holdSetting, plantSetting, readSetting, writeHeldSetting } from '../database/settings.ts'
import type { Queryable, Tx } from '../database/storage.ts'
import { highestOfOrigin, highestOfRealm } from './store.ts'

/** Origins whose door finds a subject by its number alone, so that all their realms count together. */
const countingTogether: ReadonlySet<string> = new Set(['ungleichotp'])

/** The first of the next free numbers of a realm, of which `count` are taken: what doors that count subjects show as their id. */
export async function nextNumbers(
  tx: Tx,
  realm: { readonly id: string; readonly origin: string },
  count: number,
  nowMs: number,
): Promise<number> {
  if (countingTogether.has(realm.origin)) {
    const numbers = await holdNumbers(tx, realm.origin, nowMs)
    await writeNumbers(tx, realm.origin, numbers + count)
    return numbers + 1
  }
  return (await highestOfRealm(tx, realm.id)) + 1
}

/**
 * The highest number that was ever given in the realms of an origin, also where its subject is gone. Nobody else takes
 * one until the transaction ends.
 */
export async function holdNumbers(tx: Tx, origin: string, nowMs: number): Promise<number> {
  await plantSetting(tx, sequenceOf(origin), '0', nowMs)
  return Math.max(Number(await holdSetting(tx, sequenceOf(origin), nowMs)), await highestOfOrigin(tx, origin))
}

/** Writes the highest number that was given, after {@link holdNumbers}. */
export async function writeNumbers(tx: Tx, origin: string, highest: number): Promise<void> {
  await writeHeldSetting(tx, sequenceOf(origin), String(highest))
}

/** The highest number as anybody may read it, without holding it. */
export async function highestNumber(db: Queryable, origin: string): Promise<number> {
  return Math.max(Number((await readSetting(db, sequenceOf(origin))) ?? 0), await highestOfOrigin(db, origin))
}

function sequenceOf(origin: string): string {
  return `${origin}.sequence`
}
