import { createDecipheriv, hash } from 'node:crypto'
import { Failure } from '../../../errors/failure.ts'
import type { ForeignDatabase } from '../../database/foreign.ts'
import type { SqlRow } from '../../database/storage.ts'
import type { QrLook, Rgba } from '../../../qr/look.ts'

/** A go-tiny-mfa database that is open: what is small is read, what may be large comes in pages. */
export interface OldDatabase {
  readonly issuers: readonly OldIssuer[]
  /** Issuers whose key does not open; a wrong key file makes them all. */
  readonly closedIssuers: readonly OldRow[]
  readonly rootToken: string | null
  readonly httpPort: number | null
  readonly denyLimit: number | null
  readonly look: QrLook | null
  readonly userCount: number
  /** Users with their secrets open, or why that is not so; of twins that differ in their mail address the first by it comes first. */
  users(): AsyncIterable<readonly (OldUser | OldRow)[]>
  tokens(): AsyncIterable<readonly OldToken[]>
  /** Past validations with an id above one, in the order of their ids; none unless they were asked for. */
  validations(above: number): AsyncIterable<readonly OldValidation[]>
  readonly validationCount: number
}

/** A row that cannot be taken over, since its secret cannot be read. */
export interface OldRow {
  /** Whether another key file might open it. */
  readonly isClosed: boolean
  /** What it is, its id and its name. */
  readonly row: string
  readonly reason: string
}

export interface OldIssuer {
  readonly id: string
  readonly name: string
  readonly contact: string
  readonly tokenLength: number
  readonly enabled: boolean
}

export interface OldUser {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly issuerId: string
  readonly enabled: boolean
  readonly secret: Uint8Array
}

export interface OldToken {
  readonly id: string
  readonly issuerId: string | null
  readonly bcrypt: string
  readonly description: string
  readonly createdAtMs: number | null
  readonly lastUsedAtMs: number | null
}

export interface OldValidation {
  readonly id: number
  readonly issuer: string
  readonly user: string
  readonly step: number
  readonly accepted: boolean
  readonly atMs: number
}

const doesNotOpen = 'its key does not open with this key file'
/** Nothing opens the keys of users whose issuer has no row, and they could never validate. */
const isOrphan = 'its issuer is missing'
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/**
 * The root key in go-tiny-mfa's key file: padded Base32 of 32 bytes.
 *
 * @throws {@link Failure} `tiny_mfa_key_invalid`
 */
export function readKeyFile(text: string, decode: (base32: string) => Uint8Array): Uint8Array {
  const key = decode(text.trim())
  if (key.length !== keyBytes) throw new Failure('tiny_mfa_key_invalid')
  return key
}

/**
 * Opens a key column under its parent, in either variant of the original: AES-128 under MD5 of the parent, or AES-256
 * under the parent itself. Databases hold both side by side, so each row is tried alone and the tag decides.
 *
 * @returns null when neither opens it
 */
function openOldKey(sealed: string, parent: Uint8Array): Uint8Array | null {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length !== nonceBytes + keyBytes + tagBytes) return null
  const legacy = hash('md5', parent, 'buffer')
  return tryOpen('aes-128-gcm', legacy, bytes) ?? tryOpen('aes-256-gcm', parent, bytes)
}

/**
 * Reads a database of any of its schemas, which stays open behind the answer: what a version lacks takes its default.
 *
 * @throws {@link Failure} `tiny_mfa_tables_missing` for a database of something else
 */
export async function readOldDatabase(
  database: ForeignDatabase,
  rootKey: Uint8Array,
  withAudit: boolean,
): Promise<OldDatabase> {
  const issuerRows = await rowsOf(database, 'issuer')
  if (issuerRows === null || !(await hasTable(database, 'accounts'))) throw new Failure('tiny_mfa_tables_missing')
  const [config] = (await rowsOf(database, 'serverconfig')) ?? []
  const [colours] = (await rowsOf(database, 'qr_code_config')) ?? []
  const keys = new Map(issuerRows.map((row) => [text(row['id']), openOldKey(String(row['key']), rootKey)]))
  const hasTokens = await hasTable(database, 'access_tokens')
  const hasAudit = withAudit && (await hasTable(database, 'audit'))
  const isOpen = (row: SqlRow) => keys.get(text(row['id'])) !== null
  return {
    issuers: issuerRows.filter(isOpen).map(issuerIn),
    closedIssuers: issuerRows.filter((row) => !isOpen(row)).map(closedIssuer),
    rootToken: config === undefined ? null : text(config['root_token']) || null,
    httpPort: number(config?.['http_port']),
    denyLimit: number(config?.['deny_limit']),
    look: colours === undefined ? null : lookIn(colours),
    userCount: await database.countOf('accounts'),
    users: () => pages(database.pagesOf('accounts', ['issuer_id', 'username', 'email']), (row) => userIn(row, keys)),
    tokens: () => pages(hasTokens ? database.pagesOf('access_tokens', ['access_token']) : [], tokenIn),
    validations: (above) => pages(hasAudit ? database.pagesOf('audit', ['id'], above) : [], validationIn),
    validationCount: hasAudit ? await database.countOf('audit') : 0,
  }
}

