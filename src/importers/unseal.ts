import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'

const gcmTagBytes = 16

/**
 * Opens AES-256-GCM; null when the tag does not fit, so that the caller can say what that means in its format.
 *
 * @param sealed - ciphertext followed by the 16-byte tag
 */
export function openGcm(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associated?: Uint8Array,
): Buffer | null {
  const cut = sealed.length - gcmTagBytes
  if (cut < 0) return null
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: gcmTagBytes })
    if (associated !== undefined) decipher.setAAD(associated)
    decipher.setAuthTag(sealed.subarray(cut))
    return Buffer.concat([decipher.update(sealed.subarray(0, cut)), decipher.final()])
  } catch {
    return null
  }
}

/** Opens AES-CBC with PKCS#7 padding by the key's length; null when the padding does not fit. */
export function openCbc(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Buffer | null {
  try {
    const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, iv)
    return Buffer.concat([decipher.update(sealed), decipher.final()])
  } catch {
    return null
  }
}

/** Whether an HMAC over some bytes is the given one, compared in constant time. */
export function isMac(hash: string, key: Uint8Array, message: Uint8Array, mac: Uint8Array): boolean {
  const expected = createHmac(hash, key).update(message).digest()
  return expected.length === mac.length && timingSafeEqual(expected, mac)
}
