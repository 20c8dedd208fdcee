/** A value of a row. */
export type SqliteValue = string | number | bigint | Uint8Array | null

/** A row by column name. */
export type SqliteRow = ReadonlyMap<string, SqliteValue>

const leafTable = 0x0d
const interiorTable = 0x05
const maxPages = 10_000
/** A file is asked for its schema a few times, and for one table. */
const readings = 8
const magic = 'SQLite format 3\0'

/**
 * Reads tables of an SQLite file by its published format.
 *
 * A driver would need the file on disk and would run whatever views and triggers a stranger put
 * into it; this only walks the b-tree, visits each page once, and never writes.
 *
 * @see sqlite.org/fileformat2.html
 */
export class SqliteFile {
  readonly #view: Buffer
  readonly #pageBytes: number
  readonly #usableBytes: number
  #readBytes = 0

  private constructor(view: Buffer) {
    this.#view = view
    const size = view.readUInt16BE(16)
    this.#pageBytes = size === 1 ? 65_536 : size
    this.#usableBytes = this.#pageBytes - (view[20] ?? 0)
  }

  /** Null when the bytes are no SQLite file. */
  static open(bytes: Uint8Array): SqliteFile | null {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (view.length < 512 || view.toString('latin1', 0, 16) !== magic) return null
    const file = new SqliteFile(view)
    const isPowerOfTwo = Number.isInteger(Math.log2(file.#pageBytes))
    return file.#pageBytes >= 512 && isPowerOfTwo && file.#usableBytes >= 480 ? file : null
  }

  /**
   * All rows of a table; null when there is no such table.
   *
   * @throws RangeError when pages are missing or make no sense
   */
  rows(table: string): SqliteRow[] | null {
    const [, , , root, sql] = this.#schemaOf(table) ?? []
    if (typeof root !== 'number' || typeof sql !== 'string') return null
    const columns = columnsOf(sql)
    return this.#records(root).map((values) => new Map(columns.map((column, at) => [column, values[at] ?? null])))
  }

  /** The column names of a table; empty when there is no such table. */
  columns(table: string): string[] {
    const sql = this.#schemaOf(table)?.[4]
    return typeof sql === 'string' ? columnsOf(sql) : []
  }

  /** Type, name, table name, root page and statement of a table, from the schema on page 1. */
  #schemaOf(table: string): SqliteValue[] | undefined {
    return this.#records(1).find(([kind, name]) => kind === 'table' && name === table)
  }

  #records(root: number): SqliteValue[][] {
    const records: SqliteValue[][] = []
    const visited = new Set<number>()
    const waiting = [root]
    for (let page = waiting.pop(); page !== undefined; page = waiting.pop()) {
      if (visited.has(page) || visited.size > maxPages) throw new RangeError('pages form a circle')
      visited.add(page)
      waiting.push(...this.#readPage(page, records).toReversed())
    }
    return records
  }

  /** Adds a leaf's records; answers the pages below an interior one. */
  #readPage(page: number, records: SqliteValue[][]): number[] {
    const start = (page - 1) * this.#pageBytes
    const header = start + (page === 1 ? 100 : 0)
    const kind = this.#view.readUInt8(header)
    const cells = this.#view.readUInt16BE(header + 3)
    const pointers = header + (kind === interiorTable ? 12 : 8)
    const cellAt = (at: number): number => start + this.#view.readUInt16BE(pointers + 2 * at)
    const indexes = Array.from({ length: cells }, (_, at) => at)
    if (kind === leafTable) {
      for (const at of indexes) records.push(readRecord(this.#payload(cellAt(at))))
      return []
    }
    if (kind !== interiorTable) throw new RangeError('not a table page')
    return [...indexes.map((at) => this.#view.readUInt32BE(cellAt(at))), this.#view.readUInt32BE(header + 8)]
  }

  /** A record with what overflowed to other pages. */
  #payload(cell: number): Buffer {
    const [length, afterLength] = readVarint(this.#view, cell)
    const [, start] = readVarint(this.#view, afterLength)
    const limit = this.#usableBytes - 35
    // Cells that share their bytes could be a thousand times as long as the file.
    this.#readBytes += length
    if (this.#readBytes > readings * this.#view.length) throw new RangeError('longer than the file')
    if (length <= limit) return this.#view.subarray(start, start + length)
    const least = Math.floor(((this.#usableBytes - 12) * 32) / 255) - 23
    const fitting = least + ((length - least) % (this.#usableBytes - 4))
    const local = fitting <= limit ? fitting : least
    const parts = [this.#view.subarray(start, start + local)]
    let missing = length - local
    for (let page = this.#view.readUInt32BE(start + local); missing > 0;) {
      const at = (page - 1) * this.#pageBytes
      const part = this.#view.subarray(at + 4, at + 4 + Math.min(missing, this.#usableBytes - 4))
      if (part.length === 0) throw new RangeError('an overflow page is missing')
      parts.push(part)
      missing -= part.length
      page = missing > 0 ? this.#view.readUInt32BE(at) : 0
    }
    return Buffer.concat(parts)
  }
}

/** Column names of a CREATE TABLE statement, in order; constraints of the whole table are none. */
function columnsOf(sql: string): string[] {
  const body = sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf(')'))
  const parts = body.replace(/\([^()]*\)/g, '').split(',')
  const names = parts.map((part) => /^\s*[`"[]?(\w+)/.exec(part)?.[1] ?? '')
  return names.filter((name) => !/^(primary|foreign|unique|check|constraint)$/i.test(name))
}

function readRecord(payload: Buffer): SqliteValue[] {
  const [headerBytes, afterHeader] = readVarint(payload, 0)
  const values: SqliteValue[] = []
  let at = afterHeader
  let body = headerBytes
  while (at < headerBytes) {
    const [serial, next] = readVarint(payload, at)
    const [value, length] = readValue(payload, body, serial)
    values.push(value)
    at = next
    body += length
  }
  return values
}

function readValue(payload: Buffer, at: number, serial: number): [value: SqliteValue, length: number] {
  const integerBytes = [0, 1, 2, 3, 4, 6][serial]
  if (serial === 0) return [null, 0]
  if (integerBytes !== undefined) return [payload.readIntBE(at, integerBytes), integerBytes]
  if (serial === 6) return [payload.readBigInt64BE(at), 8]
  if (serial === 7) return [payload.readDoubleBE(at), 8]
  if (serial === 8 || serial === 9) return [serial - 8, 0]
  const length = (serial - (serial % 2 === 0 ? 12 : 13)) / 2
  if (length < 0 || at + length > payload.length) throw new RangeError('a value is cut off')
  const bytes = payload.subarray(at, at + length)
  return [serial % 2 === 0 ? Uint8Array.from(bytes) : bytes.toString('utf8'), length]
}

function readVarint(view: Buffer, start: number): [value: number, next: number] {
  let value = 0
  for (let at = start; at < start + 9; at++) {
    const byte = view.readUInt8(at)
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) return [value, at + 1]
  }
  return [value, start + 9]
}
