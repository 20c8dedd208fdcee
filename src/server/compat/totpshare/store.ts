import type { Queryable, Tx } from '../../database/storage.ts'
import { importedBefore, rememberImported } from '../imported.ts'

const key = 'totpshare.imported'

/** Names of files that were taken over before, so that a deleted account does not come back at the next start. */
export function importedFiles(db: Queryable): Promise<Set<string>> {
  return importedBefore(db, key)
}

/** Remembers a file, so that an account deleted here does not come back at the next start. */
export async function noteImportedFile(tx: Tx, fileName: string, nowMs: number): Promise<void> {
  await rememberImported(tx, key, (await importedFiles(tx)).add(fileName), nowMs)
}
