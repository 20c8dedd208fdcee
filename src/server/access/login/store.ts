import type { Queryable, Tx } from '../../database/storage.ts'
import { type LoginBudget } from './login-budget.ts'

/** What a person's budgets say: of the network and the device asked for, null when unknown, and of all unknown ones. */
export interface LoginBudgets {
  readonly source: LoginBudget | null
  readonly device: LoginBudget | null
  readonly shared: LoginBudget | null
}

/** Keyed hashes of where a login comes from, so that a copied database tells no addresses. */
export interface SourceHashes {
  readonly source: Uint8Array
  readonly shared: Uint8Array
  /** Present when the browser kept the id an earlier login gave it. */
  readonly device?: Uint8Array
}

/** Reads the budgets of a login; an id that no person has costs the same. */
export async function readBudgets(db: Queryable, personId: string, hashes: SourceHashes): Promise<LoginBudgets> {
  const rows = await db
    .selectFrom('login_source')
    .selectAll()
    .where('person_id', '=', personId)
    .where('source_hash', 'in', [hashes.source, hashes.shared, hashes.device ?? hashes.shared])
    .execute()
  const find = (hash: Uint8Array): LoginBudget | null => {
    const row = rows.find((each) => Buffer.from(hash).equals(each.source_hash))
    if (row === undefined) return null
    return { acceptedAtMs: row.accepted_at_ms, failures: row.failures, waitUntilMs: row.wait_until_ms }
  }
  const device = hashes.device === undefined ? null : find(hashes.device)
  return { source: find(hashes.source), device, shared: find(hashes.shared) }
}

/** Writes one budget, for a person who exists. */
export async function writeBudget(
  tx: Tx,
  personId: string,
  sourceHash: Uint8Array,
  budget: LoginBudget,
): Promise<void> {
  const values = {
    accepted_at_ms: budget.acceptedAtMs,
    failures: budget.failures,
    wait_until_ms: budget.waitUntilMs,
  }
  await tx
    .insertInto('login_source')
    .values({ person_id: personId, source_hash: sourceHash, ...values })
    .onConflict((conflict) => conflict.columns(['person_id', 'source_hash']).doUpdateSet(values))
    .execute()
}

/** The same statement for nobody: it changes nothing, and costs what a real one costs (T40). */
export async function pretendBudget(tx: Tx, sourceHash: Uint8Array, budget: LoginBudget): Promise<void> {
  await tx
    .updateTable('login_source')
    .set({ failures: budget.failures, wait_until_ms: budget.waitUntilMs })
    .where('person_id', '=', '')
    .where('source_hash', '=', sourceHash)
    .execute()
}
