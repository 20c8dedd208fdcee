import { Failure } from '../../errors/failure.ts'
import { remarkOf } from '../../errors/remarks.ts'
import type { Core } from '../audit/core.ts'
import { findUnknownKeys } from '../keys/status.ts'
import { type Finding, finding } from './finding.ts'

const check = 'sealed secrets'

/** Whether every sealed value names a key that this database has. It opens none of them. */
export async function sealedFinding(
  core: Pick<Core, 'storage' | 'keyRing'>,
  onProgress?: (values: number) => void,
): Promise<Finding> {
  try {
    const unknown = await findUnknownKeys(core, onProgress)
    if (unknown.length === 0) return finding('ok', check, 'sealed_known')
    const values = unknown.reduce((sum, key) => sum + key.values, 0)
    return finding('error', check, 'sealed_unknown', { values, keys: unknown.map(({ id }) => id).join(', ') })
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'sealed_unreadable') throw error
    return { level: 'error', check, ...remarkOf(error) }
  }
}
