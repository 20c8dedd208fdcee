import { parentPort, workerData } from 'node:worker_threads'
import { failureMessage } from '../qr/lane.ts'
import { importFile } from './import-file.ts'

/** What {@link importFileInThread} hands to its thread. */
export interface ImportJob {
  readonly bytes: Uint8Array
  readonly password: string
  readonly maxArgonMemoryKib: number
}

const job = workerData as ImportJob
try {
  const result = await importFile(job.bytes, {
    password: job.password,
    maxArgonMemoryKib: job.maxArgonMemoryKib,
    onProgress: (progress) => parentPort?.postMessage({ kind: 'progress', progress }),
  })
  parentPort?.postMessage({ kind: 'result', result })
} catch (thrown) {
  parentPort?.postMessage(failureMessage(thrown))
}
