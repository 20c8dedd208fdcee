import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import type { Account, AccountCreate, AccountCreated, AccountUpdate } from '../../api/accounts.ts'
import { Failure } from '../../errors/failure.ts'
import { type Remark, remark } from '../../errors/remarks.ts'
import type { OtpAccount } from '../../otp/account.ts'
import { mayAddAccounts, requireKnown } from '../access/rights.ts'
import type { Tx } from '../database/storage.ts'
import { takeTurn } from '../database/turns.ts'
import { type Actor, actorName } from '../http/actor.ts'
import { type AccountText, longestPublicKey, publicKeyOf, type VaultAccount } from './account.ts'
import { accountEvent, holdManaged, seeAccount } from './account-access.ts'
import { mergeText, readSecret, readText } from './account-input.ts'
import { viewOf } from './account-view.ts'
import type { Custodian } from './custody-store.ts'
import { addCustodian } from './custody-store.ts'
import { giveGrants, type GrantWish } from './grants.ts'
import { grantsOn } from './grant-store.ts'
import { intakeBegun } from './intake.ts'
import { rightsOn } from './rights.ts'
import { accountChange, undoMsOf, type VaultRoom } from './room.ts'
import { demandOf } from './step-up.ts'
import {
  findByPublicKey,
  findBySecretHash,
  holdAccounts,
  insertAccount,
  isFavourite,
  saveAccount,
  setFavourite,
} from './store.ts'

/** Characters of a label in a key that its whole text would make too long. */
const labelInLongKey = 100

/** A new account with everything that is to be stored with it. */
export interface NewAccount {
  readonly otp: OtpAccount
  readonly text: AccountText
  readonly settings: Pick<Static<typeof AccountCreate>, 'lease' | 'stepUp' | 'signOnDemand' | 'marked'>
  readonly grants: readonly GrantWish[]
  readonly allowDuplicate: boolean
  readonly custody: Pick<Custodian, 'how' | 'note'>
  /** The name totpshare knew it by; made from identifier and label unless given. */
  readonly publicKey?: string
}

/**
 * Adds an account from an otpauth URI or fields. Who adds it manages it; seeing its codes is a right of its own.
 *
 * @throws {@link Failure} `forbidden`, `account_duplicate`, `intake_loader_reads`, and what is wrong with the input
 */
export async function addAccount(
  room: VaultRoom,
  actor: Actor,
  given: Static<typeof AccountCreate>,
): Promise<Static<typeof AccountCreated>> {
  requireMayAdd(actor)
  const { otp, warnings } = readSecret(given)
  const added = await room.core.storage.transaction(async (tx) => {
    const stored = await storeAccount(room, tx, actor, {
      otp,
      text: readText(given, otp),
      settings: given,
      grants: given.grants ?? [],
      allowDuplicate: given.allowDuplicate ?? false,
      custody: { how: 'uploaded', note: '' },
    })
    const { intake } = given
    if (intake !== undefined) await room.core.audit.append(tx, [intakeBegun(actor, stored.account, intake)])
    return stored
  })
  return { ...(await showAccount(room, actor, added.account)), warnings: [...warnings, ...added.warnings] }
}

/** Throws unless the actor may add accounts. */
export function requireMayAdd(actor: Actor): void {
  requireKnown(actor)
  if (!mayAddAccounts(actor)) throw new Failure('forbidden')
}

/**
 * Stores a new account with its grants and custody in one transaction, audited.
 *
 * @throws {@link Failure} `account_duplicate`, `totpshare_key_taken`
 */
export async function storeAccount(
  room: VaultRoom,
  tx: Tx,
  actor: Actor,
  wanted: NewAccount,
): Promise<{ account: VaultAccount; warnings: Remark[] }> {
  const { core, secrets } = room
  const nowMs = core.services.clock.nowMs()
  const secretHash = secrets.hash(wanted.otp.secret)
  const id = randomUUID()
  const publicKey = await claimPublicKey(room, tx, id, wanted)
  const warnings = await refuseDuplicate(tx, actor, secretHash, wanted.allowDuplicate, nowMs)
  const account: VaultAccount = {
    ...newAccountColumns(id, wanted, actor, nowMs),
    publicKey,
    sealedSecret: secrets.seal(id, wanted.otp.secret),
    secretHash,
  }
  await insertAccount(tx, account)
  await addCustodian(tx, custodianOf(actor, account, wanted.custody, nowMs))
  const own: GrantWish[] =
    actor.kind === 'person' ? [{ grantee: 'person', granteeId: actor.personId, right: 'manage' }] : []
  await core.audit.append(tx, [accountEvent(actor, 'account.create', account, { how: wanted.custody.how })])
  await giveGrants(room, tx, actor, account, [...own, ...wanted.grants])
  await core.storage.recordChange(tx, { kind: accountChange, objectId: id })
  return { account, warnings }
}

