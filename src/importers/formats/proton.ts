import { accountOf } from '../draft.ts'
import { type ParsedOtpauth, parseOtpauthUri } from '../../otp/otpauth-uri.ts'
import { assertVersion, damaged, type ImportContext, type ImportFormat, wrongPassword } from '../format.ts'
import { parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import { deriveArgon2 } from '../kdf.ts'
import { openGcm } from '../unseal.ts'

const app = 'Proton Authenticator'
const associated = Buffer.from('proton.authenticator.export.v1')
const parameters = { memoryKib: 19_456, passes: 2, lanes: 1 }

/** An export of Proton Authenticator, plain or encrypted. */
export const proton: ImportFormat = {
  id: 'proton',
  app,
  recognise(file) {
    const backup = JsonObject.from(file.json)
    if (backup?.text('salt') && backup.text('content')) return 'password'
    const first = JsonObject.from(backup?.list('entries')[0])
    return first?.object('content')?.has('uri') ? 'nothing' : null
  },
  async read(file, context) {
    const backup = JsonObject.expect(file.json)
    assertVersion(app, backup.number('version'), 1)
    const opened = backup.has('salt') ? await open(backup, context) : backup
    for (const value of opened.list('entries')) {
      const entry = JsonObject.from(value)
      const name = entry?.object('content')?.text('name') ?? ''
      context.report.add(name, () => readEntry(JsonObject.expect(value), name))
    }
  },
}

async function open(backup: JsonObject, context: ImportContext): Promise<JsonObject> {
  const sealed = Buffer.from(backup.text('content'), 'base64')
  const key = await deriveArgon2(app, context, Buffer.from(backup.text('salt'), 'base64'), parameters)
  const plain = openGcm(key, sealed.subarray(0, 12), sealed.subarray(12), associated)
  if (plain === null) throw wrongPassword(app)
  const opened = JsonObject.from(parseJson(plain.toString('utf8')))
  if (opened === null) throw damaged(app, 'the password fits but the entries make no sense')
  return opened
}

function readEntry(entry: JsonObject, name: string): ParsedOtpauth {
  const uri = entry.object('content')?.text('uri') ?? ''
  const note = entry.text('note')
  const { account, warnings } = /^steam:\/\//i.test(uri)
    ? accountOf({ type: 'steam', issuer: 'Steam', name, secret: uri.slice('steam://'.length) })
    : withWholeName(parseOtpauthUri(uri), name)
  return { account: { ...account, name: account.name || name, ...(note === '' ? {} : { note }) }, warnings }
}

/** The label of the URI is the name alone, whatever colons it holds: what stands before one is no other issuer. */
function withWholeName({ account, warnings }: ParsedOtpauth, name: string): ParsedOtpauth {
  const others = warnings.filter(({ code }) => code !== 'uri_issuer_differs')
  if (others.length === warnings.length || name === '') return { account, warnings }
  return { account: { ...account, name, tags: account.tags.slice(0, -1) }, warnings: others }
}