async function* pages<T>(
  source: AsyncIterable<SqlRow[]> | Iterable<SqlRow[]>,
  read: (row: SqlRow) => T,
): AsyncGenerator<T[]> {
  for await (const rows of source) yield rows.map(read)
}

async function hasTable(database: ForeignDatabase, table: string): Promise<boolean> {
  return (await database.columnsOf(table)).size > 0
}

// Null where there is no such table.
async function rowsOf(database: ForeignDatabase, table: string): Promise<SqlRow[] | null> {
  return (await hasTable(database, table)) ? database.rowsOf(table) : null
}

function closedIssuer(row: SqlRow): OldRow {
  return { isClosed: true, row: `issuer ${text(row['id'])} (${text(row['name'])})`, reason: doesNotOpen }
}

function issuerIn(row: SqlRow): OldIssuer {
  return {
    id: text(row['id']),
    name: text(row['name']),
    contact: text(row['contact']),
    tokenLength: number(row['token_length']) ?? 6,
    enabled: row['enabled'] === true,
  }
}

function userIn(row: SqlRow, keys: ReadonlyMap<string, Uint8Array | null>): OldUser | OldRow {
  const { id, name, email } = { id: text(row['id']), name: text(row['username']), email: text(row['email']) }
  const issuerId = text(row['issuer_id'])
  const lost = (reason: string): OldRow => ({
    isClosed: reason !== isOrphan,
    row: `user ${id} (${name}, ${email})`,
    reason,
  })
  const parent = keys.get(issuerId)
  if (parent === undefined) return lost(isOrphan)
  if (parent === null) return lost('the key of its issuer does not open')
  const secret = openOldKey(String(row['key']), parent)
  if (secret === null) return lost(doesNotOpen)
  return { id, name, email, issuerId, enabled: row['enabled'] === true, secret }
}

function tokenIn(row: SqlRow): OldToken {
  return {
    id: text(row['id']),
    issuerId: text(row['ref_id_issuer']) || null,
    bcrypt: text(row['access_token']),
    description: text(row['description']),
    createdAtMs: time(row['created_on']),
    lastUsedAtMs: time(row['last_access_time']),
  }
}

function validationIn(row: SqlRow): OldValidation {
  return {
    id: number(row['id']) ?? 0,
    issuer: text(row['issuer']),
    user: text(row['username']),
    step: number(row['message']) ?? 0,
    accepted: row['success'] === true,
    atMs: time(row['validated_on']) ?? 0,
  }
}

function lookIn(row: SqlRow): QrLook | null {
  const background = colourIn(text(row['qrcode_bgcolor']))
  const foreground = colourIn(text(row['qrcode_fgcolor']))
  return background === null || foreground === null ? null : { background, foreground }
}

function colourIn(text: string): Rgba | null {
  const [red = -1, green = -1, blue = -1, alpha = -1, ...rest] = text.split(';').map(Number)
  const channels = [red, green, blue, alpha]
  const isColour =
    rest.length === 0 && channels.every((channel) => Number.isInteger(channel) && channel >= 0 && channel <= 255)
  return isColour ? [red, green, blue, alpha] : null
}

function tryOpen(algorithm: 'aes-128-gcm' | 'aes-256-gcm', key: Uint8Array, bytes: Buffer): Uint8Array | null {
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    decipher.setAuthTag(bytes.subarray(-tagBytes))
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()])
  } catch {
    return null
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}

function number(value: unknown): number | null {
  const parsed =
    typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : Number.NaN
  return Number.isFinite(parsed) ? parsed : null
}

// Columns without a zone hold UTC, as the original's container wrote them.
function time(value: unknown): number | null {
  if (value instanceof Date) return value.getTime() - value.getTimezoneOffset() * 60_000
  return null
}
