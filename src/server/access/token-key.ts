import { hashTokenText } from '../../crypto/token.ts'

/** The hash of a token as text: the key of every cache and the name the change feed gives it. */
export function tokenKey(token: string): string {
  return hashTokenText(token)
}

/** A key as the database holds it: 32 bytes. */
export function keyBytes(key: string): Uint8Array {
  return Buffer.from(key, 'base64url')
}

/** A key as it comes from the database. */
export function keyText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}
