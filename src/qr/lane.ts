import { Worker } from 'node:worker_threads'
import { Failure, type FailureDetail } from '../errors/failure.ts'
import { catalogue, type FailureCode } from '../errors/catalogue.ts'

/** What a job may cost. */
export interface JobLimits {
  readonly timeoutMs: number
  /** Heap of the job's thread in megabytes; memory of WebAssembly and buffers is bounded by the job's own checks. */
  readonly maxHeapMb: number
}

/** What a thread answers: progress any number of times, then a result or a failure. */
export type WorkerMessage =
  | { readonly kind: 'progress'; readonly progress: unknown }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'failure'; readonly code: FailureCode; readonly detail: FailureDetail }

const longestQueue = 16

/**
 * Runs heavy jobs on untrusted files one at a time, each in a thread of its own that ends with it.
 *
 * A fresh thread costs some tens of milliseconds, and in return no job leaves secrets, memory or
 * a broken decoder behind, and one that runs too long can be stopped.
 */
export class Lane {
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  /**
   * @param entry - the thread's script: it reads `workerData` and posts {@link WorkerMessage}s
   * @throws {@link Failure} what the job failed with, `qr_reader_busy` when the queue is full,
   *   `qr_reader_too_slow`, `qr_reader_failed` when the thread died
   */
  async run(entry: URL, job: unknown, limits: JobLimits, onProgress?: (progress: unknown) => void): Promise<unknown> {
    if (this.#waiting >= longestQueue) throw new Failure('qr_reader_busy')
    this.#waiting++
    const turn = this.#last.then(() => runInThread(entry, job, limits, onProgress))
    this.#last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      this.#waiting--
    }
  }
}

/** The one lane of this process: pictures and import files share it. */
export const lane = new Lane()

async function runInThread(
  entry: URL,
  job: unknown,
  limits: JobLimits,
  onProgress?: (progress: unknown) => void,
): Promise<unknown> {
  // No environment: a job needs none, and what a broken decoder cannot see it cannot leak.
  const worker = new Worker(entry, {
    workerData: job,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: limits.maxHeapMb },
  })
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const timer = setTimeout(() => {
    reject(new Failure('qr_reader_too_slow', { detail: { seconds: Math.round(limits.timeoutMs / 1000) } }))
  }, limits.timeoutMs)
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'progress') onProgress?.(message.progress)
    else if (message.kind === 'result') resolve(message.result)
    else reject(new Failure(message.code, { detail: message.detail }))
  })
  worker.on('error', (cause) => reject(new Failure('qr_reader_failed', { cause })))
  worker.on('exit', () => reject(new Failure('qr_reader_failed')))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    await worker.terminate()
  }
}

/** Any thrown value as the message that a thread ends with. */
export function failureMessage(thrown: unknown): WorkerMessage {
  if (thrown instanceof Failure && thrown.code in catalogue) {
    return { kind: 'failure', code: thrown.code, detail: thrown.detail }
  }
  return { kind: 'failure', code: 'qr_reader_failed', detail: {} }
}
