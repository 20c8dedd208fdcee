import type { Config } from '../config.ts'
import type { OpenCore } from '../open-core.ts'
import { Failure } from '../../errors/failure.ts'
import { dump, load } from '../database/dump.ts'
import { openEmptyStorage } from './target.ts'

/** The setting that closes a store whose content lives elsewhere now. */
export const movedSetting = 'store.moved'

/** What is told of a move, and how it is proven before the old store is closed. */
export interface MoveOptions {
  readonly onProgress: (table: string, rows: number) => void
  /** Throws unless the copy is right; answers how many codes agree. */
  readonly prove: () => Promise<number>
}

/**
 * Copies a SQLite store into an empty PostgreSQL database while servers run on it.
 *
 * The write lock of SQLite is held from the first row to the mark that closes the old store, so nothing that was
 * acknowledged is missing in the copy; servers answer 503 to writes meanwhile and stop afterwards.
 */
export async function moveStore(
  source: OpenCore,
  target: Config,
  { onProgress, prove }: MoveOptions,
): Promise<{ rows: number; codes: number }> {
  return source.storage.transaction(async (lock) => {
    const rows = await copyRows(source, target, onProgress)
    const codes = await prove()
    const nowMs = source.services.clock.nowMs()
    await lock
      .insertInto('setting')
      .values({ key: movedSetting, value: JSON.stringify(nowMs), updated_at_ms: nowMs })
      .execute()
    await source.storage.recordChange(lock, { kind: movedSetting, objectId: '' })
    return { rows, codes }
  })
}

async function copyRows(
  source: OpenCore,
  { databaseUrl: url }: Config,
  onProgress: MoveOptions['onProgress'],
): Promise<number> {
  const storage = await openEmptyStorage({ url, clock: source.services.clock, log: source.services.log })
  try {
    let copied = 0
    await storage.transaction(async (tx) => {
      copied = 0
      await dump(source.storage, true, async (page) => {
        await load(tx, page)
        copied += page.rows.length
        onProgress(page.table, page.rows.length)
      })
    })
    return copied
  } finally {
    await storage.close()
  }
}

/** @throws {@link Failure} `store_moved` when the content of this store lives elsewhere now */
export async function refuseMovedStore(core: Pick<OpenCore, 'storage'>): Promise<void> {
  const atMs = await movedOnMs(core)
  if (atMs === null) return
  throw new Failure('store_moved', { detail: { date: new Date(atMs).toISOString().slice(0, 10) } })
}

/** When the content of this store moved to another database, in Unix milliseconds; null while it lives here. */
export async function movedOnMs({ storage }: Pick<OpenCore, 'storage'>): Promise<number | null> {
  const row = await storage.db.selectFrom('setting').select('value').where('key', '=', movedSetting).executeTakeFirst()
  return row === undefined ? null : Number(row.value)
}
