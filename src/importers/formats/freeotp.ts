import { Failure } from '../../errors/failure.ts'
import type { ParsedOtpauth } from '../../otp/otpauth-uri.ts'
import { androidStrings } from '../containers/android-preferences.ts'
import { readJavaStringMap } from '../containers/java-map.ts'
import { accountOf } from '../draft.ts'
import { damaged, type ImportContext, type ImportFormat, wrongPassword } from '../format.ts'
import { parseJson } from '../input.ts'
import { JsonObject } from '../json-object.ts'
import { derivePbkdf2, type Pbkdf2Hash } from '../kdf.ts'
import { openGcm } from '../unseal.ts'

/** The JSON backup of FreeOTP+. */
export const freeOtpPlus: ImportFormat = {
  id: 'freeotp-plus',
  app: 'FreeOTP+',
  recognise(file) {
    const backup = JsonObject.from(file.json)
    return backup?.has('tokens') && backup.has('tokenOrder') ? 'nothing' : null
  },
  read(file, { report }) {
    for (const value of JsonObject.expect(file.json).list('tokens')) {
      report.add(JsonObject.from(value)?.text('label') ?? '', () => readToken(JsonObject.expect(value)))
    }
  },
}

/** The preferences file of FreeOTP 1: the same tokens as texts in XML. */
export const freeOtp: ImportFormat = {
  id: 'freeotp',
  app: 'FreeOTP',
  recognise(file) {
    const texts = [...(androidStrings(file.xml)?.entries() ?? [])]
    return texts.some(([name, text]) => name === 'tokenOrder' || isToken(text)) ? 'nothing' : null
  },
  read(file, { report }) {
    for (const [name, text] of androidStrings(file.xml) ?? []) {
      if (name === 'tokenOrder') continue
      report.add(name, () => readToken(JsonObject.expect(parseJson(text))))
    }
  },
}

/** The backup of FreeOTP 2: called externalBackup.xml, but a serialised Java map. */
export const freeOtp2: ImportFormat = {
  id: 'freeotp-2',
  app: 'FreeOTP',
  recognise: (file) => (file.startsWith(0xac, 0xed, 0x00, 0x05) ? 'password' : null),
  async read(file, context) {
    const map = readJavaStringMap(file.bytes)
    if (map === null) throw damaged('FreeOTP', 'its map of texts is cut off')
    const masterKey = await openMasterKey(map.get('masterKey') ?? '', context)
    for (const [tokenKey, token] of map) {
      if (!tokenKey.endsWith('-token')) {
        // A secret that nothing describes: its codes would be a guess.
        const isAlone = JsonObject.from(parseJson(token))?.has('key') === true && !map.has(`${tokenKey}-token`)
        if (isAlone) context.report.refuse('', new Failure('import_entry_damaged'))
        continue
      }
      const sealed = map.get(tokenKey.slice(0, -'-token'.length)) ?? ''
      const info = JsonObject.from(parseJson(token))
      context.report.add(info?.text('label') ?? '', () => {
        const secret = openSealed(
          masterKey,
          JsonObject.expect(parseJson(JsonObject.expect(parseJson(sealed)).text('key'))),
        )
        if (secret === null) throw damaged('FreeOTP', 'the secret of this account does not open')
        return accountOf({ ...draftOf(JsonObject.expect(info === null ? null : parseJson(token))), secret })
      })
    }
  },
}

function isToken(text: string): boolean {
  const token = JsonObject.from(parseJson(text))
  return token !== null && token.has('secret') && token.has('label')
}

/** FreeOTP 1 and FreeOTP+ store the counter used last, so the next one is one higher. */
function readToken(token: JsonObject): ParsedOtpauth {
  const counter = token.number('counter') ?? 0
  return accountOf({ ...draftOf(token), secret: token.bytes('secret'), counter: counter + 1 })
}

/** `issuerAlt` and `labelAlt` are the names the user chose. */
function draftOf(token: JsonObject): Omit<Parameters<typeof accountOf>[0], 'secret'> {
  return {
    type: token.text('type'),
    algorithm: token.text('algo'),
    digits: token.number('digits'),
    periodSeconds: token.number('period'),
    counter: token.number('counter'),
    issuer: token.text('issuerAlt') || token.text('issuerExt') || token.text('issuerInt'),
    name: token.text('labelAlt') || token.text('label'),
  }
}

async function openMasterKey(text: string, context: ImportContext): Promise<Uint8Array> {
  const master = JsonObject.from(parseJson(text))
  if (master === null) throw damaged('FreeOTP', 'its master key is missing')
  const hash: Pbkdf2Hash = /sha512$/i.test(master.text('mAlgorithm')) ? 'sha512' : 'sha1'
  const iterations = master.number('mIterations') ?? 0
  const key = await derivePbkdf2('FreeOTP', context, master.bytes('mSalt'), { iterations, hash })
  const opened = openSealed(key, JsonObject.expect(master.value('mEncryptedKey')))
  if (opened === null) throw wrongPassword('FreeOTP')
  return opened
}

/** AES-GCM with the token's own name as associated data. */
function openSealed(key: Uint8Array, sealed: JsonObject): Uint8Array | null {
  const nonce = nonceOf(sealed.bytes('mParameters'))
  return openGcm(key, nonce, sealed.bytes('mCipherText'), Buffer.from(sealed.text('mToken')))
}

/** DER: a sequence of nonce and tag length, or on Android 6 the nonce alone. */
function nonceOf(parameters: Uint8Array): Uint8Array {
  const start = parameters[0] === 0x30 ? 2 : 0
  const length = parameters[start + 1] ?? 0
  return parameters.subarray(start + 2, start + 2 + length)
}
