import { Failure } from '../../errors/failure.ts'
import { doneBy } from '../access/audited.ts'
import { requireKnown } from '../access/rights.ts'
import type { AuditEvent } from '../audit/event.ts'
import type { Queryable, Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import type { VaultAccount } from './account.ts'
import { grantsOn } from './grant-store.ts'
import { type AccountRights, maySee, rightsOn } from './rights.ts'
import type { VaultRoom } from './room.ts'
import { findAccount, holdAccounts } from './store.ts'

/** An account an actor may know of, and what they may do with it. */
export interface SeenAccount {
  readonly account: VaultAccount
  readonly rights: AccountRights
}

/**
 * The account, if the actor may know of it. To everybody else it is as if it did not exist.
 *
 * @throws {@link Failure} `login_needed`, `account_not_found`
 */
export async function seeAccount(db: Queryable, actor: Actor, id: string, nowMs: number): Promise<SeenAccount> {
  requireKnown(actor)
  const account = await findAccount(db, id)
  const rights = rightsOn(actor, id, await grantsOn(db, [id]), nowMs)
  if (!maySee(rights)) throw new Failure('account_not_found', { cause: new Failure('forbidden') })
  if (account === null || (account.deletedAtMs !== null && !rights.mayManage)) throw new Failure('account_not_found')
  return { account, rights }
}

/**
 * The same for a change: only who manages the account, and only while it is not deleted.
 *
 * @throws {@link Failure} `login_needed`, `account_not_found`, `forbidden`, `account_deleted`
 */
export async function manageAccount(db: Queryable, actor: Actor, id: string, nowMs: number): Promise<SeenAccount> {
  const seen = await seeAccount(db, actor, id, nowMs)
  if (!seen.rights.mayManage) throw new Failure('forbidden')
  if (seen.account.deletedAtMs !== null) throw new Failure('account_deleted')
  return seen
}

/**
 * The same inside the transaction that changes it: the row is held until the end, so that of two changes, or a
 * change and a rotation of keys, none is lost.
 */
export async function holdManaged(
  { core }: VaultRoom,
  tx: Tx,
  actor: Actor,
  id: string,
  nowMs: number,
): Promise<SeenAccount> {
  await holdAccounts(tx, core.storage.engine, [id])
  return manageAccount(tx, actor, id, nowMs)
}

/** The audit event of something done to an account. */
export function accountEvent(
  actor: Actor,
  action: string,
  account: Pick<VaultAccount, 'id' | 'label'>,
  detail?: NonNullable<AuditEvent['detail']>,
): AuditEvent {
  return doneBy(actor, {
    action,
    objectKind: 'account',
    objectId: account.id,
    objectName: account.label,
    outcome: 'done',
    ...(detail === undefined ? {} : { detail }),
  })
}
