import { createDecipheriv } from 'node:crypto'
import { attributeOf, childrenNamed, descend, textAt, type XmlElement } from '../../containers/xml.ts'
import { notPossible, wrongPassword } from '../../format.ts'
import { isMac, openCbc } from '../../unseal.ts'

const app = 'PSKC'
const [ivBytes, blockBytes] = [16, 16]
/** RFC 3394 section 2.2.3.1. */
const wrapIv = Buffer.from('a6a6a6a6a6a6a6a6', 'hex')

/** What opens and checks values. */
export interface ValueKeys {
  readonly contentKey: Uint8Array
  /** Null when the file has no MACs. */
  readonly macKey: Uint8Array | null
  readonly macAlgorithm: string
}

/** A value that was sealed; null when it does not open or its MAC is wrong. */
export interface OpenedValue {
  readonly plain: Uint8Array | null
}

/** The key of the MACs: sealed like any value, or where it is absent the content key itself. */
export function openMacKey(macMethod: XmlElement | null, contentKey: Uint8Array): Uint8Array | null {
  if (macMethod === null) return null
  const sealed = childrenNamed(macMethod, 'MACKey')[0]
  if (sealed === undefined) return contentKey
  const macKey = decrypt(sealed, contentKey, false)
  if (macKey === null) throw wrongPassword(app)
  return macKey
}

/**
 * Opens one value, checking its MAC first.
 *
 * Old writers put the MAC over the plaintext instead of the ciphertext: tried second.
 *
 * @see RFC 6030 section 6.1.1
 */
export function openValue(value: XmlElement, keys: ValueKeys): OpenedValue {
  const sealed = descend(value, 'EncryptedValue')
  const mac = Buffer.from(textAt(value, 'ValueMAC'), 'base64')
  if (sealed === null) return { plain: null }
  if (keys.macKey === null || mac.length === 0) return { plain: decrypt(sealed, keys.contentKey, false) }
  const hash = hashOf(keys.macAlgorithm)
  if (isMac(hash, keys.macKey, cipherBytes(sealed), mac)) return { plain: decrypt(sealed, keys.contentKey, true) }
  const plain = decrypt(sealed, keys.contentKey, false)
  return { plain: plain !== null && isMac(hash, keys.macKey, plain, mac) ? plain : null }
}

/** @param mayLackPadding - LinOTP leaves it out; safe to try only where a MAC was right */
function decrypt(sealed: XmlElement, key: Uint8Array, mayLackPadding: boolean): Uint8Array | null {
  const algorithm = attributeOf(descend(sealed, 'EncryptionMethod'), 'Algorithm').toLowerCase()
  const bits = /#(?:kw-)?aes(128|192|256)(?:-cbc)?$/.exec(algorithm)?.[1]
  if (bits === undefined) throw notPossible(app, 'its values are encrypted in a way that is not known')
  if (Number(bits) !== key.length * 8) throw wrongPassword(app)
  const bytes = cipherBytes(sealed)
  if (algorithm.includes('#kw-')) return unwrap(bytes, key)
  const [iv, ciphertext] = [bytes.subarray(0, ivBytes), bytes.subarray(ivBytes)]
  return openCbc(key, iv, ciphertext) ?? (mayLackPadding ? openUnpadded(key, iv, ciphertext) : null)
}

function openUnpadded(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | null {
  if (ciphertext.length === 0 || ciphertext.length % blockBytes !== 0) return null
  const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, iv).setAutoPadding(false)
  return Buffer.concat([decipher.update(ciphertext), decipher.final()])
}

function unwrap(bytes: Uint8Array, key: Uint8Array): Uint8Array | null {
  try {
    const decipher = createDecipheriv(`id-aes${key.length * 8}-wrap`, key, wrapIv)
    return Buffer.concat([decipher.update(bytes), decipher.final()])
  } catch {
    return null
  }
}

function cipherBytes(sealed: XmlElement): Buffer {
  return Buffer.from(textAt(sealed, 'CipherData', 'CipherValue'), 'base64')
}

function hashOf(algorithm: string): string {
  const hash = /hmac-(sha1|sha224|sha256|sha384|sha512)$/i.exec(algorithm)?.[1]
  if (hash === undefined) throw notPossible(app, 'its values are checked in a way that is not known')
  return hash.toLowerCase()
}
