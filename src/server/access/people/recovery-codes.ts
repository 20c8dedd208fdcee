import { randomBytes } from 'node:crypto'
import { encodeBase32 } from '../../../otp/base32.ts'
import type { Tx } from '../../database/storage.ts'
import { keyBytes, tokenKey } from '../token-key.ts'
import { replaceRecoveryHashes, spendRecoveryHash } from './factor-store.ts'

/** How many there are, and of how many bytes: 120 bits need no slow hash (OWASP ASVS 6.5.2). */
const codeCount = 10
const codeBytes = 15

/** New recovery codes in four groups of six characters, for paper. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: codeCount }, () =>
    encodeBase32(randomBytes(codeBytes))
      .toLowerCase()
      .replaceAll(/.{6}(?=.)/g, '$&-'),
  )
}

/** Puts new codes in the place of all old ones. */
export function replaceRecoveryCodes(tx: Tx, personId: string, codes: readonly string[]): Promise<void> {
  return replaceRecoveryHashes(tx, personId, codes.map(hashOf))
}

/** Spends a recovery code once. False means it is wrong or another request already used it. */
export function spendRecoveryCode(tx: Tx, personId: string, code: string, nowMs: number): Promise<boolean> {
  return spendRecoveryHash(tx, personId, hashOf(code), nowMs)
}

// Read from paper: case, blanks and dashes are no part of the code, and 0 and 1 are misread letters.
function hashOf(code: string): Uint8Array {
  const bare = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('0', 'O').replaceAll('1', 'L')
  return keyBytes(tokenKey(bare))
}
