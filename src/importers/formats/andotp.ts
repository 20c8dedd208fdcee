import { createHash } from 'node:crypto'
import { Failure } from '../../errors/failure.ts'
import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { nameDocument } from '../../qr/image-header.ts'
import { accountOf } from '../draft.ts'
import { damaged, type ImportContext, type ImportFormat, wrongPassword } from '../format.ts'
import { type ImportInput, parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import { derivePbkdf2 } from '../kdf.ts'
import { openGcm } from '../unseal.ts'

const app = 'andOTP'
const [saltBytes, nonceBytes, tagBytes] = [12, 12, 16]
/** The app chose 140,000 to 160,000, at first fewer; larger numbers mean that the file is something else. */
const mostRounds = 10_000_000

/** A plain backup of andOTP: an array of entries with labels. */
export const andOtp: ImportFormat = {
  id: 'andotp',
  app,
  recognise: (file) => (isEntryList(file.json) ? 'nothing' : null),
  read: (file, context) => addEntries(file.json, context),
}

/** An encrypted backup of andOTP. It has no mark of its own, so this format is asked last. */
export const andOtpEncrypted: ImportFormat = {
  id: 'andotp-encrypted',
  app,
  recognise: (file) => (file.text === null && !isMarked(file) ? 'password' : null),
  async read(file, context) {
    const plain = (await openNew(file, context)) ?? openOld(file, context)
    if (plain === null) throw wrongPassword(app)
    const entries = parseJson(plain.toString('utf8'))
    if (!Array.isArray(entries)) throw damaged(app, 'the password fits but the entries make no sense')
    addEntries(entries, context)
  },
}

/** Too short for it, or marked as something else: asking for a password would send people looking for one. */
function isMarked(file: ImportInput): boolean {
  const isContainer = file.startsWith(0x50, 0x4b) || file.startsWithText('SQLite format 3')
  return file.bytes.length <= nonceBytes + tagBytes || isContainer || nameDocument(file.bytes) !== null
}

function isEntryList(json: unknown): boolean {
  const first = Array.isArray(json) ? JsonObject.from(json[0]) : null
  return first !== null && first.has('label') && first.has('secret') && !first.has('kind')
}

function addEntries(entries: unknown, { report }: ImportContext): void {
  for (const value of Array.isArray(entries) ? entries : []) {
    const name = JsonObject.from(value)?.text('label') ?? ''
    report.add(name, () => readEntry(JsonObject.expect(value)))
  }
}

function readEntry(entry: JsonObject): ParsedOtpauth {
  return accountOf({
    secret: entry.text('secret'),
    type: entry.text('type'),
    algorithm: entry.text('algorithm'),
    digits: entry.number('digits'),
    periodSeconds: entry.number('period'),
    counter: entry.number('counter'),
    issuer: entry.text('issuer'),
    name: entry.text('label'),
    tags: entry.texts('tags'),
  })
}

/** Rounds, salt, nonce, then ciphertext and tag; null when the password or this layout does not fit. */
async function openNew({ bytes }: ImportInput, context: ImportContext): Promise<Buffer | null> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const iterations = view.readUInt32BE(0)
  const start = 4 + saltBytes + nonceBytes
  if (iterations < 1 || iterations > mostRounds || view.length < start + tagBytes) return null
  const key = await derivePbkdf2(app, context, view.subarray(4, 4 + saltBytes), { iterations, hash: 'sha1' })
  return openGcm(key, view.subarray(4 + saltBytes, start), view.subarray(start))
}

/** The layout of old versions: nonce, then ciphertext and tag under the hash of the password. */
function openOld({ bytes }: ImportInput, { password }: ImportContext): Buffer | null {
  if (bytes.length < nonceBytes + tagBytes) throw new Failure('import_format_unknown')
  const key = createHash('sha256').update(password).digest()
  return openGcm(key, bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes))
}
