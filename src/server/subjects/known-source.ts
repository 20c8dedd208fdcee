import type { KeyRing } from '../../crypto/key-ring.ts'
import type { Tx } from '../database/storage.ts'
import { acceptedSource } from './lockout.ts'
import { type Source, sourceHash } from './source.ts'

/**
 * Makes a source known for a subject in the transaction of a login that proved they belong together: a browser is
 * given its device id by the very login whose code was judged by address.
 */
export async function makeSourceKnown(
  tx: Tx,
  keyRing: KeyRing<Tx>,
  { subjectId, source, nowMs }: { subjectId: string; source: Source; nowMs: number },
): Promise<void> {
  const keyHex = Buffer.from(keyRing.deriveKey('guess sources')).toString('hex')
  const { acceptedAtMs, windowStartedAtMs, failures } = acceptedSource(nowMs)
  const columns = { accepted_at_ms: acceptedAtMs, window_started_at_ms: windowStartedAtMs, failures }
  const hash = sourceHash(keyHex, source)
  const { numUpdatedRows } = await tx
    .updateTable('subject_state')
    .set({
      main_source_hash: hash,
      main_source_accepted_at_ms: acceptedAtMs,
      main_source_window_started_at_ms: windowStartedAtMs,
      main_source_failures: failures,
    })
    .where('subject_id', '=', subjectId)
    .where((row) => row.or([row('main_source_hash', 'is', null), row('main_source_hash', '=', hash)]))
    .executeTakeFirst()
  if (numUpdatedRows === 1n) return
  await tx
    .insertInto('subject_source')
    .values({ subject_id: subjectId, source_hash: Buffer.from(hash, 'hex'), ...columns })
    .onConflict((conflict) => conflict.columns(['subject_id', 'source_hash']).doUpdateSet(columns))
    .execute()
}