function newAccountColumns(
  id: string,
  { otp, text, settings }: NewAccount,
  actor: Actor,
  nowMs: number,
): Omit<VaultAccount, 'publicKey' | 'sealedSecret' | 'secretHash'> {
  const { type, algorithm, digits, periodSeconds, counter } = otp
  return {
    id,
    ...text,
    type,
    algorithm,
    digits,
    periodSeconds,
    counter,
    secretVersion: 1,
    previousSecret: null,
    previousUntilMs: null,
    lease: settings.lease ?? 'warn',
    stepUp: settings.stepUp ?? 'off',
    signOnDemand: demandOf(settings.stepUp ?? 'off', settings.signOnDemand, null),
    marked: settings.marked ?? false,
    rotateReason: null,
    rotateSinceMs: null,
    createdBy: actorName(actor),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    deletedAtMs: null,
  }
}

/** Who could have seen a secret because they brought it. */
export function custodianOf(
  actor: Actor,
  account: Pick<VaultAccount, 'id' | 'secretVersion'>,
  { how, note }: Pick<Custodian, 'how' | 'note'>,
  atMs: number,
): Custodian {
  return {
    id: randomUUID(),
    accountId: account.id,
    secretVersion: account.secretVersion,
    personId: actor.kind === 'person' && how !== 'server' ? actor.personId : null,
    personName: how === 'server' ? '' : actorName(actor),
    how,
    note,
    atMs,
  }
}

/** Refuses a secret that is stored already, naming the other account only to who may know of it. */
export async function refuseDuplicate(
  tx: Tx,
  actor: Actor,
  secretHash: Uint8Array,
  isAllowed: boolean,
  nowMs: number,
): Promise<Remark[]> {
  const others = await findBySecretHash(tx, secretHash)
  if (others.length === 0) return []
  const grants = await grantsOn(
    tx,
    others.map(({ id }) => id),
  )
  const seen = others.find(({ id }) => {
    const { mayManage, mayReveal } = rightsOn(actor, id, grants, nowMs)
    return mayManage || mayReveal
  })
  const where = seen === undefined ? ' in an account you may not see' : ` as ${seen.label}`
  if (!isAllowed) throw new Failure('account_duplicate', { detail: { where } })
  return [seen === undefined ? remark('secret_stored_elsewhere') : remark('secret_stored_as', { label: seen.label })]
}

async function claimPublicKey(
  { core }: VaultRoom,
  tx: Tx,
  id: string,
  { publicKey, text }: Pick<NewAccount, 'publicKey' | 'text'>,
): Promise<string> {
  await takeTurn(tx, core.storage.engine, 'publicKeys')
  if (publicKey === undefined) return freePublicKey(tx, id, text)
  if ((await findByPublicKey(tx, publicKey)) !== null) throw new Failure('totpshare_key_taken')
  return publicKey
}

async function freePublicKey(tx: Tx, id: string, { identifier, label }: AccountText): Promise<string> {
  const wanted = publicKeyOf(identifier === '' ? id : identifier, label)
  if (wanted.length <= longestPublicKey && (await findByPublicKey(tx, wanted)) === null) return wanted
  return publicKeyOf(id, [...label].slice(0, labelInLongKey).join(''))
}

/** The account as an actor sees it. */
export async function readAccount(room: VaultRoom, actor: Actor, id: string): Promise<Account> {
  const { account } = await seeAccount(room.core.storage.db, actor, id, room.core.services.clock.nowMs())
  return showAccount(room, actor, account)
}

