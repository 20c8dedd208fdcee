import { lane } from '../qr/lane.ts'
import { shippedFile } from '../qr/shipped-file.ts'
import type { ImportProgress } from './format.ts'
import type { ImportOptions } from './import-file.ts'
import { serverArgonMemoryKib } from './limits.ts'
import type { ImportReport } from './report.ts'
import type { ImportJob } from './thread.ts'

const defaultTimeoutMs = 60_000
const maxHeapMb = 512

/**
 * {@link importFile} in a thread of its own, for files from strangers on a server: one at a time with the
 * pictures, within limits of time, memory and queue.
 *
 * @throws {@link Failure} what the import fails with, or `qr_reader_busy`, `qr_reader_too_slow`, `qr_reader_failed`
 */
export async function importFileInThread(
  bytes: Uint8Array,
  options: ImportOptions & { readonly timeoutMs?: number } = {},
): Promise<ImportReport> {
  const { password = '', maxArgonMemoryKib = serverArgonMemoryKib, timeoutMs = defaultTimeoutMs, onProgress } = options
  const job: ImportJob = { bytes, password, maxArgonMemoryKib }
  const entry = shippedFile(import.meta.url, () => './thread.ts', 'import-thread.js')
  const report = await lane.run(entry, job, { timeoutMs, maxHeapMb }, (progress) =>
    onProgress?.(progress as ImportProgress),
  )
  return report as ImportReport
}
