import { hash, randomBytes } from 'node:crypto'

/**
 * A new random token of 256 bits.
 *
 * @param prefix - says what it opens, so that scanners for leaked tokens can name it, e.g. `ww_`
 */
export function newToken(prefix = ''): string {
  return prefix + randomBytes(32).toString('base64url')
}

/**
 * What is stored of a token: its SHA-256. Tokens are random, so that a slow hash would protect nothing more.
 *
 * @returns 32 bytes
 */
export function hashToken(token: string): Uint8Array {
  return hash('sha256', token, 'buffer')
}

/** The same as Base64url text, made in one step: gate checks do this for every request. */
export function hashTokenText(token: string): string {
  return hash('sha256', token, 'base64url')
}
