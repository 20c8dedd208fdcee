import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { openKdbx } from '../containers/kdbx.ts'
import { childrenNamed, descend, textAt, type XmlElement } from '../containers/xml.ts'
import { accountOf, accountOfField, bytesOfBase64, bytesOfHex, type Draft } from '../draft.ts'
import { damaged, type ImportContext, type ImportFormat, notPossible } from '../format.ts'
import type { ImportInput } from '../input.ts'
import { tooCostly } from '../kdf.ts'
import { importLimits } from '../limits.ts'

const app = 'KeePass'
const kdbx4 = 4
/** In the header's dictionary: an unsigned 64-bit number under the one-letter name R, eight bytes long. */
const roundsEntry = Buffer.from([0x05, 1, 0, 0, 0, 0x52, 8, 0, 0, 0])

/** KeePass 2's own fields, by encoding. */
const timeOtpSecrets: readonly [
  [string, (text: string) => Uint8Array | string],
  ...[string, (text: string) => Uint8Array | string][],
] = [
  ['TimeOtp-Secret-Base32', (text) => text],
  ['TimeOtp-Secret-Hex', bytesOfHex],
  ['TimeOtp-Secret-Base64', bytesOfBase64],
  ['TimeOtp-Secret', (text) => new TextEncoder().encode(text)],
]

/** A KeePass database of version 4, opened with its password. */
export const keepass: ImportFormat = {
  id: 'keepass',
  app,
  recognise: (file) => (file.startsWith(0x03, 0xd9, 0xa2, 0x9a) ? 'password' : null),
  async read(file, context) {
    if (file.bytes.length < 12) throw damaged(app, 'it is cut off')
    const version = (file.bytes[11] ?? 0) * 256 + (file.bytes[10] ?? 0)
    if (version !== kdbx4) {
      throw notPossible(app, `it has format ${version}. Save it in format 4 first: database settings, security, KDBX 4`)
    }
    refuseCostlyRounds(file.bytes)
    for (const { fields, tags, isTrashed } of await openEntries(file, context)) {
      const [issuer, name, note] = ['Title', 'UserName', 'Notes'].map((key) => fields.get(key) ?? '')
      const labels = { issuer: issuer ?? '', name: name ?? '', note: note ?? '', tags }
      if (!hasOtp(fields)) context.report.skip('entries_without')
      else if (isTrashed) context.report.skip('trashed')
      else context.report.add(labels.issuer, () => readFields(fields, labels))
    }
  },
}

type Fields = ReadonlyMap<string, string>
type Labels = Pick<Draft, 'issuer' | 'name' | 'note' | 'tags'>

/** One entry of the database. */
interface Entry {
  readonly fields: Fields
  /** The groups it lies in below the first, and its own. */
  readonly tags: readonly string[]
  readonly isTrashed: boolean
}

async function openEntries(file: ImportInput, context: ImportContext): Promise<Entry[]> {
  const { root, textOf } = await openKdbx(app, file.bytes, context)
  const bin = textAt(root, 'Meta', 'RecycleBinUUID')
  const fieldsOf = (entry: XmlElement) =>
    new Map(
      childrenNamed(entry, 'String').map((field): [string, string] => [
        textOf(childrenNamed(field, 'Key')[0]),
        textOf(childrenNamed(field, 'Value')[0]),
      ]),
    )
  // A group that was deleted lies in the bin with all that is in it.
  const entriesOf = (group: XmlElement, groups: readonly string[], isBelowBin: boolean): Entry[] => {
    const isTrashed = isBelowBin || (bin !== '' && textAt(group, 'UUID') === bin)
    return [
      ...childrenNamed(group, 'Entry').map((entry) => ({
        fields: fieldsOf(entry),
        tags: [...groups, ...tagsOf(textAt(entry, 'Tags'))],
        isTrashed,
      })),
      ...childrenNamed(group, 'Group').flatMap((below) =>
        entriesOf(below, [...groups, textAt(below, 'Name')], isTrashed),
      ),
    ]
  }
  // The outermost group is the database itself.
  const first = descend(root, 'Root', 'Group')
  if (first === null) throw damaged(app, 'it has no group')
  return entriesOf(first, [], false)
}

function tagsOf(text: string): string[] {
  return text
    .split(/[;,]/)
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
}

/** Refuses a database whose key takes for ever: AES rounds stand in the header, which nothing protects yet. */
function refuseCostlyRounds(bytes: Uint8Array): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // Any place may be that of the header: fields before it are as long as a stranger likes, and the last one counts.
  for (let at = file.indexOf(roundsEntry); at >= 0; at = file.indexOf(roundsEntry, at + 1)) {
    const number = at + roundsEntry.length
    if (number + 8 > file.length || file.readBigUInt64LE(number) <= BigInt(importLimits.maxPbkdf2Iterations)) continue
    throw tooCostly(app, 'more than ten million rounds of AES')
  }
}

function hasOtp(fields: Fields): boolean {
  return ['otp', 'TOTP Seed', ...timeOtpSecrets.map(([key]) => key)].some(
    (key) => (fields.get(key) ?? '').trim() !== '',
  )
}

/** One entry by whichever of the four spellings it uses: a URI, KeeOtp, the old two fields, or KeePass 2's own. */
function readFields(fields: Fields, labels: Labels): ParsedOtpauth {
  const otp = fields.get('otp')?.trim() ?? ''
  if (/(^|&)key=/.test(otp)) return accountOf({ ...keeOtp(new URLSearchParams(otp)), ...labels })
  if (otp !== '') return withoutPlaceholder(accountOfField(otp, labels), labels)
  const seed = fields.get('TOTP Seed')?.trim() ?? ''
  if (seed !== '') return accountOf({ secret: seed, ...oldSettings(fields.get('TOTP Settings') ?? ''), ...labels })
  return accountOf({ ...timeOtp(fields), ...labels })
}

/** KeePassXC writes "none" into its URIs where the user name is empty. */
function withoutPlaceholder({ account, warnings }: ParsedOtpauth, labels: Labels): ParsedOtpauth {
  const isPlaceholder = account.name === 'none' && (labels.name ?? '') === ''
  return { account: isPlaceholder ? { ...account, name: '' } : account, warnings }
}

function keeOtp(parameters: URLSearchParams): Draft {
  return {
    secret: parameters.get('key') ?? '',
    digits: numberOf(parameters.get('size')),
    periodSeconds: numberOf(parameters.get('step')),
    algorithm: parameters.get('otpHashMode') ?? '',
  }
}

/** `30;6`, or `30;S` for Steam. */
function oldSettings(text: string): Pick<Draft, 'type' | 'digits' | 'periodSeconds'> {
  const [period = '', length = ''] = text.split(';')
  if (length.trim().toUpperCase() === 'S') return { type: 'steam' }
  return { periodSeconds: numberOf(period), digits: numberOf(length) }
}

function timeOtp(fields: Fields): Draft {
  const [key, decode] = timeOtpSecrets.find(([each]) => (fields.get(each) ?? '').trim() !== '') ?? timeOtpSecrets[0]
  return {
    secret: decode(fields.get(key) ?? ''),
    algorithm: fields.get('TimeOtp-Algorithm') ?? '',
    digits: numberOf(fields.get('TimeOtp-Length') ?? null),
    periodSeconds: numberOf(fields.get('TimeOtp-Period') ?? null),
  }
}

function numberOf(text: string | null): number | undefined {
  return text === null || text.trim() === '' ? undefined : Number(text)
}
