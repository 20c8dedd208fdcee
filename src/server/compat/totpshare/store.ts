import type { Queryable, Storage, Tx } from '../../database/storage.ts'
import { Imported } from '../imported.ts'

const imported = new Imported('totpshare')

/** Which of these files were taken over before. */
export function importedFiles(db: Queryable, fileNames: readonly string[]): Promise<Set<string>> {
  return imported.among(db, fileNames)
}

/** Remembers a file, so that an account deleted here does not come back at the next start. */
export function noteImportedFile(tx: Tx, engine: Storage['engine'], fileName: string, nowMs: number): Promise<void> {
  return imported.remember(tx, engine, [fileName], nowMs)
}
