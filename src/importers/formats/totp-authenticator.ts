import { createHash } from 'node:crypto'
import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { androidStrings } from '../containers/android-preferences.ts'
import { accountOf, bytesOfHex } from '../draft.ts'
import { damaged, type ImportContext, type ImportFormat, wrongPassword } from '../format.ts'
import { parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import { openCbc } from '../unseal.ts'

const app = 'TOTP Authenticator'
const hexadecimal = 16
const preference = 'STATIC_TOTP_CODES_LIST'

/** The encrypted backup of TOTP Authenticator (BinaryBoot), a Base64 text, or its plain preferences file. */
export const totpAuthenticator: ImportFormat = {
  id: 'totp-authenticator',
  app,
  recognise(file) {
    if (androidStrings(file.xml)?.has(preference)) return 'nothing'
    const packed = file.text?.trim() ?? ''
    return packed.length >= 24 && /^[A-Za-z0-9+/\r\n]+={0,2}$/.test(packed) ? 'password' : null
  },
  read(file, context) {
    const plain = androidStrings(file.xml)?.get(preference)
    const entries = plain === undefined ? open(file.text ?? '', context) : parseJson(plain)
    if (!Array.isArray(entries)) throw damaged(app, 'its entries make no sense')
    for (const value of entries) {
      const name = JsonObject.from(value)?.text('name') ?? ''
      context.report.add(name, () => readEntry(JsonObject.expect(value)))
    }
  },
}

/** The whole list is the one key of an object, itself JSON; only the padding and this shape tell a wrong password. */
function open(text: string, { password }: ImportContext): unknown {
  const key = createHash('sha256').update(password).digest()
  const plain = openCbc(key, new Uint8Array(16), Buffer.from(text, 'base64'))
  const outer = plain === null ? null : JsonObject.from(parseJson(plain.toString('utf8')))
  if (outer === null) throw wrongPassword(app)
  return parseJson(outer.keys()[0] ?? '')
}

function readEntry(entry: JsonObject): ParsedOtpauth {
  const issuer = entry.text('issuer')
  const secret = entry.text('key')
  return accountOf({
    secret: entry.number('base') === hexadecimal ? bytesOfHex(secret) : secret,
    issuer: issuer === 'Unknown' ? '' : issuer,
    name: entry.text('name'),
    digits: entry.number('digits'),
    periodSeconds: entry.number('period'),
  })
}
