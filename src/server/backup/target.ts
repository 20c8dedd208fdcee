import { Failure, isFailure } from '../../errors/failure.ts'
import { isFresh } from '../database/dump.ts'
import { openStorage, type StorageOptions } from '../database/open.ts'
import type { Storage } from '../database/storage.ts'

/**
 * Opens the place a whole store is written into and makes its tables. What is in use already is looked at as it is and
 * left untouched, its schema too.
 *
 * @throws {@link Failure} `restore_not_empty`
 */
export async function openEmptyStorage(options: StorageOptions): Promise<Storage> {
  if (await isInUse(options)) throw new Failure('restore_not_empty')
  return openStorage(options)
}

async function isInUse(options: StorageOptions): Promise<boolean> {
  try {
    const found = await openStorage({ ...options, schema: 'as it is' })
    try {
      return !(await isFresh(found))
    } finally {
      await found.close()
    }
  } catch (error) {
    if (isFailure(error, 'database_missing') || isFailure(error, 'database_empty')) return false
    throw error
  }
}
