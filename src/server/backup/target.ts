import { join } from 'node:path'
import { Failure, isFailure } from '../../errors/failure.ts'
import { isFresh } from '../database/dump.ts'
import { databaseFileName, openStorage, type StorageOptions } from '../database/open.ts'
import { isDiskFull } from '../database/sqlite-error.ts'
import type { Storage } from '../database/storage.ts'

/**
 * Opens the place a whole store is written into and makes its tables. What is in use already is looked at as it is and
 * left untouched, its schema too.
 *
 * @param isLeftover - whether what is found there was left behind by an earlier try, and may be written over
 * @throws {@link Failure} `restore_not_empty`
 */
export async function openEmptyStorage(
  options: StorageOptions,
  isLeftover: (found: Storage) => Promise<boolean> = async () => false,
): Promise<Storage> {
  if (await isInUse(options, isLeftover)) throw new Failure('restore_not_empty')
  return openStorage(options)
}

/** What a restore failed of: without room SQLite says no more than that it cannot write. */
export function failureBelow(folder: string, error: unknown): unknown {
  const isFull = isFailure(error, 'database_away') && isDiskFull(error.cause, join(folder, databaseFileName))
  return isFull ? new Failure('disk_full', { detail: { place: folder }, cause: error }) : error
}

async function isInUse(options: StorageOptions, isLeftover: (found: Storage) => Promise<boolean>): Promise<boolean> {
  try {
    const found = await openStorage({ ...options, schema: 'as it is' })
    try {
      return !(await isFresh(found.db)) && !(await isLeftover(found))
    } finally {
      await found.close()
    }
  } catch (error) {
    if (isFailure(error, 'database_missing') || isFailure(error, 'database_empty')) return false
    throw error
  }
}
