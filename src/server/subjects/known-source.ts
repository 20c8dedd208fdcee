import type { KeyRing } from '../../crypto/key-ring.ts'
import type { Tx } from '../database/storage.ts'
import { acceptedSource } from './lockout.ts'
import { type Source, sourceHash } from './source.ts'
import { writeMainSource, writeOtherSource } from './store.ts'

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
  const known = { hash: sourceHash(keyHex, source), ...acceptedSource(nowMs) }
  if (!(await writeMainSource(tx, subjectId, known))) await writeOtherSource(tx, subjectId, known)
}
