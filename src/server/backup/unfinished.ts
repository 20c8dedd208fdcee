import { Failure } from '../../errors/failure.ts'
import type { Storage, Tx } from '../database/storage.ts'

/** Stands in a database from before the first row of a restore until its last one is committed. */
const mark = 'restore.begun'

/** Marks an empty database, in a transaction of its own: what is interrupted afterwards is known as such. */
export async function markRestore(storage: Storage, nowMs: number): Promise<void> {
  await storage.transaction(async (tx) => {
    await unmarkRestore(tx)
    await tx
      .insertInto('setting')
      .values({ key: mark, value: JSON.stringify(nowMs), updated_at_ms: nowMs })
      .execute()
  })
}

/** Takes the mark away in the transaction that brings the rows. */
export async function unmarkRestore(tx: Tx): Promise<void> {
  await tx.deleteFrom('setting').where('key', '=', mark).execute()
}

/**
 * Refuses an empty database that a restore left behind; else a server would begin a new store in it, with keys of its
 * own, and nobody would notice that the old one is missing.
 *
 * @throws {@link Failure} `restore_unfinished`
 */
export async function refuseUnfinishedRestore({ db }: Pick<Storage, 'db'>): Promise<void> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', mark).executeTakeFirst()
  if (row === undefined) return
  throw new Failure('restore_unfinished', { detail: { time: new Date(Number(row.value)).toISOString() } })
}
