import { Failure } from '../../errors/failure.ts'
import { type Remark, remark } from '../../errors/remarks.ts'
import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { accountOf, bytesOfHex } from '../draft.ts'
import type { ImportFormat } from '../format.ts'
import type { ImportInput } from '../input.ts'
import { importLimits } from '../limits.ts'

const mostColumns = 64
const typeWord = /^(hotp|totp|ocra|motp)$/i
const separator = /[,;\t]/
const secondVersion = /^#\s*version:\s*2\s*$/i

/** Where one dialect keeps what; -1 where it has no such column. */
interface Dialect {
  readonly type: number
  readonly serial: number
  readonly seed: number
  readonly digits: number
  readonly moving: number
  readonly hash: number
  readonly owner: number
  readonly realm: number
  readonly note: number
}

/** privacyIDEA and LinOTP, who share the first five columns: `serial, seed, type, digits, period or counter`. */
const plain: Dialect = { serial: 0, seed: 1, type: 2, digits: 3, moving: 4, hash: 5, owner: -1, realm: -1, note: -1 }
/** privacyIDEA's own export: an owner stands before the same columns. */
const exported: Dialect = { owner: 0, serial: 1, seed: 2, type: 3, digits: 4, moving: 5, hash: -1, realm: -1, note: -1 }
/** privacyIDEA's second version: user, resolver and realm stand before the same columns. */
const second: Dialect = { owner: 0, realm: 2, serial: 3, seed: 4, type: 5, digits: 6, moving: 7, hash: -1, note: -1 }
/** multiOTP: `serial; manufacturer; type; seed; digits; period or counter`. */
const multi: Dialect = { serial: 0, note: 1, type: 2, seed: 3, digits: 4, moving: 5, hash: -1, owner: -1, realm: -1 }

/** Lists of hardware and software tokens without a header: privacyIDEA, LinOTP, multiOTP and vendors' seed files. */
export const oathCsv: ImportFormat = {
  id: 'oath-csv',
  app: 'OATH CSV',
  recognise: (file) => (dialectOf(file) === null ? null : 'nothing'),
  read(file, { report }) {
    const dialect = dialectOf(file) ?? plain
    const serials = new Set<string>()
    for (const cells of rowsOf(file)) {
      const serial = cells[cells.length === 2 ? 0 : dialect.serial] ?? ''
      if (serials.has(serial)) report.warn(remark('import_serial_twice', { serial }))
      serials.add(serial)
      report.add(serial, () => readRow(cells, cells.length === 2 ? plain : dialect))
    }
  },
}

/** As many rows as are taken, and one more that is refused; blank lines and comments count for none. */
function rowsOf(file: ImportInput): string[][] {
  const rows: string[][] = []
  for (const [line] of (file.text ?? '').matchAll(/[^\r\n]+/g)) {
    if (line.trim() === '' || line.startsWith('#')) continue
    rows.push(withoutEmptyEnd(line.split(separator, mostColumns).map((cell) => cell.trim())))
    if (rows.length > importLimits.maxEntries) break
  }
  return rows
}

function withoutEmptyEnd(cells: string[]): string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1)
}

/** The column that holds the type word in every longer line tells the dialect. */
function dialectOf(file: ImportInput): Dialect | null {
  if (file.text === null || file.looksLikeJson) return null
  const firstLine = file.text.slice(0, file.text.search(/[\r\n]|$/)).trim()
  if (secondVersion.test(firstLine)) return second
  const rows = rowsOf(file).filter((cells) => cells.length > 2)
  const column = rows[0]?.findIndex((cell) => typeWord.test(cell)) ?? -1
  if (column < 0 || !rows.every((cells) => typeWord.test(cells[column] ?? ''))) return null
  if (column === exported.type) return exported
  if (column !== plain.type) return null
  return rows.every((cells) => (cells[multi.seed] ?? '').length > 2) ? multi : plain
}

function readRow(cells: readonly string[], dialect: Dialect): ParsedOtpauth {
  const cell = (column: number): string => cells[column] ?? ''
  const type = cell(dialect.type).toLowerCase() || 'hotp'
  const moving = cell(dialect.moving) === '' ? undefined : Number(cell(dialect.moving))
  if (type === 'hotp' && dialect === exported && moving === undefined) throw new Failure('import_counter_left_out')
  const { secret, warnings } = secretOf(cell(dialect.seed))
  const { account, warnings: others } = accountOf({
    secret,
    type,
    algorithm: hashOf(cell(dialect.hash), secret, warnings),
    digits: cell(dialect.digits) === '' ? undefined : Number(cell(dialect.digits)),
    ...(type === 'hotp' ? { counter: moving ?? 0 } : { periodSeconds: moving }),
    ...ownerOf(cell(dialect.owner), cell(dialect.realm), cell(dialect.serial)),
    note: cell(dialect.note),
  })
  return {
    account: { ...account, otherParameters: { serial: cell(dialect.serial) } },
    warnings: [...others, ...warnings],
  }
}

/** The owner names the account, else the serial number; the owner's realm becomes a tag. */
function ownerOf(owner: string, realm: string, serial: string): { name: string; tags: string[] } {
  if (owner === '' || owner === 'n/a') return { name: serial, tags: [] }
  const at = realm === '' ? owner.lastIndexOf('@') : -1
  return at > 0
    ? { name: owner.slice(0, at), tags: [owner.slice(at + 1)] }
    : { name: owner, tags: realm === '' ? [] : [realm] }
}

function secretOf(seed: string): { secret: Uint8Array; warnings: Remark[] } {
  if (seed === '' || /^([0-9a-f]{2})+$/i.test(seed)) return { secret: bytesOfHex(seed), warnings: [] }
  if (/^[0-9a-f]+$/i.test(seed)) throw new Failure('import_secret_odd')
  const { account } = accountOf({ secret: seed })
  return { secret: account.secret, warnings: [remark('import_read_as_base32')] }
}

/** These files rarely say the hash; hardware uses the one that fits the length of the seed. */
function hashOf(cell: string, secret: Uint8Array, warnings: Remark[]): string {
  if (cell !== '') return cell
  if (secret.length === 28 || secret.length === 48) throw new Failure('import_algorithm_unlikely')
  const guess = { 32: 'SHA256', 64: 'SHA512' }[secret.length]
  if (guess !== undefined) warnings.push(remark('import_algorithm_guessed', { algorithm: guess }))
  return guess ?? 'SHA1'
}