/** Changes what is said of an account; the secret stays as it is (T55). */
export async function updateAccount(
  room: VaultRoom,
  actor: Actor,
  id: string,
  given: Static<typeof AccountUpdate>,
): Promise<Account> {
  const { storage, audit, services } = room.core
  const changed = await storage.transaction(async (tx) => {
    const nowMs = services.clock.nowMs()
    const { account } = await holdManaged(room, tx, actor, id, nowMs)
    const { lease = account.lease, stepUp = account.stepUp, marked = account.marked } = given
    const signOnDemand = demandOf(stepUp, given.signOnDemand, account.signOnDemand)
    const rules = { lease, stepUp, signOnDemand, marked }
    const next = { ...account, ...mergeText(account, given), ...rules, updatedAtMs: nowMs }
    await saveAccount(tx, next)
    await audit.append(tx, [accountEvent(actor, 'account.update', next, changesBetween(account, next))])
    await storage.recordChange(tx, { kind: accountChange, objectId: id })
    return next
  })
  return showAccount(room, actor, changed)
}

const toldChanges = ['label', 'identifier', 'issuer', 'url', 'tags', 'lease', 'stepUp', 'marked'] as const

// The note may hold anything, also what somebody should not have written there: only that it changed is told.
function changesBetween(before: VaultAccount, after: VaultAccount): Record<string, string | boolean> {
  const changes: Record<string, string | boolean> = {}
  for (const field of toldChanges) {
    const [from, to] = [String(before[field]), String(after[field])]
    if (from !== to) changes[field] = `${from} → ${to}`
  }
  if (before.note !== after.note) changes['note'] = true
  const [from, to] = [before, after].map(({ signOnDemand }) => JSON.stringify(signOnDemand))
  if (from !== to) changes['signOnDemand'] = `${from} → ${to}`
  return changes
}

/** Hides an account from everybody; it can come back until its grace period is over. */
export async function deleteAccount(room: VaultRoom, actor: Actor, id: string): Promise<void> {
  const { storage, audit, services } = room.core
  await storage.transaction(async (tx) => {
    const nowMs = services.clock.nowMs()
    const { account } = await holdManaged(room, tx, actor, id, nowMs)
    await saveAccount(tx, { ...account, deletedAtMs: nowMs, updatedAtMs: nowMs })
    await audit.append(tx, [accountEvent(actor, 'account.delete', account)])
    await storage.recordChange(tx, { kind: accountChange, objectId: id })
  })
}

/**
 * Brings a deleted account back, with its grants. Where another account has its public key by now, it gets a free one.
 *
 * @throws {@link Failure} `account_not_deleted`, `account_undo_over`, `forbidden`
 */
export async function restoreAccount(room: VaultRoom, actor: Actor, id: string): Promise<Account> {
  const { storage, audit, services } = room.core
  const undoMs = await undoMsOf(room)
  const restored = await storage.transaction(async (tx) => {
    const nowMs = services.clock.nowMs()
    await holdAccounts(tx, storage.engine, [id])
    const { account, rights } = await seeAccount(tx, actor, id, nowMs)
    if (!rights.mayManage) throw new Failure('forbidden')
    if (account.deletedAtMs === null) throw new Failure('account_not_deleted')
    if (account.deletedAtMs + undoMs <= nowMs) throw new Failure('account_undo_over')
    await takeTurn(tx, storage.engine, 'publicKeys')
    const isTaken = (await findByPublicKey(tx, account.publicKey)) !== null
    const publicKey = isTaken ? await freePublicKey(tx, id, account) : account.publicKey
    const next = { ...account, publicKey, deletedAtMs: null, updatedAtMs: nowMs }
    await saveAccount(tx, next)
    await audit.append(tx, [accountEvent(actor, 'account.restore', next)])
    await storage.recordChange(tx, { kind: accountChange, objectId: id })
    return next
  })
  return showAccount(room, actor, restored)
}

/** Pins or unpins an account for the person who asks; services have no favourites. */
export async function chooseFavourite(room: VaultRoom, actor: Actor, id: string, favourite: boolean): Promise<void> {
  const { storage, services } = room.core
  await seeAccount(storage.db, actor, id, services.clock.nowMs())
  if (actor.kind !== 'person') throw new Failure('forbidden')
  await storage.transaction((tx) => setFavourite(tx, actor.personId, id, favourite))
}

/** The view of an account the actor was just allowed to see or make. */
export async function showAccount(room: VaultRoom, actor: Actor, account: VaultAccount): Promise<Account> {
  const { db } = room.core.storage
  const nowMs = room.core.services.clock.nowMs()
  return viewOf(account, {
    rights: rightsOn(actor, account.id, await grantsOn(db, [account.id]), nowMs),
    favourite: actor.kind === 'person' && (await isFavourite(db, actor.personId, account.id)),
    undoMs: await undoMsOf(room),
    nowMs,
  })
}
