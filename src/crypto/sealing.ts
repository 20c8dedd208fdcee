import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto'
import { Failure } from '../errors/failure.ts'

/** Where a sealed value lives. It opens nowhere else (law 6). */
export interface Place {
  readonly table: string
  readonly column: string
  /** The row's id. */
  readonly row: string
}

// One sealed value: version, algorithm, length of the key id, key id, nonce, ciphertext, tag.
const formatVersion = 1
const aes256Gcm = 1
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals bytes with AES-256-GCM for one place.
 *
 * @param key - 32 bytes
 * @param keyId - names the key in the sealed value, so that keys can be rotated; at most 255 bytes
 * @see NIST SP 800-38D section 8.2.2 (random 96-bit nonces)
 */
export function sealBytes(key: Uint8Array | KeyObject, keyId: string, plaintext: Uint8Array, place: Place): Uint8Array {
  const header = headerOf(keyId)
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(associatedData(header, place))
  return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/**
 * Opens what {@link sealBytes} sealed for the same place.
 *
 * @throws {@link Failure} `sealed_unreadable` when one bit, the key or the place differs
 */
export function openBytes(key: Uint8Array | KeyObject, sealed: Uint8Array, place: Place): Uint8Array {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
  const start = 3 + (bytes[2] ?? 0)
  const end = bytes.length - tagBytes
  if (!isOurFormat(bytes) || end < start + nonceBytes) throw unreadable(place)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(start, start + nonceBytes), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(associatedData(bytes.subarray(0, start), place))
    decipher.setAuthTag(bytes.subarray(end))
    const plaintext = decipher.update(bytes.subarray(start + nonceBytes, end))
    decipher.final()
    return plaintext
  } catch (cause) {
    throw unreadable(place, cause)
  }
}

/**
 * The id of the key that sealed a value.
 *
 * @throws {@link Failure} `sealed_unreadable` when it is no sealed value of ours
 */
export function sealingKeyId(sealed: Uint8Array, place: Place): string {
  if (!isOurFormat(sealed)) throw unreadable(place)
  return Buffer.from(sealed.subarray(3, 3 + (sealed[2] ?? 0))).toString('utf8')
}

function isOurFormat(sealed: Uint8Array): boolean {
  return sealed[0] === formatVersion && sealed[1] === aes256Gcm
}

function headerOf(keyId: string): Buffer {
  const id = Buffer.from(keyId, 'utf8')
  return Buffer.concat([Buffer.from([formatVersion, aes256Gcm, id.length]), id])
}

// Each part carries its length, so that no two places share their associated data.
function associatedData(header: Uint8Array, { table, column, row }: Place): Buffer {
  const place = `${table.length}:${table},${column.length}:${column},${row.length}:${row}`
  return Buffer.concat([header, Buffer.from(place, 'utf8')])
}

function unreadable({ table, column }: Place, cause?: unknown): Failure {
  return new Failure('sealed_unreadable', { detail: { place: `${table}.${column}` }, cause })
}
