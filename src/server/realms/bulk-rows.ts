import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { parse } from 'csv-parse'
import { Failure } from '../../errors/failure.ts'
import { type Remark, remark, type RemarkCode, remarkOf } from '../../errors/remarks.ts'
import { type OtpAccount, recommendedSecretBytes } from '../../otp/account.ts'
import type { ImportReport } from '../../importers/report.ts'
import { checkedEmail, checkedSubjectName } from '../subjects/names.ts'
import type { CodeShape } from '../subjects/policy.ts'

/** Rows one bulk enrolment takes. */
export const mostRows = 100_000

/** Bytes and rows read in one turn of the event loop: others get theirs in between. */
const bytesAtOnce = 16 * 1024
const rowsAtOnce = 500

/** One row of a bulk enrolment, read and checked: a subject to be made, or why not. */
export interface BulkInput {
  /** Line of the file, or place of the entry, from 1. */
  readonly line: number
  readonly name: string
  readonly email: string
  readonly enabled: boolean
  /** Base64 of an existing secret; a fresh one is made where it is missing. */
  readonly secret?: string
  readonly shape?: CodeShape
  readonly warning?: Remark
  readonly refusal?: Remark
}

/**
 * Reads a list of subjects: a header with the column `name` and perhaps `email` and `enabled`, parted by commas,
 * semicolons or tabs, with or without a byte order mark.
 *
 * @throws {@link Failure} `bulk_file_unreadable` unless every line fits the header, `bulk_file_too_large`
 */
export async function readSubjectList(text: string): Promise<BulkInput[]> {
  const rows = await records(text)
  const [header = []] = rows
  const columns = header.map((cell) => cell.trim().toLowerCase())
  if (!columns.includes('name')) throw unreadable('its first line has no column called name')
  const strange = columns.find((column) => !['name', 'email', 'enabled'].includes(column))
  if (strange !== undefined) throw unreadable('a column is not one of name, email and enabled')
  if (rows.length === 1) throw unreadable('it has no rows below its first line')
  if (rows.length - 1 > mostRows) throw new Failure('bulk_file_too_large', { detail: { max: mostRows } })
  const read: BulkInput[] = []
  for (const cells of rows.slice(1)) {
    if (read.push(readRow(read.length + 2, columns, cells)) % rowsAtOnce === 0) await turn()
  }
  return read
}

/** Existing secrets of another server's file, one subject each; entries that could not be read stay in the list. */
export function subjectsOfReport({ entries, failures }: Pick<ImportReport, 'entries' | 'failures'>): BulkInput[] {
  const total = entries.length + failures.length
  if (total > mostRows) throw new Failure('bulk_file_too_large', { detail: { max: mostRows } })
  const refused = failures.map(({ index, name = '', remark }) => ({
    line: index + 1,
    name,
    email: '',
    enabled: true,
    refusal: remark,
  }))
  const taken = new Set(refused.map(({ line }) => line))
  const lines = Array.from({ length: total }, (_, index) => index + 1).filter((line) => !taken.has(line))
  const read = entries.map((account, index) => readAccount(lines[index] ?? index + 1, account))
  return [...read, ...refused].toSorted((a, b) => a.line - b.line)
}

async function records(text: string): Promise<string[][]> {
  const firstLine = text.slice(0, text.search(/[\r\n]|$/))
  const delimiter = [';', '\t'].find((candidate) => firstLine.includes(candidate)) ?? ','
  const parser = parse({ bom: true, delimiter, skip_empty_lines: true, trim: true })
  try {
    return await Readable.from(piecesOf(Buffer.from(text)))
      .pipe(parser)
      .toArray()
  } catch (cause) {
    const line = cause instanceof Error && 'lines' in cause ? Number(cause.lines) : 1
    throw new Failure('bulk_file_unreadable', { detail: { reason: `line ${line} does not fit the first one` }, cause })
  }
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += bytesAtOnce) {
    yield bytes.subarray(from, from + bytesAtOnce)
    await turn()
  }
}

function readRow(line: number, columns: readonly string[], cells: readonly string[]): BulkInput {
  const cell = (column: string): string => cells[columns.indexOf(column)] ?? ''
  const isEnabled = parseYes(cell('enabled'))
  const row = { line, name: cell('name'), email: cell('email'), enabled: isEnabled ?? true }
  return withRefusal(row, isEnabled === null ? 'bulk_enabled_unreadable' : null)
}

function readAccount(line: number, account: OtpAccount): BulkInput {
  const { secret, algorithm, digits, periodSeconds, name, type, otherParameters } = account
  const isWeak = secret.length < recommendedSecretBytes
  const row: BulkInput = {
    line,
    name: name === '' ? (otherParameters?.['serial'] ?? '') : name,
    email: '',
    enabled: true,
    secret: Buffer.from(secret).toString('base64'),
    shape: { algorithm, digits, periodSeconds },
    ...(isWeak ? { warning: remark('bulk_secret_short') } : {}),
  }
  return withRefusal(row, refusalOf(type, row.shape))
}

function refusalOf(type: OtpAccount['type'], shape: CodeShape | undefined): RemarkCode | null {
  if (type !== 'totp') return 'bulk_not_timed'
  if (shape === undefined || shape.digits < 6 || shape.digits > 8) return 'bulk_digits'
  return shape.periodSeconds < 15 || shape.periodSeconds > 120 ? 'bulk_period' : null
}

function withRefusal(row: BulkInput, refusal: RemarkCode | null): BulkInput {
  if (refusal !== null) return { ...row, refusal: remark(refusal) }
  // A spreadsheet would calculate such a name wherever it is shown in a list again.
  if (/^[=\t\r]/.test(row.name)) return { ...row, refusal: remark('bulk_name_formula') }
  try {
    return { ...row, name: checkedSubjectName(row.name), email: checkedEmail(row.email) }
  } catch (error) {
    return { ...row, refusal: error instanceof Failure ? remarkOf(error) : remark('bulk_row_unreadable') }
  }
}

function parseYes(text: string): boolean | null {
  const word = text.trim().toLowerCase()
  if (['', 'yes', 'true', '1'].includes(word)) return true
  return ['no', 'false', '0'].includes(word) ? false : null
}

function unreadable(reason: string): Failure {
  return new Failure('bulk_file_unreadable', { detail: { reason } })
}
