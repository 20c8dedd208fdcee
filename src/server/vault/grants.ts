import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import type { Grant, GrantSpec } from '../../api/accounts.ts'
import { Failure } from '../../errors/failure.ts'
import { everyone } from '../access/groups/everyone.ts'
import { isAuditor } from '../access/rights.ts'
import type { Queryable, Tx } from '../database/storage.ts'
import { type Actor, actorId, actorName } from '../http/actor.ts'
import { type Page, pageOfRows, type PageWish, readCursor } from '../http/cursor.ts'
import type { VaultAccount } from './account.ts'
import { accountEvent, holdManaged, manageAccount } from './account-access.ts'
import {
  findGrantee,
  type GrantPosition,
  type NamedGrant,
  namedGrantsOn,
  putGrant,
  removeGrant,
} from './grant-store.ts'
import type { AccountGrant } from './rights.ts'
import { accountChange, type VaultRoom } from './room.ts'

/** A grant somebody asks for; a person or group may be given by name. */
export type GrantWish = Static<typeof GrantSpec>

/** A page of who may do what with an account, for who manages it; oldest first. */
export async function listGrants(
  room: VaultRoom,
  actor: Actor,
  accountId: string,
  { cursor, limit = 100 }: PageWish,
): Promise<Page<Static<typeof Grant>>> {
  const { storage, services } = room.core
  const nowMs = services.clock.nowMs()
  await manageAccount(storage.db, actor, accountId, nowMs)
  const after = cursor === undefined ? null : positionIn(cursor)
  const rows = await namedGrantsOn(storage.db, accountId, { after, limit: limit + 1 })
  return pageOfRows(rows, limit, ({ createdAtMs, right, id }) => [createdAtMs, right, id], showGrant)
}

function positionIn(cursor: string): GrantPosition {
  const [createdAtMs, right, id] = readCursor(cursor, ['number', 'string', 'string'])
  return [Number(createdAtMs), String(right), String(id)]
}

/**
 * Grants one right on an account. The same right granted again is given its new end.
 *
 * @throws {@link Failure} `forbidden`, `grant_grantee_unknown`, `grant_names_spent`, `grant_expiry_past`
 */
export async function createGrant(
  room: VaultRoom,
  actor: Actor,
  accountId: string,
  wish: GrantWish,
): Promise<Static<typeof Grant>> {
  const { storage, services } = room.core
  return storage.transaction(async (tx) => {
    const { account } = await holdManaged(room, tx, actor, accountId, services.clock.nowMs())
    const [grantId] = await giveGrants(room, tx, actor, account, [wish])
    return showGrant(await grantBy(tx, accountId, grantId))
  })
}

/** Ends a grant; who had it loses the right at their next request (T96). */
export async function deleteGrant(room: VaultRoom, actor: Actor, accountId: string, grantId: string): Promise<void> {
  const { storage, audit, services } = room.core
  await storage.transaction(async (tx) => {
    const { account } = await holdManaged(room, tx, actor, accountId, services.clock.nowMs())
    const grant = await grantBy(tx, accountId, grantId)
    await removeGrant(tx, grantId)
    const { right, grantee, granteeName } = grant
    await audit.append(tx, [accountEvent(actor, 'account.grant.delete', account, { right, grantee, granteeName })])
    await storage.recordChange(tx, { kind: accountChange, objectId: accountId })
  })
}

/** Gives grants on an account whose manager was already checked; answers their ids. */
export async function giveGrants(
  room: VaultRoom,
  tx: Tx,
  actor: Actor,
  account: VaultAccount,
  wishes: readonly GrantWish[],
): Promise<string[]> {
  const { storage, audit, services } = room.core
  const nowMs = services.clock.nowMs()
  const ids: string[] = []
  for (const wish of wishes) {
    const { right, expiresAtMs = null } = wish
    if (expiresAtMs !== null && expiresAtMs <= nowMs) throw new Failure('grant_expiry_past')
    const { id: granteeId, name } = await granteeFor(room, tx, actor, wish)
    const grantee = granteeId === everyone.id ? 'everyone' : wish.grantee
    const grant: AccountGrant = {
      id: randomUUID(),
      accountId: account.id,
      grantee,
      granteeId,
      right,
      expiresAtMs,
      grantedBy: actorName(actor),
      createdAtMs: nowMs,
    }
    ids.push(await putGrant(tx, grant))
    const detail = { right, grantee, granteeName: name, expiresAtMs }
    await audit.append(tx, [accountEvent(actor, 'account.grant.create', account, detail)])
  }
  if (wishes.length > 0) await storage.recordChange(tx, { kind: accountChange, objectId: account.id })
  return ids
}

// Whoever may not list people has few wrong names, or granting would be a way to list them (T41).
async function granteeFor(
  room: VaultRoom,
  tx: Tx,
  actor: Actor,
  wish: GrantWish,
): Promise<{ id: string; name: string }> {
  const asker = actorId(actor)
  if (wish.grantee !== 'person' || wish.granteeId === asker || isAuditor(actor)) return granteeOf(tx, wish)
  const nowMs = room.core.services.clock.nowMs()
  room.granteeGuesses.charge(asker, nowMs)
  const found = await granteeOf(tx, wish)
  room.granteeGuesses.giveBack(asker, nowMs)
  return found
}

async function granteeOf(db: Queryable, { grantee, granteeId }: GrantWish): Promise<{ id: string; name: string }> {
  if (grantee === 'everyone' || (grantee === 'group' && granteeId === everyone.id)) return everyone
  const found = granteeId === undefined ? null : await findGrantee(db, grantee, granteeId)
  if (found === null) throw new Failure('grant_grantee_unknown', { detail: { kind: grantee } })
  return found
}

async function grantBy(tx: Tx, accountId: string, grantId: string | undefined): Promise<NamedGrant> {
  const [grant] = grantId === undefined ? [] : await namedGrantsOn(tx, accountId, { id: grantId })
  if (grant === undefined) throw new Failure('grant_not_found')
  return grant
}

function showGrant({ accountId: _account, ...grant }: NamedGrant): Static<typeof Grant> {
  return grant
}
