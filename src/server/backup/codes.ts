import { createHmac } from 'node:crypto'
import { stepAt, totp } from '../../otp/totp.ts'
import { parseAlgorithm } from '../../otp/account.ts'
import type { Core } from '../audit/core.ts'
import { readAccountSecrets, readSubjectSecrets, type StoredSecret } from './store.ts'

/** What one secret comes to at one moment. */
export interface SecretProof {
  /** A keyed hash of its code. */
  readonly code: string
  /** Another one once the secret is replaced or its codes are made differently. */
  readonly edition: string
  /** For people: a label, or a subject and its realm. */
  readonly name: string
}

/** What a store's secrets come to at one moment, without showing a code. */
export interface CodeProof {
  readonly accounts: Readonly<Record<string, SecretProof>>
  readonly subjects: Readonly<Record<string, SecretProof>>
}

/** How the codes of a copy stand to those of the store it was made of. */
export interface ProofComparison {
  readonly same: number
  /** Names of secrets whose codes differ although nobody changed them. */
  readonly different: readonly string[]
  /** Names of those replaced in the store since the copy was made. */
  readonly changed: readonly string[]
  /** Names of those the store does not have any more. */
  readonly removed: readonly string[]
}

/** So many subjects are compared at most: the first in the order of their ids. */
export const subjectsCompared = 1000

/**
 * Computes the code of every account and of up to a thousand subjects at one moment and answers keyed hashes of
 * them: two stores with the same secrets answer the same, and nobody learns a code.
 *
 * @param key - fresh random bytes, known to the two sides of one comparison
 * @param atMs - the moment, Unix milliseconds
 * @param other - the proof of the other side: then the same subjects are looked at, whatever else is here
 */
export async function proveCodes(core: Core, key: Uint8Array, atMs: number, other?: CodeProof): Promise<CodeProof> {
  const { storage, keyRing } = core
  const prove = async (table: string, row: StoredSecret) => {
    const place = { table, column: 'sealed_secret', row: row.id }
    await keyRing.readyFor(row.sealed, place)
    const { algorithm, digits, periodSeconds } = row
    const code = totp(keyRing.open(row.sealed, place), atMs, {
      algorithm: parseAlgorithm(algorithm),
      digits,
      periodSeconds,
    })
    const hash = createHmac('sha256', key).update(`${row.id} ${stepAt(atMs, periodSeconds)} ${code}`)
    const edition = `${row.version} ${algorithm} ${digits} ${periodSeconds}`
    return [row.id, { code: hash.digest('base64url'), edition, name: row.name }] as const
  }
  const accounts = []
  for (const row of await readAccountSecrets(storage.db)) accounts.push(await prove('account', row))
  const subjects = []
  const ids = other === undefined ? undefined : Object.keys(other.subjects)
  for (const row of await readSubjectSecrets(storage.db, subjectsCompared, ids))
    subjects.push(await prove('subject', row))
  return { accounts: Object.fromEntries(accounts), subjects: Object.fromEntries(subjects) }
}

/** Compares what a copy proves with what the store does. */
export function compareProofs(live: CodeProof, copy: CodeProof): ProofComparison {
  const pairs = (['accounts', 'subjects'] as const).flatMap((kind) =>
    Object.entries(copy[kind]).map(([id, proof]) => ({
      name: `${proof.name} (${id})`,
      fate: fateOf(live[kind][id], proof),
    })),
  )
  const named = (wanted: Fate) => pairs.filter(({ fate }) => fate === wanted).map(({ name }) => name)
  const same = pairs.length - pairs.filter(({ fate }) => fate !== 'same').length
  return { same, different: named('different'), changed: named('changed'), removed: named('removed') }
}

type Fate = 'same' | 'different' | 'changed' | 'removed'

function fateOf(live: SecretProof | undefined, copy: SecretProof): Fate {
  if (live === undefined) return 'removed'
  if (live.edition !== copy.edition) return 'changed'
  return live.code === copy.code ? 'same' : 'different'
}
