import type { Account } from '../../api/accounts.ts'
import { isAdministrator, requireKnown } from '../access/rights.ts'
import type { Queryable } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import { type Page, pageOfRows, type PageWish, readCursor, writeCursor } from '../http/cursor.ts'
import type { VaultAccount } from './account.ts'
import { viewOf } from './account-view.ts'
import { grantsOn } from './grant-store.ts'
import { type AccountRights, accountsNamedByScopes, maySee, rightsOn } from './rights.ts'
import { undoMsOf, type VaultRoom } from './room.ts'
import {
  type AccountFilter,
  type DuePosition,
  listAccounts,
  listDueRotations,
  type ListPosition,
} from './list-store.ts'

/** What a list is narrowed by, and which page of it. */
export interface ListWish extends PageWish {
  readonly search?: string | undefined
  readonly tag?: string | undefined
  readonly deleted?: boolean | undefined
}

/** A page of the accounts the actor may see: favourites first, then by label. */
export async function listSeenAccounts(room: VaultRoom, actor: Actor, wish: ListWish): Promise<Page<Account>> {
  requireKnown(actor)
  const { db } = room.core.storage
  const nowMs = room.core.services.clock.nowMs()
  const limit = wish.limit ?? 100
  const after = wish.cursor === undefined ? null : positionIn(wish.cursor)
  const listed = await listAccounts(db, filterFor(actor, wish, nowMs), after, limit + 1)
  const page = listed.slice(0, limit)
  const grants = Map.groupBy(
    await grantsOn(
      db,
      page.map(({ account }) => account.id),
    ),
    ({ accountId }) => accountId,
  )
  const undoMs = await undoMsOf(room)
  const items = page.flatMap(({ account, favourite }) => {
    const rights = rightsOn(actor, account.id, grants.get(account.id) ?? [], nowMs)
    const isHidden = !maySee(rights) || (account.deletedAtMs !== null && !rights.mayManage)
    return isHidden ? [] : viewOf(account, { rights, favourite, undoMs, nowMs })
  })
  const last = page.at(-1)
  return listed.length <= limit || last === undefined ? { items } : { items, nextCursor: writeCursor(last.position) }
}

/** A page of the accounts whose secret somebody who left could have seen, of those the actor manages. */
export async function listRotations(
  room: VaultRoom,
  actor: Actor,
  { cursor, limit = 100 }: PageWish,
): Promise<Page<Account>> {
  requireKnown(actor)
  const { db } = room.core.storage
  const nowMs = room.core.services.clock.nowMs()
  const undoMs = await undoMsOf(room)
  const managed: Managed[] = []
  let after = cursor === undefined ? null : duePositionIn(cursor)
  // Rights are judged here, not by the query: it is asked again until a page is full.
  for (let isMore = true; isMore && managed.length <= limit;) {
    const due = await listDueRotations(db, after, limit + 1)
    managed.push(...(await managedOf(db, actor, due, nowMs)))
    const last = due.at(-1)
    isMore = due.length > limit && last !== undefined
    if (last !== undefined) after = duePositionOf(last)
  }
  return pageOfRows(
    managed,
    limit,
    ({ account }) => duePositionOf(account),
    ({ account, rights }) => viewOf(account, { rights, favourite: false, undoMs, nowMs }),
  )
}

/** An account of which somebody is a manager. */
interface Managed {
  readonly account: VaultAccount
  readonly rights: AccountRights
}

async function managedOf(
  db: Queryable,
  actor: Actor,
  accounts: readonly VaultAccount[],
  nowMs: number,
): Promise<Managed[]> {
  const ids = accounts.map(({ id }) => id)
  const grants = Map.groupBy(await grantsOn(db, ids), ({ accountId }) => accountId)
  return accounts.flatMap((account) => {
    const rights = rightsOn(actor, account.id, grants.get(account.id) ?? [], nowMs)
    return rights.mayManage ? { account, rights } : []
  })
}

function duePositionOf({ rotateSinceMs, id }: VaultAccount): DuePosition {
  return [rotateSinceMs ?? 0, id]
}

function duePositionIn(cursor: string): DuePosition {
  const [rotateSinceMs, id] = readCursor(cursor, ['number', 'string'])
  return [Number(rotateSinceMs), String(id)]
}

function filterFor(actor: Actor, { search = '', tag, deleted = false }: ListWish, nowMs: number): AccountFilter {
  const seesAll = isAdministrator(actor) || actor.kind !== 'person'
  return {
    viewer: seesAll ? null : { personId: actor.personId, groupIds: actor.groupIds },
    ids: accountsNamedByScopes(actor),
    favouritesOf: actor.kind === 'person' ? actor.personId : null,
    search,
    tag: tag ?? null,
    deleted,
    nowMs,
  }
}

function positionIn(cursor: string): ListPosition {
  const [favourite, label, id] = readCursor(cursor, ['number', 'string', 'string'])
  return [Number(favourite), String(label), String(id)]
}
