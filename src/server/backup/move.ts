import type { Config } from '../config.ts'
import type { OpenCore } from '../open-core.ts'
import { Failure, isFailure } from '../../errors/failure.ts'
import { clear, countRows, dump, load } from '../database/dump.ts'
import { openStorage, type StorageOptions } from '../database/open.ts'
import { readSetting, writeSetting } from '../database/settings.ts'
import type { Queryable, Storage, Tx } from '../database/storage.ts'
import type { OnRows } from './backup.ts'
import { openEmptyStorage } from './target.ts'
import { claimForFilling, fillingSinceMs, markFilling, redeemClaim, unmarkFilling } from './unfinished.ts'

/** The setting that closes a store whose content lives elsewhere now. */
export const movedSetting = 'store.moved'

/** What is told of a move, and how it is proven before the old store is closed. */
export interface MoveOptions {
  readonly onRows: OnRows
  /** Throws unless the copy is right; answers how many codes agree. */
  readonly prove: () => Promise<number>
}

/** What came along. */
export interface Moved {
  readonly rows: number
  readonly codes: number
}

/**
 * Copies a SQLite store into an empty PostgreSQL database while servers run on it.
 *
 * The write lock of SQLite is held from the first row to the mark that closes the old store, so nothing that was
 * acknowledged is missing in the copy; servers answer 503 to writes meanwhile and stop afterwards. The copy carries a
 * mark until the old store is closed: cut short at any point there are never two stores that live, and calling it again
 * begins anew, or finishes where only that mark was left.
 *
 * @throws {@link Failure} `restore_not_empty`, `migrate_differs`; `store_moved` when the store went to another database before
 */
export async function moveStore(source: OpenCore, target: Config, options: MoveOptions): Promise<Moved> {
  const { clock, log } = source.services
  const place = { url: target.databaseUrl, clock, log }
  const earlierMs = await movedOnMs(source)
  if (earlierMs !== null) return finishMove(source, place, earlierMs, options)
  const storage = await openEmptyStorage(place, isLeftover)
  try {
    const nowMs = clock.nowMs()
    const moved = await source.storage.transaction(async (lock) => {
      // Asked again under the lock: another move that ended while this one waited may be in use already.
      await refuseMoved(lock)
      const rows = await copyRows(source, storage, nowMs, options.onRows)
      const codes = await options.prove()
      await closeMoved(source, lock, nowMs)
      return { rows, codes }
    })
    await storage.transaction((tx) => unmarkFilling(tx, 'move'))
    return moved
  } finally {
    await storage.close()
  }
}

/** The rest of a move that was cut short after the old store was closed: only its own copy is taken for one. */
async function finishMove(
  source: OpenCore,
  place: StorageOptions,
  movedMs: number,
  { prove }: MoveOptions,
): Promise<Moved> {
  const storage = await openStorage({ ...place, schema: 'as it is' }).catch((error: unknown) => {
    throw isFailure(error, 'database_empty') ? movedAway(movedMs) : error
  })
  try {
    if ((await fillingSinceMs(storage.db, 'move')) !== movedMs) throw movedAway(movedMs)
    const codes = await prove()
    await storage.transaction((tx) => unmarkFilling(tx, 'move'))
    return { rows: await countRows(storage.db), codes }
  } finally {
    await storage.close()
  }
}

async function isLeftover({ db }: Storage): Promise<boolean> {
  return (await fillingSinceMs(db, 'move')) !== null
}

async function closeMoved({ storage }: OpenCore, tx: Tx, nowMs: number): Promise<void> {
  await writeSetting(tx, movedSetting, JSON.stringify(nowMs), nowMs)
  await storage.recordChange(tx, { kind: movedSetting, objectId: '' })
}

async function copyRows(source: OpenCore, storage: Storage, nowMs: number, onRows: OnRows): Promise<number> {
  // On its own, so that no server begins a store here while rows come in.
  await storage.transaction((tx) => claimForFilling(tx, 'move', nowMs))
  let copied = 0
  await storage.transaction(async (tx) => {
    copied = 0
    await redeemClaim(tx, 'move', nowMs)
    await clear(tx)
    await dump(source.storage, true, async (page) => {
      await load(tx, page)
      copied += page.rows.length
      await onRows(page.rows.length)
    })
    const missing = copied - (await countRows(tx))
    if (missing !== 0) throw new Failure('migrate_differs', { detail: { count: Math.abs(missing) } })
    await markFilling(tx, 'move', nowMs)
  })
  return copied
}

/** @throws {@link Failure} `store_moved` when the content of this store lives elsewhere now */
export function refuseMovedStore({ storage }: Pick<OpenCore, 'storage'>): Promise<void> {
  return refuseMoved(storage.db)
}

async function refuseMoved(db: Queryable): Promise<void> {
  const atMs = await readMovedMs(db)
  if (atMs !== null) throw movedAway(atMs)
}

function movedAway(atMs: number): Failure {
  return new Failure('store_moved', { detail: { date: new Date(atMs).toISOString().slice(0, 10) } })
}

/** When the content of this store moved to another database, in Unix milliseconds; null while it lives here. */
export function movedOnMs({ storage }: Pick<OpenCore, 'storage'>): Promise<number | null> {
  return readMovedMs(storage.db)
}

async function readMovedMs(db: Queryable): Promise<number | null> {
  const text = await readSetting(db, movedSetting)
  return text === undefined ? null : Number(text)
}
