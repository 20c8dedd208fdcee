import { decodeBase32 } from '../../../../src/otp/base32.ts'
import type { CodeShape } from './read-secret.ts'

const hashNames = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' } as const

/** Whether this page may compute codes: browsers give the means to HTTPS and loopback pages only. */
export function canMakeCodes(): boolean {
  return typeof crypto.subtle === 'object'
}

/**
 * The code of a secret that is not stored yet, made in the browser to compare with another app.
 *
 * @param atMs - the server's time
 * @returns null for Steam's letters, which the server makes
 * @see RFC 4226 section 5.3, RFC 6238 section 4
 */
export async function browserCode(secretBase32: string, shape: CodeShape, atMs: number): Promise<string | null> {
  if (shape.type === 'steam') return null
  const step = shape.type === 'hotp' ? shape.counter : Math.floor(atMs / 1000 / shape.periodSeconds)
  const algorithm = { name: 'HMAC', hash: hashNames[shape.algorithm] }
  const key = await crypto.subtle.importKey('raw', decodeBase32(secretBase32), algorithm, false, ['sign'])
  const counter = new DataView(new ArrayBuffer(8))
  counter.setBigUint64(0, BigInt(step))
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer))
  const offset = mac.getUint8(mac.byteLength - 1) & 0xf
  const number = mac.getUint32(offset) & 0x7fff_ffff
  return String(number % 10 ** shape.digits).padStart(shape.digits, '0')
}
