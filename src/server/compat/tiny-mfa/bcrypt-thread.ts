import { parentPort, workerData } from 'node:worker_threads'
import { bcryptVerify } from 'hash-wasm'
import { failureMessage } from '../../../qr/lane.ts'

/** What {@link OldTokens} hands to its thread. */
export interface BcryptJob {
  readonly password: string
  readonly hashes: readonly string[]
}

const { password, hashes } = workerData as BcryptJob
try {
  parentPort?.postMessage({ kind: 'result', result: await firstMatch() })
} catch (thrown) {
  parentPort?.postMessage(failureMessage(thrown))
}

/** The place of the hash that is the password's, -1 where none is. */
async function firstMatch(): Promise<number> {
  for (const [place, hash] of hashes.entries()) if (await bcryptVerify({ password, hash })) return place
  return -1
}
