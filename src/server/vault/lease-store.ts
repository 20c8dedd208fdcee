import { sql } from '../database/sql.ts'
import type { Queryable, Tx } from '../database/storage.ts'
import { type Lease, serviceHolder } from './lease.ts'

/** Old leases only say who was shown a code, which the audit says better. */
const keptMs = 24 * 60 * 60_000

/** A lease and its account. */
export interface AccountLease extends Lease {
  readonly accountId: string
}

/** Accounts whose leases are needed from one step on. */
export interface LeaseRange {
  readonly accountIds: readonly string[]
  readonly fromStep: number
}

/** The leases of some accounts from their present step on. */
export async function leasesOf(db: Queryable, ranges: readonly LeaseRange[]): Promise<AccountLease[]> {
  if (ranges.length === 0) return []
  const rows = await db
    .selectFrom('account_lease')
    .selectAll()
    .where((lease) =>
      lease.or(
        ranges.map(({ accountIds, fromStep }) =>
          lease.and([lease('account_id', 'in', accountIds), lease('step', '>=', fromStep)]),
        ),
      ),
    )
    .execute()
  return rows.map((row) => ({
    accountId: row.account_id,
    step: row.step,
    holderId: row.holder_id,
    holderName: row.holder_name,
    atMs: row.at_ms,
  }))
}

/** Writes leases; one on the same step takes the place of the one before. */
export async function putLeases(tx: Tx, leases: readonly AccountLease[]): Promise<void> {
  if (leases.length === 0) return
  await tx
    .insertInto('account_lease')
    .values(
      leases.map((lease) => ({
        account_id: lease.accountId,
        step: lease.step,
        holder_id: lease.holderId,
        holder_name: lease.holderName,
        at_ms: lease.atMs,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'step']).doUpdateSet({
        holder_id: sql`excluded.holder_id`,
        holder_name: sql`excluded.holder_name`,
        at_ms: sql`excluded.at_ms`,
      }),
    )
    .execute()
}

/** Gives back the steps above `step` that were kept for the service. */
export async function freeServiceSteps(tx: Tx, accountId: string, step: number): Promise<void> {
  await tx
    .deleteFrom('account_lease')
    .where('account_id', '=', accountId)
    .where('step', '>', step)
    .where('holder_id', '=', serviceHolder.holderId)
    .execute()
}

/** Removes leases nobody needs any more. */
export async function removeOldLeases(tx: Tx, nowMs: number): Promise<void> {
  await tx
    .deleteFrom('account_lease')
    .where('at_ms', '<', nowMs - keptMs)
    .execute()
}
