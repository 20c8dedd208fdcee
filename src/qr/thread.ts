import { parentPort, workerData } from 'node:worker_threads'
import { decodeQrCodes } from './decode.ts'
import type { ImageLimits } from './image-header.ts'
import { failureMessage } from './lane.ts'

/** What {@link readQrCodes} hands to its thread. */
export interface QrJob {
  readonly image: Uint8Array
  readonly limits: ImageLimits
}

const { image, limits } = workerData as QrJob
try {
  parentPort?.postMessage({ kind: 'result', result: await decodeQrCodes(image, limits) })
} catch (thrown) {
  parentPort?.postMessage(failureMessage(thrown))
}
