import { randomBytes } from 'node:crypto'
import { encodeBase32 } from '../../../otp/base32.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import { keyBytes, tokenKey } from '../token-key.ts'

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
export async function replaceRecoveryCodes(tx: Tx, personId: string, codes: readonly string[]): Promise<void> {
  await tx.deleteFrom('recovery_code').where('person_id', '=', personId).execute()
  if (codes.length === 0) return
  await tx
    .insertInto('recovery_code')
    .values(codes.map((code) => ({ person_id: personId, code_hash: hashOf(code), spent_at_ms: null })))
    .execute()
}

/** Spends a recovery code once. False means it is wrong or another request already used it. */
export async function spendRecoveryCode(tx: Tx, personId: string, code: string, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('recovery_code')
    .set({ spent_at_ms: nowMs })
    .where('person_id', '=', personId)
    .where('code_hash', '=', hashOf(code))
    .where('spent_at_ms', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** How many are left. */
export async function countRecoveryCodes(db: Queryable, personId: string): Promise<number> {
  const rows = await db
    .selectFrom('recovery_code')
    .select('code_hash')
    .where('person_id', '=', personId)
    .where('spent_at_ms', 'is', null)
    .execute()
  return rows.length
}

// Read from paper: case, blanks and dashes are no part of the code, and 0 and 1 are misread letters.
function hashOf(code: string): Uint8Array {
  const bare = code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('0', 'O').replaceAll('1', 'L')
  return keyBytes(tokenKey(bare))
}
