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

/** The budget under one hash as it stands now; null when nobody failed or succeeded there. */
export async function readBudget(db: Queryable, personId: string, sourceHash: Uint8Array): Promise<LoginBudget | null> {
  return (await readBudgets(db, personId, { source: sourceHash, shared: sourceHash })).shared
}

/**
 * Counts one more failure, each of those that come at once: the row is held until the transaction ends.
 *
 * @returns how many it makes; null when a wait stands, during which nothing counts
 */
export async function countFailure(
  tx: Tx,
  personId: string,
  sourceHash: Uint8Array,
  nowMs: number,
): Promise<number | null> {
  const row = await tx
    .insertInto('login_source')
    .values({ person_id: personId, source_hash: sourceHash, accepted_at_ms: 0, failures: 1, wait_until_ms: 0 })
    .onConflict((conflict) =>
      conflict
        .columns(['person_id', 'source_hash'])
        .doUpdateSet(({ eb }) => ({ failures: eb('login_source.failures', '+', 1) }))
        .where('login_source.wait_until_ms', '<=', nowMs),
    )
    .returning('failures')
    .executeTakeFirst()
  return row?.failures ?? null
}

/** Lets the logins of one hash wait. */
export async function writeWait(tx: Tx, personId: string, sourceHash: Uint8Array, waitUntilMs: number): Promise<void> {
  await tx
    .updateTable('login_source')
    .set({ wait_until_ms: waitUntilMs })
    .where('person_id', '=', personId)
    .where('source_hash', '=', sourceHash)
    .execute()
}

/** Forgets where logins last succeeded before a moment; what all unknown sources failed together stays. */
export async function deleteOldSources(tx: Tx, beforeMs: number): Promise<void> {
  await tx.deleteFrom('login_source').where('accepted_at_ms', '>', 0).where('accepted_at_ms', '<=', beforeMs).execute()
}

/** The first of the same two statements for nobody: it changes nothing, and costs what a real one costs (T40). */
export async function pretendFailure(tx: Tx, sourceHash: Uint8Array): Promise<void> {
  await tx
    .updateTable('login_source')
    .set(({ eb }) => ({ failures: eb('failures', '+', 1) }))
    .where('person_id', '=', '')
    .where('source_hash', '=', sourceHash)
    .execute()
}
