import { createHmac } from 'node:crypto'
import { stepAt, totp } from '../../otp/totp.ts'
import { parseAlgorithm } from '../../otp/account.ts'
import type { Core } from '../audit/core.ts'

/** What a store's secrets come to at one moment, without showing a code: keyed hashes by id. */
export interface CodeProof {
  readonly accounts: Readonly<Record<string, string>>
  readonly subjects: Readonly<Record<string, string>>
}

const subjectsCompared = 1000

/**
 * Computes the code of every account and of up to a thousand subjects at one moment and answers keyed hashes of
 * them: two stores with the same secrets answer the same, and nobody learns a code.
 *
 * @param key - fresh random bytes, known to the two sides of one comparison
 * @param atMs - the moment, Unix milliseconds
 */
export async function proveCodes({ storage, keyRing }: Core, key: Uint8Array, atMs: number): Promise<CodeProof> {
  const prove = (
    id: string,
    secret: Uint8Array,
    shape: { algorithm: string; digits: number; periodSeconds: number },
  ) => {
    const algorithm = parseAlgorithm(shape.algorithm)
    const code = totp(secret, atMs, { algorithm, digits: shape.digits, periodSeconds: shape.periodSeconds })
    return createHmac('sha256', key)
      .update(`${id} ${stepAt(atMs, shape.periodSeconds)} ${code}`)
      .digest('base64url')
  }
  const open = async (table: string, row: string, sealed: Uint8Array) => {
    const place = { table, column: 'sealed_secret', row }
    await keyRing.readyFor(sealed, place)
    return keyRing.open(sealed, place)
  }
  const accounts: Record<string, string> = {}
  for (const row of await storage.db
    .selectFrom('account')
    .select(['id', 'sealed_secret', 'algorithm', 'digits', 'period_seconds'])
    .execute()) {
    const shape = { algorithm: row.algorithm, digits: row.digits, periodSeconds: row.period_seconds }
    accounts[row.id] = prove(row.id, await open('account', row.id, row.sealed_secret), shape)
  }
  const subjects: Record<string, string> = {}
  const rows = await storage.db
    .selectFrom('subject')
    .innerJoin('realm', 'realm.id', 'subject.realm_id')
    .select(['subject.id', 'subject.sealed_secret', 'realm.algorithm', 'realm.digits', 'realm.period_seconds'])
    .where('subject.sealed_secret', 'is not', null)
    .orderBy('subject.id')
    .limit(subjectsCompared)
    .execute()
  for (const row of rows) {
    if (row.sealed_secret === null) continue
    const shape = { algorithm: row.algorithm, digits: row.digits, periodSeconds: row.period_seconds }
    subjects[row.id] = prove(row.id, await open('subject', row.id, row.sealed_secret), shape)
  }
  return { accounts, subjects }
}

/** How many codes agree, and the ids that do not. */
export function compareProofs(
  live: CodeProof,
  restored: CodeProof,
): { readonly same: number; readonly different: readonly string[] } {
  const pairs = (['accounts', 'subjects'] as const).flatMap((kind) =>
    Object.entries(restored[kind]).map(([id, proof]) => ({ id, isSame: live[kind][id] === proof })),
  )
  return {
    same: pairs.filter(({ isSame }) => isSame).length,
    different: pairs.filter(({ isSame }) => !isSame).map(({ id }) => id),
  }
}
