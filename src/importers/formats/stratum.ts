import { remark } from '../../errors/remarks.ts'
import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { accountOf } from '../draft.ts'
import { damaged, type ImportContext, type ImportFormat, wrongPassword } from '../format.ts'
import { type ImportInput, parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import { deriveArgon2, derivePbkdf2 } from '../kdf.ts'
import { openCbc, openGcm } from '../unseal.ts'

const app = 'Stratum'
const [marker, legacyMarker] = ['AUTHENTICATORPRO', 'AuthenticatorPro']
const types = ['', 'hotp', 'totp', 'motp', 'steam', 'yandex']
const algorithms = ['SHA1', 'SHA256', 'SHA512']

/** A backup of Stratum, once called Authenticator Pro: plain, encrypted, or encrypted the old way. */
export const stratum: ImportFormat = {
  id: 'stratum',
  app,
  recognise(file) {
    if (file.startsWithText(marker) || file.startsWithText(legacyMarker)) return 'password'
    return JsonObject.from(file.json)?.has('Authenticators') ? 'nothing' : null
  },
  async read(file, context) {
    const backup = file.looksLikeJson ? JsonObject.expect(file.json) : await open(file, context)
    const categories = categoriesOf(backup)
    if (backup.list('CustomIcons').length > 0) context.report.warn(remark('import_pictures_left'))
    for (const value of backup.list('Authenticators')) {
      const name = JsonObject.from(value)?.text('Issuer') ?? ''
      context.report.add(name, () => readEntry(JsonObject.expect(value), categories))
    }
  },
}

async function open(file: ImportInput, context: ImportContext): Promise<JsonObject> {
  const body = file.bytes.subarray(marker.length)
  const plain = file.startsWithText(marker) ? await openPresent(body, context) : await openLegacy(body, context)
  if (plain === null) throw wrongPassword(app)
  const backup = JsonObject.from(parseJson(plain.toString('utf8')))
  if (backup === null) throw damaged(app, 'the password fits but the entries make no sense')
  return backup
}

/** Salt 16, nonce 12, ciphertext and tag. */
async function openPresent(body: Uint8Array, context: ImportContext): Promise<Buffer | null> {
  if (body.length < 16 + 12 + 16) throw damaged(app, 'it is cut off')
  const key = await deriveArgon2(app, context, body.subarray(0, 16), { memoryKib: 65_536, passes: 3, lanes: 4 })
  return openGcm(key, body.subarray(16, 28), body.subarray(28))
}

/** Salt 20, initialisation vector 16, ciphertext without a MAC. */
async function openLegacy(body: Uint8Array, context: ImportContext): Promise<Buffer | null> {
  if (body.length < 20 + 16 + 16 || (body.length - 36) % 16 !== 0) throw damaged(app, 'it is cut off')
  const key = await derivePbkdf2(app, context, body.subarray(0, 20), { iterations: 64_000, hash: 'sha1' })
  const plain = openCbc(key, body.subarray(20, 36), body.subarray(36))
  // One wrong password in 256 passes the padding; the JSON decides then.
  return plain !== null && JsonObject.from(parseJson(plain.toString('utf8'))) === null ? null : plain
}

/** Category names by the secret they are attached to. */
function categoriesOf(backup: JsonObject): ReadonlyMap<string, string[]> {
  const names = new Map(
    backup
      .list('Categories')
      .map((value) => [JsonObject.from(value)?.text('Id'), JsonObject.from(value)?.text('Name')]),
  )
  const links = backup.list('AuthenticatorCategories').flatMap((value) => JsonObject.from(value) ?? [])
  const bySecret = Map.groupBy(links, (link) => link.text('AuthenticatorSecret'))
  return new Map(
    [...bySecret].map(([secret, each]) => [secret, each.map((link) => names.get(link.text('CategoryId')) ?? '')]),
  )
}

function readEntry(entry: JsonObject, categories: ReadonlyMap<string, string[]>): ParsedOtpauth {
  return accountOf({
    type: types[entry.number('Type') ?? 0] || 'unknown',
    algorithm: algorithms[entry.number('Algorithm') ?? 0] ?? 'unknown',
    secret: entry.text('Secret'),
    digits: entry.number('Digits'),
    periodSeconds: entry.number('Period'),
    counter: entry.number('Counter'),
    issuer: entry.text('Issuer'),
    name: entry.text('Username'),
    tags: categories.get(entry.text('Secret')) ?? [],
  })
}
