import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { accountOf } from '../draft.ts'
import { assertVersion, damaged, type ImportContext, type ImportFormat, wrongPassword } from '../format.ts'
import { parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import { derivePbkdf2 } from '../kdf.ts'
import { openGcm } from '../unseal.ts'

const app = '2FAS'
const rounds = 10_000

/** A backup of 2FAS, schema 1 to 4, plain or encrypted. */
export const twoFas: ImportFormat = {
  id: '2fas',
  app,
  recognise(file) {
    const backup = JsonObject.from(file.json)
    if (!backup?.has('schemaVersion') || !backup.has('services')) return null
    return backup.text('servicesEncrypted') === '' ? 'nothing' : 'password'
  },
  async read(file, context) {
    const backup = JsonObject.expect(file.json)
    const schema = backup.number('schemaVersion') ?? 1
    assertVersion(app, schema, 4)
    context.report.appVersion = backup.text('appVersionName') || undefined
    const services =
      backup.text('servicesEncrypted') === '' ? backup.list('services') : await openServices(backup, context)
    const groups = groupNames(backup)
    for (const value of services) {
      const name = JsonObject.from(value)?.text('name') ?? ''
      context.report.add(name, () => readService(JsonObject.expect(value), schema, groups))
    }
  },
}

function groupNames(backup: JsonObject): ReadonlyMap<string, string> {
  const groups = backup.list('groups').map((value) => JsonObject.from(value))
  return new Map(groups.map((group) => [group?.text('id') ?? '', group?.text('name') ?? '']))
}

function readService(service: JsonObject, schema: number, groups: ReadonlyMap<string, string>): ParsedOtpauth {
  const otp = JsonObject.expect(service.value('otp'))
  const shown = service.text('name')
  const issuer = otp.text('issuer') || shown
  const isRenamed = shown.trim().toLowerCase() !== issuer.trim().toLowerCase()
  const labels = {
    secret: service.text('secret'),
    issuer,
    name: otp.text('account'),
    // What its user calls the service tells two accounts of one issuer apart.
    note: isRenamed ? shown : '',
    tags: [groups.get(service.text('groupId')) ?? ''],
  }
  // The first schema stored nothing else; the app took every account for the usual kind.
  if (schema === 1) return accountOf(labels)
  return accountOf({
    ...labels,
    type: otp.text('tokenType'),
    algorithm: otp.text('algorithm'),
    digits: otp.number('digits'),
    periodSeconds: otp.number('period'),
    counter: otp.number('counter'),
  })
}

/** The reference is sealed beside the entries for this alone: it opens when the password is right. */
async function openServices(backup: JsonObject, context: ImportContext): Promise<readonly unknown[]> {
  const reference = backup.text('reference')
  const isPasswordRight = reference !== '' && (await openPacked(reference, context)) !== null
  if (reference !== '' && !isPasswordRight) throw wrongPassword(app)
  const plain = await openPacked(backup.text('servicesEncrypted'), context)
  if (plain === null && !isPasswordRight) throw wrongPassword(app)
  const services = parseJson(plain?.toString('utf8') ?? '')
  if (!Array.isArray(services)) throw damaged(app, 'the password fits but the entries do not open')
  return services
}

/** Opens `ciphertext and tag : salt : nonce`, each in Base64; null when the password or the bytes do not fit. */
async function openPacked(packed: string, context: ImportContext): Promise<Buffer | null> {
  const [sealed, salt, nonce, ...rest] = packed.split(':').map((part) => Buffer.from(part, 'base64'))
  if (sealed === undefined || salt === undefined || nonce === undefined || rest.length > 0 || nonce.length !== 12) {
    throw damaged(app, 'its encrypted part is not whole')
  }
  const key = await derivePbkdf2(app, context, salt, { iterations: rounds, hash: 'sha256' })
  return openGcm(key, nonce, sealed)
}
