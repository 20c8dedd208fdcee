import type { Static } from 'typebox'
import type { Custody, RevealDay, RevealRecord } from '../../api/accounts.ts'
import { doneBy } from '../access/audited.ts'
import type { Leaver } from '../access/leavers.ts'
import type { Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import { type Page, pageOfRows, type PageWish, readCursor } from '../http/cursor.ts'
import { manageAccount } from './account-access.ts'
import { accountsSeenBy, type CustodyPosition, listCustodians } from './custody-store.ts'
import { accountChange, type VaultRoom } from './room.ts'
import { holdAccounts, saveAccount } from './store.ts'

/** A page of who could ever have seen a secret of the account, newest first. */
export async function listCustody(
  room: VaultRoom,
  actor: Actor,
  accountId: string,
  { cursor, limit = 100 }: PageWish,
): Promise<Page<Static<typeof Custody>>> {
  const { storage, services } = room.core
  await manageAccount(storage.db, actor, accountId, services.clock.nowMs())
  const after = cursor === undefined ? null : positionIn(cursor)
  const rows = await listCustodians(storage.db, accountId, { after, limit: limit + 1 })
  return pageOfRows(
    rows,
    limit,
    ({ atMs, secretVersion, id }) => [atMs, secretVersion, id],
    ({ id: _id, accountId: _account, ...custodian }) => custodian,
  )
}

function positionIn(cursor: string): CustodyPosition {
  const [atMs, secretVersion, id] = readCursor(cursor, ['number', 'number', 'string'])
  return [Number(atMs), Number(secretVersion), String(id)]
}

/** The reveals of an account, newest first, for who manages it. */
export async function listReveals(
  room: VaultRoom,
  actor: Actor,
  accountId: string,
  page: PageWish,
): Promise<Page<Static<typeof RevealRecord>>> {
  const { storage, services, audit } = room.core
  await manageAccount(storage.db, actor, accountId, services.clock.nowMs())
  const { items, nextCursor } = await audit.list({ object: accountId, action: 'account.reveal' }, page)
  const records = items.map((event) => ({
    atMs: event.atMs,
    actorName: event.actorName,
    step: typeof event.detail?.['step'] === 'number' ? event.detail['step'] : 0,
    outcome: event.outcome,
  }))
  return nextCursor === undefined ? { items: records } : { items: records, nextCursor }
}

const countedDays = 30
const dayMs = 86_400_000

/** How many codes of an account were handed out on each of the last 30 days in UTC, oldest first, for who manages it. */
export async function countReveals(
  room: VaultRoom,
  actor: Actor,
  accountId: string,
): Promise<{ days: Static<typeof RevealDay>[] }> {
  const { storage, services, audit } = room.core
  const nowMs = services.clock.nowMs()
  await manageAccount(storage.db, actor, accountId, nowMs)
  const firstDayMs = (Math.floor(nowMs / dayMs) - countedDays + 1) * dayMs
  const filter = { object: accountId, action: 'account.reveal', outcome: 'accepted', afterMs: firstDayMs }
  const counts = new Map((await audit.counts(filter)).map(({ day, count }) => [day, count]))
  const days = Array.from({ length: countedDays }, (_, index) => {
    const day = new Date(firstDayMs + index * dayMs).toISOString().slice(0, 10)
    return { day, count: counts.get(day) ?? 0 }
  })
  return { days }
}

/**
 * Puts every account whose present secret the leaver could have seen on the rotate list; for who leaves a
 * group, the accounts shared with it. Part of the transaction in which they leave.
 */
export async function noteLeaver(room: VaultRoom, tx: Tx, actor: Actor, leaver: Leaver): Promise<number> {
  const { storage, audit, services } = room.core
  const nowMs = services.clock.nowMs()
  const { personId, personName, group } = leaver
  const reason = group === null ? `${personName} left` : `${personName} left the group ${group.name}`
  const accountIds = await accountsSeenBy(tx, personId, group?.id ?? null)
  const accounts = accountIds.length === 0 ? [] : await holdAccounts(tx, storage.engine, accountIds)
  for (const account of accounts) {
    const accountId = account.id
    // The first reason stands: it says since when the secret has been in the wrong hands.
    if (account.rotateReason === null) {
      await saveAccount(tx, { ...account, rotateReason: reason, rotateSinceMs: nowMs })
      await storage.recordChange(tx, { kind: accountChange, objectId: accountId })
    }
    const object = { objectKind: 'account', objectId: accountId, objectName: account.label }
    await audit.append(tx, [doneBy(actor, { action: 'account.rotate-due', ...object, outcome: 'done', reason })])
    await room.options.notices?.post(tx, {
      event: 'account.rotate_needed',
      summary: `The secret of ${account.label} should be replaced: ${reason}.`,
      toAdministrators: true,
      fields: { accountId, label: account.label, reason },
    })
  }
  return accountIds.length
}
