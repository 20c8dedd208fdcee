import { randomBytes } from 'node:crypto'
import { isFailure } from '../../errors/failure.ts'
import { keepSealedValue, writeSealedValue } from '../agent/store/sealed-values.ts'
import type { AgentStore } from '../agent/store/store.ts'
import { hasKeyFolder } from './credential-cache.ts'
import type { AwsPaths } from './paths.ts'

const valueName = 'aws/cache-key'

/**
 * The paths, with the cache's key from the agent's store where no folder in memory can hold one.
 *
 * It is as well kept there as the password that a sign-in needs anyway, and costs one decryption a call. Without a
 * store that opens, nothing is cached.
 */
export async function withStoredKey(store: AgentStore, paths: AwsPaths): Promise<AwsPaths> {
  if (hasKeyFolder(paths)) return paths
  try {
    if (!store.exists()) return paths
    const key = await keepSealedValue(store, valueName, () => randomBytes(32).toString('base64'))
    return { ...paths, storedKey: Buffer.from(key, 'base64') }
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown
    return paths
  }
}

/** Removes the key from the store, so that nothing that was sealed with it opens any more. */
export async function forgetStoredKey(store: AgentStore): Promise<void> {
  await writeSealedValue(store, valueName, null)
}
