import { Failure } from '../../errors/failure.ts'
import type { Core } from '../audit/core.ts'
import { findUnknownKeys } from '../keys/status.ts'
import type { Finding } from './findings.ts'

const check = 'sealed secrets'

/** Whether every sealed value names a key that this database has. It opens none of them. */
export async function sealedFinding(
  core: Pick<Core, 'storage' | 'keyRing'>,
  onProgress?: (values: number) => void,
): Promise<Finding> {
  try {
    const unknown = await findUnknownKeys(core, onProgress)
    if (unknown.length === 0) return { level: 'ok', check, message: 'Every one names a key that is in this database.' }
    const values = unknown.reduce((sum, key) => sum + key.values, 0)
    const ids = unknown.map(({ id }) => id).join(', ')
    return {
      level: 'error',
      check,
      message: `${values} cannot be opened: the keys they name (${ids}) are not in this database. Restore them from a backup, or enrol and add them anew.`,
    }
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'sealed_unreadable') throw error
    return { level: 'error', check, message: error.message }
  }
}
