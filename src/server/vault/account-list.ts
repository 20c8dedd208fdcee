import type { Account } from '../../api/accounts.ts'
import { Failure } from '../../errors/failure.ts'
import { isAdministrator, requireKnown } from '../access/rights.ts'
import type { Actor } from '../http/actor.ts'
import { viewOf } from './account-view.ts'
import { grantsOn } from './grant-store.ts'
import { accountsNamedByScopes, maySee, rightsOn } from './rights.ts'
import { undoMsOf, type VaultRoom } from './room.ts'
import { type AccountFilter, listAccounts, listDueRotations, type ListPosition } from './store.ts'

/** What a list is narrowed by, and which page of it. */
export interface ListWish {
  readonly search?: string | undefined
  readonly tag?: string | undefined
  readonly deleted?: boolean | undefined
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

/** A page of the accounts the actor may see: favourites first, then by label. */
export async function listSeenAccounts(
  room: VaultRoom,
  actor: Actor,
  wish: ListWish,
): Promise<{ items: Account[]; nextCursor?: string }> {
  requireKnown(actor)
  const { db } = room.core.storage
  const nowMs = room.core.services.clock.nowMs()
  const limit = wish.limit ?? 100
  const after = wish.cursor === undefined ? null : readCursor(wish.cursor)
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
  return listed.length <= limit || last === undefined ? { items } : { items, nextCursor: cursorOf(last.position) }
}

/** Accounts whose secret somebody who left could have seen, of those the actor manages. */
export async function listRotations(room: VaultRoom, actor: Actor): Promise<Account[]> {
  requireKnown(actor)
  const { db } = room.core.storage
  const nowMs = room.core.services.clock.nowMs()
  const undoMs = await undoMsOf(room)
  const due = await listDueRotations(db)
  const grants = Map.groupBy(
    await grantsOn(
      db,
      due.map(({ id }) => id),
    ),
    ({ accountId }) => accountId,
  )
  return due.flatMap((account) => {
    const rights = rightsOn(actor, account.id, grants.get(account.id) ?? [], nowMs)
    return rights.mayManage ? viewOf(account, { rights, favourite: false, undoMs, nowMs }) : []
  })
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

function cursorOf(position: ListPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

function readCursor(cursor: string): ListPosition {
  const [favourite, label, id] = parseArray(Buffer.from(cursor, 'base64url').toString())
  if (typeof favourite !== 'number' || typeof label !== 'string' || typeof id !== 'string') {
    throw new Failure('bad_request', { detail: { reason: 'the cursor is not one of ours' } })
  }
  return [favourite, label, id]
}

function parseArray(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
