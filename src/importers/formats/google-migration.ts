import { Failure } from '../../errors/failure.ts'
import { type Remark, remark } from '../../errors/remarks.ts'
import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { type ProtobufField, readProtobuf } from '../containers/protobuf.ts'
import { accountOf } from '../draft.ts'
import { damaged } from '../format.ts'
import type { ReportBuilder } from '../report.ts'

const app = 'Google Authenticator'
const algorithms = ['SHA1', 'SHA1', 'SHA256', 'SHA512', 'MD5']

/** Google Authenticator splits a transfer into a few dozen codes at most. */
const mostParts = 1000

/** One QR code of a transfer. */
export interface MigrationPart {
  readonly batchId: number
  readonly batchIndex: number
  readonly batchSize: number
  /** Entries still encoded, so that a bad one fails alone. */
  readonly entries: readonly Uint8Array[]
}

/** Whether a text is one code of Google Authenticator's transfer. */
export function isMigrationUri(text: string): boolean {
  return /^\s*otpauth-migration:\/\//i.test(text)
}

/**
 * Decodes one code of a transfer.
 *
 * @throws {@link Failure} `import_file_damaged` when its data are no such message
 */
export function readMigrationPart(uri: string): MigrationPart {
  const data = /[?&]data=([^&#]*)/i.exec(uri)?.[1] ?? ''
  // A raw plus belongs to Base64 here: only percent escapes are undone.
  const packed = data.replace(/%2B/gi, '+').replace(/%2F/gi, '/').replace(/%3D/gi, '=').replaceAll(' ', '+')
  const fields = /^[A-Za-z0-9+/_-]+=*$/.test(packed) ? readProtobuf(Buffer.from(packed, 'base64')) : null
  const batchSize = Math.max(1, int32(fields ?? [], 3))
  if (fields === null || batchSize > mostParts) throw damaged(app, 'the data of a transfer code make no sense')
  return {
    entries: fields.flatMap(({ number, value }) => (number === 1 && typeof value !== 'bigint' ? [value] : [])),
    batchSize,
    batchIndex: int32(fields, 4),
    batchId: int32(fields, 5),
  }
}

/** Decodes one account of a transfer. */
function readMigrationEntry(bytes: Uint8Array): ParsedOtpauth {
  const fields = readProtobuf(bytes)
  if (fields === null) throw new Failure('import_entry_damaged')
  const issuer = text(fields, 3)
  const type = int32(fields, 6) === 1 ? 'hotp' : 'totp'
  const algorithm = algorithms[int32(fields, 4)] ?? 'unknown'
  const { account, warnings } = accountOf({
    secret: byteField(fields, 1),
    type,
    algorithm,
    digits: int32(fields, 5) === 2 ? 8 : 6,
    counter: Number(numberField(fields, 7)),
    ...splitName(text(fields, 2), issuer),
  })
  return { account, warnings }
}

/**
 * Puts parts of transfers together: any order, a part given twice counts once, missing parts are named.
 *
 * Parts that stand alone (several exports in one file) are each complete.
 */
export function addMigrationParts(parts: readonly MigrationPart[], report: ReportBuilder): void {
  const unique = new Map(parts.map((part) => [partKey(part), part]))
  for (const [batchId, batch] of Map.groupBy(unique.values(), (part) => part.batchId)) {
    const size = batch.reduce((most, { batchSize }) => Math.max(most, batchSize), 1)
    const present = new Set(batch.map((part) => part.batchIndex))
    if (present.size < size) report.warn(missingParts(present, size, batchId))
    for (const part of batch.toSorted((one, other) => one.batchIndex - other.batchIndex)) {
      for (const entry of part.entries) report.add(nameOf(entry), () => readMigrationEntry(entry))
    }
  }
  if (parts.length > 0) report.warn(remark('import_period_unknown'))
}

/** Old apps leave batch number and place away, so equal places count as one part only with equal content. */
function partKey(part: MigrationPart): string {
  const content = part.entries.map((entry) => Buffer.from(entry).toString('base64')).join()
  return `${part.batchId} ${part.batchIndex} ${content}`
}

function missingParts(present: ReadonlySet<number>, size: number, batchId: number): Remark {
  const missing = Array.from({ length: size }, (_, index) => index).filter((index) => !present.has(index))
  const numbers = missing.map((index) => index + 1).join(', ')
  return remark('import_transfer_incomplete', { batch: batchId, present: present.size, size, missing: numbers })
}

/** Google repeats the issuer in the name; without an issuer a colon separates one only when no blank follows it. */
function splitName(name: string, issuer: string): { issuer: string; name: string } {
  if (issuer !== '') return { issuer, name: name.startsWith(`${issuer}:`) ? name.slice(issuer.length + 1) : name }
  const split = /^([^:]+):(\S.*)$/s.exec(name)
  return { issuer: split?.[1] ?? '', name: split?.[2] ?? name }
}

function nameOf(entry: Uint8Array): string {
  const fields = readProtobuf(entry)
  return fields === null ? '' : text(fields, 2)
}

function numberField(fields: readonly ProtobufField[], number: number): bigint {
  const value = fields.findLast((field) => field.number === number)?.value
  return typeof value === 'bigint' ? value : 0n
}

function int32(fields: readonly ProtobufField[], number: number): number {
  return Number(BigInt.asIntN(32, numberField(fields, number)))
}

function byteField(fields: readonly ProtobufField[], number: number): Uint8Array {
  const value = fields.findLast((field) => field.number === number)?.value
  return typeof value === 'bigint' || value === undefined ? new Uint8Array() : Uint8Array.from(value)
}

function text(fields: readonly ProtobufField[], number: number): string {
  return new TextDecoder().decode(byteField(fields, number))
}
