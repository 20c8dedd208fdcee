import { Failure } from '../../errors/failure.ts'
import { isFresh } from '../database/dump.ts'
import { readSetting, removeSetting, writeSetting } from '../database/settings.ts'
import type { Queryable, Storage, Tx } from '../database/storage.ts'

/** What can be cut short while it fills a database. */
export type Filling = 'restore' | 'move'

/** Each stands in a database from before the first row until what fills it has reached its end. */
const marks = { restore: 'restore.begun', move: 'move.begun' } as const satisfies Record<Filling, string>

/** Marks a database in the caller's transaction: what is interrupted afterwards is known as such. */
export async function markFilling(tx: Tx, filling: Filling, nowMs: number): Promise<void> {
  for (const mark of Object.values(marks)) await removeSetting(tx, mark)
  await writeSetting(tx, marks[filling], JSON.stringify(nowMs), nowMs)
}

/**
 * Marks a database that holds nothing yet, or what an earlier move left behind. Of several that fill one at once the last
 * to mark it goes on, unless another has reached its end: so it is looked at under the mark, whatever was seen before.
 *
 * @throws {@link Failure} `restore_not_empty`
 */
export async function claimForFilling(tx: Tx, filling: Filling, nowMs: number): Promise<void> {
  const isLeftover = (await removeSetting(tx, marks[filling])) && filling === 'move'
  await markFilling(tx, filling, nowMs)
  if (!isLeftover && !(await isFresh(tx))) throw new Failure('restore_not_empty')
}

/**
 * Takes our own mark away before the first row comes in, in the same transaction.
 *
 * @throws {@link Failure} `restore_not_empty` when somebody else has marked or filled the database since
 */
export async function redeemClaim(tx: Tx, filling: Filling, nowMs: number): Promise<void> {
  const isOurs = await removeSetting(tx, marks[filling], JSON.stringify(nowMs))
  if (!isOurs) throw new Failure('restore_not_empty')
}

/** Takes the mark away when all is proven. */
export async function unmarkFilling(tx: Tx, filling: Filling): Promise<void> {
  await removeSetting(tx, marks[filling])
}

/** When a filling began that did not reach its end, in Unix milliseconds; null where none did. */
export async function fillingSinceMs(db: Queryable, filling: Filling): Promise<number | null> {
  const text = await readSetting(db, marks[filling])
  return text === undefined ? null : Number(text)
}

/**
 * Refuses a database that a restore or a move left behind: in an empty one a server would begin a new store, with keys
 * of its own, and nobody would notice that the old one is missing; a copy would live on beside the store it was made of.
 *
 * @throws {@link Failure} `restore_unfinished`, `move_unfinished`
 */
export async function refuseUnfinished({ db }: Pick<Storage, 'db'>): Promise<void> {
  for (const filling of ['restore', 'move'] as const) {
    const sinceMs = await fillingSinceMs(db, filling)
    if (sinceMs === null) continue
    throw new Failure(`${filling}_unfinished`, { detail: { time: new Date(sinceMs).toISOString() } })
  }
}
