import { attributeOf, childrenNamed, descend, textAt, type XmlElement } from '../../containers/xml.ts'
import { damaged, type ImportContext, notPossible, wrongPassword } from '../../format.ts'
import { derivePbkdf2, type Pbkdf2Hash } from '../../kdf.ts'

const app = 'PSKC'

/**
 * The key that seals the values: a pre-shared one typed as hexadecimal, or stretched from a password.
 *
 * @see RFC 6030 sections 6.1 and 6.2
 */
export async function deriveContentKey(encryption: XmlElement, context: ImportContext): Promise<Uint8Array> {
  if (childrenNamed(encryption, 'X509Data').length > 0) {
    throw notPossible(app, 'it is encrypted for a certificate. Ask the sender for a file under a password or a key')
  }
  const method = descend(encryption, 'DerivedKey', 'KeyDerivationMethod')
  if (method === null) return preSharedKey(context.password)
  if (!/#pbkdf2$/i.test(attributeOf(method, 'Algorithm')))
    throw notPossible(app, 'its key is derived in a way that is not known')
  const parameters = descend(method, 'PBKDF2-params')
  if (parameters === null) throw damaged(app, 'the parameters of its key are missing')
  const salt = Buffer.from(textAt(parameters, 'Salt', 'Specified'), 'base64')
  return derivePbkdf2(app, context, salt, {
    iterations: Number(textAt(parameters, 'IterationCount')),
    hash: hashOf(descend(parameters, 'PRF')),
    bytes: keyBytes(textAt(parameters, 'KeyLength')),
  })
}

function preSharedKey(typed: string): Uint8Array {
  const hex = typed.replace(/^0x/i, '').replace(/[\s-]/g, '')
  if (!/^([0-9a-f]{32}|[0-9a-f]{48}|[0-9a-f]{64})$/i.test(hex)) throw wrongPassword(app)
  return Buffer.from(hex, 'hex')
}

/** Without a name the hash is SHA-1 (RFC 8018 appendix A.2). */
function hashOf(prf: XmlElement | null): Pbkdf2Hash {
  const name = attributeOf(prf, 'Algorithm').toLowerCase()
  if (name === '' || name.endsWith('hmac-sha1')) return 'sha1'
  if (name.endsWith('hmac-sha256')) return 'sha256'
  if (name.endsWith('hmac-sha512')) return 'sha512'
  throw notPossible(app, 'its key is derived with a hash that is not known')
}

function keyBytes(text: string): number {
  const bytes = Number(text || '16')
  if (![16, 24, 32].includes(bytes)) throw damaged(app, 'the length of its key makes no sense')
  return bytes
}
