import { Failure } from '../../errors/failure.ts'
import { decodeText } from '../../importers/decode-text.ts'
import { importFileInThread } from '../../importers/import-in-thread.ts'
import { type BulkInput, readSubjectList, subjectsOfReport } from './bulk-rows.ts'

/** A file as it was sent. */
export interface BulkFile {
  readonly format: 'csv' | 'oath-csv' | 'pskc'
  readonly content: string
  readonly encoding?: 'text' | 'base64'
  readonly password?: string
}

/**
 * Reads the file of a bulk enrolment whole, before anything is done with it.
 *
 * @throws {@link Failure} `bulk_file_unreadable`, `bulk_file_too_large` and what the importers fail with
 */
export async function readBulkFile(file: BulkFile): Promise<BulkInput[]> {
  const bytes = Buffer.from(file.content, file.encoding === 'base64' ? 'base64' : 'utf8')
  if (file.format === 'csv') return readSubjectList(textOf(bytes))
  const report = await importFileInThread(bytes, file.password === undefined ? {} : { password: file.password })
  if (report.format !== file.format) {
    throw new Failure('bulk_file_unreadable', { detail: { reason: `it is a file of ${report.app}` } })
  }
  return subjectsOfReport(report)
}

function textOf(bytes: Uint8Array): string {
  const text = decodeText(bytes)
  if (text === null) throw new Failure('bulk_file_unreadable', { detail: { reason: 'it is not text' } })
  return text
}
