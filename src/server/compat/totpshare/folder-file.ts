import { createDecipheriv, hash } from 'node:crypto'
import { decodeBase32 } from '../../../otp/base32.ts'

/** The key totpshare uses when nobody sets one; it opens old folders and never seals anything. */
export const knownDefaultKey = 'A string that should never be used'

/** One file of totpshare's folder, opened. */
export interface FolderAccount {
  /** The file's name, which is the account's public key. */
  readonly publicKey: string
  readonly identifier: string
  readonly label: string
  readonly secret: Uint8Array
}

/** A file that cannot be taken over, and why. */
export interface FolderMistake {
  readonly fileName: string
  readonly reason: string
  /** Whether another key might open it. */
  readonly isClosed?: true
}

/**
 * Opens one file: its name is `hex(utf8(id)).hex(utf8(display name))`, its content Base64 of an IV and
 * AES-256-CBC under SHA-256 of the key's text, with PKCS#7 padding.
 *
 * There is no MAC, so that a wrong key is known only by what comes out: text that is no Base32.
 *
 * @param encryptionKey - the text of `TOTPSHARE_FILE_ENCKEY`
 */
export function openFolderFile(
  fileName: string,
  content: Uint8Array,
  encryptionKey: string,
): FolderAccount | FolderMistake {
  const names = readName(fileName)
  if (names === null) return { fileName, reason: 'its name is not two hexadecimal words with a dot between' }
  if (/\p{Cc}/u.test(names.identifier + names.label)) {
    return { fileName, reason: 'its id or name holds control characters' }
  }
  const text = decrypt(content, encryptionKey)
  if (text === null) return { fileName, reason: 'it does not open with this key', isClosed: true }
  try {
    return { publicKey: fileName, ...names, secret: decodeBase32(text) }
  } catch {
    // The reason of the decoder names a character of what may be a secret.
    return { fileName, reason: 'it holds no Base32 secret, or was sealed with another key', isClosed: true }
  }
}

/** Whether a file of the folder could not be taken over. */
export function isMistake(opened: FolderAccount | FolderMistake): opened is FolderMistake {
  return 'reason' in opened
}

function readName(fileName: string): { identifier: string; label: string } | null {
  const [, idHex, labelHex] = /^((?:[0-9a-f]{2})+)\.((?:[0-9a-f]{2})+)$/i.exec(fileName) ?? []
  if (idHex === undefined || labelHex === undefined) return null
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  try {
    return { identifier: utf8.decode(Buffer.from(idHex, 'hex')), label: utf8.decode(Buffer.from(labelHex, 'hex')) }
  } catch {
    return null
  }
}

function decrypt(content: Uint8Array, encryptionKey: string): string | null {
  const sealed = Buffer.from(Buffer.from(content).toString('latin1'), 'base64')
  if (sealed.length < 32 || sealed.length % 16 !== 0) return null
  try {
    const decipher = createDecipheriv('aes-256-cbc', hash('sha256', encryptionKey, 'buffer'), sealed.subarray(0, 16))
    return Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}
