import { createHmac } from 'node:crypto'
import { hashPassphrase, isPassphrase } from '../../../crypto/passphrase.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Queryable, Tx } from '../../database/storage.ts'
import type { Actor } from '../../http/actor.ts'
import { sourceNetwork } from '../../http/address.ts'
import { type AccessContext, audit, nowMs, personMoved } from '../context.ts'
import { personObject } from '../people/people.ts'
import { spendRecoveryCode } from '../people/recovery-codes.ts'
import * as people from '../people/store.ts'
import { normaliseName, usernameKey } from '../people/usernames.ts'
import type { SessionKind, SessionData } from '../sessions/store.ts'
import { isLegacyPassphrase } from './legacy-passphrase.ts'
import { acceptedBudget, freshBudget, isKnownSource, isWaiting, waitAfter } from './login-budget.ts'
import {
  countFailure,
  pretendFailure,
  readBudget,
  readBudgets,
  type SourceHashes,
  writeBudget,
  writeWait,
} from './store.ts'

/** Where a login comes from and what it opens. */
export interface LoginPlace {
  readonly kind: SessionKind
  readonly address: string
  readonly userAgent: string
  /** The id a browser kept from an earlier login; wherever it is now, it has a budget of its own (law 5). */
  readonly device?: string | undefined
  /** The gate keeps its own limits and data with its sessions. */
  readonly limits?: { readonly idleMs: number; readonly absoluteMs: number }
  readonly data?: SessionData
}

/** What somebody typed. */
export interface LoginProof {
  readonly username: string
  readonly passphrase: string
  readonly code?: string | undefined
  readonly recoveryCode?: string | undefined
}

/** A login that succeeded; the token is told this once. */
export interface LoggedIn {
  readonly sessionId: string
  readonly token: string
  readonly personId: string
  readonly username: string
  readonly expiresAtMs: number
}

/** Why a login was refused, for the audit alone: the caller hears one answer (T40). */
export type LoginRefusal =
  | 'unknown'
  | 'passphrase'
  | 'waiting'
  | 'disabled'
  | 'changed'
  | 'code'
  | 'locked'
  | 'factor_missing'
  | 'passkey'

/** What the first factor came to. The person is named even when it was wrong, for the audit and the budget. */
export interface FirstFactor {
  readonly username: string
  readonly person: people.PersonRow | null
  readonly isPassphraseRight: boolean
  /** What was typed, for hashing an imported passphrase anew; absent where only a ticket of it is left. */
  readonly passphrase?: string
  /** Null when the way is free to the second factor. */
  readonly refusal: LoginRefusal | null
  readonly hashes: SourceHashes
  readonly isKnownSource: boolean
  /** Set when the device is one this person logged in from: its budget counts instead of the network's. */
  readonly knownDevice?: string | undefined
  /** The wrong passphrase was counted when it was typed; its second factor must not count it again. */
  readonly isCharged?: boolean
}

/**
 * Logs a local person in with passphrase and code, or passphrase and recovery code.
 *
 * Every refusal is the same failure after the same work: a name nobody has costs a passphrase hash, a judged code
 * and a transaction like any other.
 *
 * @throws {@link Failure} `login_refused`, `passphrases_busy`
 */
export async function logIn(context: AccessContext, proof: LoginProof, place: LoginPlace): Promise<LoggedIn> {
  const first = await checkFirstFactor(context, proof, place)
  if (proof.recoveryCode !== undefined) return logInByRecoveryCode(context, first, proof.recoveryCode, place)
  return concludeLogin(context, first, await checkCode(context, first, proof, place), place, 'code')
}

// Spent in the transaction of the login: one that is refused, because of what happened meanwhile, costs no code.
function logInByRecoveryCode(
  context: AccessContext,
  first: FirstFactor,
  recoveryCode: string,
  place: LoginPlace,
): Promise<LoggedIn> {
  const spend: SpendFactor = (tx, personId) => spendRecoveryCode(tx, personId, recoveryCode, nowMs(context))
  return concludeLogin(context, first, first.refusal, place, 'recovery-code', spend)
}

/** Uses a second factor up for this person, nobody's where the id is empty. False means it was wrong. */
type SpendFactor = (tx: Tx, personId: string) => Promise<boolean>

interface Welcome {
  readonly person: people.PersonRow
  readonly first: FirstFactor
  readonly place: LoginPlace & { readonly limits: { readonly idleMs: number; readonly absoluteMs: number } }
  readonly how: string
}

/** Looks at name and passphrase; the answer goes to no caller before the second factor was looked at too. */
export async function checkFirstFactor(
  context: AccessContext,
  { username, passphrase }: Pick<LoginProof, 'username' | 'passphrase'>,
  from: Pick<LoginPlace, 'address' | 'device'>,
): Promise<FirstFactor> {
  const atMs = nowMs(context)
  const found = await people.personByUsername(context.storage.db, usernameKey(username))
  const person = found !== null && found.source === 'local' && found.username === normaliseName(username) ? found : null
  const hashes = sourceHashes(context, from.address, from.device)
  const budgets = await readBudgets(context.storage.db, person?.id ?? '', hashes)
  const knownDevice = isKnownSource(budgets.device, atMs) ? from.device : undefined
  const ofSource = knownDevice === undefined ? budgets.source : budgets.device
  const isKnown = isKnownSource(ofSource, atMs)
  const budget = (isKnown ? ofSource : budgets.shared) ?? freshBudget
  const isPassphraseRight = await isRightPassphrase(person, passphrase)
  const refusal = refusalOf(person, isPassphraseRight, isWaiting(budget, atMs))
  const source = { hashes, isKnownSource: isKnown, knownDevice }
  return { username, passphrase, person, isPassphraseRight, refusal, ...source }
}

function refusalOf(person: people.PersonRow | null, isRight: boolean, waits: boolean): LoginRefusal | null {
  if (person === null) return 'unknown'
  // A wait refuses the right passphrase too, or guessing would go on through it.
  if (waits) return 'waiting'
  if (!isRight) return 'passphrase'
  return !person.enabled ? 'disabled' : null
}

async function isRightPassphrase(person: people.PersonRow | null, passphrase: string): Promise<boolean> {
  const legacy = person?.legacyPassphrase ?? null
  const isRight = await isPassphrase(passphrase, person?.passphraseHash ?? null)
  if (isRight || legacy === null) return isRight
  return isLegacyPassphrase(passphrase, legacy)
}

/** Judges the code of whoever passed the first factor; of everybody else it judges nobody's, at the same price. */
async function checkCode(
  context: AccessContext,
  first: FirstFactor,
  proof: LoginProof,
  place: LoginPlace,
): Promise<LoginRefusal | null> {
  const personId = first.refusal === null ? (first.person?.id ?? null) : null
  const actor: Actor = { kind: 'stranger', address: place.address }
  const from = { address: place.address, device: first.knownDevice }
  const verdict = await context.codes.verify({ personId, code: proof.code ?? '', actor, ...from })
  if (first.refusal !== null) return first.refusal
  if (verdict.accepted) return null
  if (proof.code === undefined) return 'factor_missing'
  return verdict.isLocked ? 'locked' : 'code'
}

/**
 * Begins the session of a login that passed, or charges and audits one that did not, in one transaction.
 *
 * @param spend - a second factor that is yet to be used up, where one is: asked of nobody when the login is refused
 *   already, at the same price
 */
export async function concludeLogin(
  context: AccessContext,
  first: FirstFactor,
  refusal: LoginRefusal | null,
  place: LoginPlace,
  how: string,
  spend?: SpendFactor,
): Promise<LoggedIn> {
  const { person } = first
  const upgraded = refusal === null && person !== null ? await upgradedHash(person, first) : null
  const limits = place.limits ?? (await context.sessionLimits())
  const loggedIn = await context.storage.transaction(async (tx) => {
    const early = refusal ?? (await lateRefusal(context, tx, first))
    const isSpent = await spend?.(tx, early === null ? (person?.id ?? '') : '')
    const reason = early ?? (isSpent === false ? 'code' : null)
    if (reason !== null || person === null) {
      await refuse(context, tx, first, reason ?? 'unknown', place)
      return null
    }
    if (upgraded !== null) await people.changePerson(tx, person.id, { passphraseHash: upgraded }, nowMs(context))
    return welcome(context, tx, { person, first, place: { ...place, limits }, how })
  })
  context.services.metrics.logins.inc({ outcome: loggedIn === null ? 'refused' : 'accepted' })
  if (loggedIn === null) throw new Failure('login_refused')
  return loggedIn
}

async function welcome(context: AccessContext, tx: Tx, { person, first, place, how }: Welcome): Promise<LoggedIn> {
  await meetSource(context, tx, person.id, first.hashes, place.device)
  const { id, token, expiresAtMs } = await context.sessions.begin(tx, { ...place, personId: person.id, factors: 'two' })
  await personMoved(context, tx, person.id)
  await audit(context, tx, loggedInActor(person, place.address), {
    action: actionOf(place),
    ...personObject(person),
    outcome: 'accepted',
    detail: { how, sessionId: id, newSource: !first.isKnownSource },
  })
  if (!first.isKnownSource) await noticeNewDevice(context, tx, person, place)
  return { sessionId: id, token, personId: person.id, username: person.username, expiresAtMs }
}

/** A login succeeded: its network and its device are known from now on. */
export async function meetSource(
  context: AccessContext,
  tx: Tx,
  personId: string,
  hashes: SourceHashes,
  device: string | undefined,
): Promise<void> {
  const accepted = acceptedBudget(nowMs(context))
  await writeBudget(tx, personId, hashes.source, accepted)
  if (hashes.device === undefined || device === undefined) return
  await writeBudget(tx, personId, hashes.device, accepted)
  await context.codes.meetDevice(tx, personId, device, nowMs(context))
}

// Disabled, reset or guessed at between the check and this moment: nobody comes in by an old answer (T25).
async function lateRefusal(context: AccessContext, tx: Tx, first: FirstFactor): Promise<LoginRefusal | null> {
  if (first.person === null) return 'unknown'
  if (!(await people.holdUnchanged(tx, first.person))) return 'changed'
  return (await mustWait(context, tx, first)) ? 'waiting' : null
}

/** Whether a wait has begun since the first factor was looked at: guesses that come at once must not all pass before it. */
export async function mustWait(context: AccessContext, db: Queryable, first: FirstFactor): Promise<boolean> {
  const budget = await readBudget(db, first.person?.id ?? '', budgetHash(first))
  return isWaiting(budget ?? freshBudget, nowMs(context))
}

function budgetHash({ isKnownSource: isKnown, knownDevice, hashes }: FirstFactor): Uint8Array {
  if (!isKnown) return hashes.shared
  return knownDevice === undefined ? hashes.source : (hashes.device ?? hashes.shared)
}

async function refuse(
  context: AccessContext,
  tx: Tx,
  first: FirstFactor,
  refusal: LoginRefusal,
  place: LoginPlace,
): Promise<void> {
  const reason = await chargeFirstFactor(context, tx, first, refusal)
  const stranger: Actor = { kind: 'stranger', address: place.address }
  const object =
    first.person === null
      ? { objectKind: 'person', objectId: context.audit.unknownName(first.username) }
      : personObject(first.person)
  await audit(context, tx, stranger, { action: actionOf(place), ...object, outcome: 'refused', reason })
}

/**
 * Counts a wrong passphrase. Nothing else counts here: codes have a budget of their own, a prompt is no failure (T83, T84).
 *
 * @returns the refusal, `waiting` where others failed so often meanwhile that this one had to wait
 */
export async function chargeFirstFactor<Refusal extends LoginRefusal | null>(
  context: AccessContext,
  tx: Tx,
  first: FirstFactor,
  refusal: Refusal,
): Promise<Refusal | 'waiting'> {
  const hash = budgetHash(first)
  const atMs = nowMs(context)
  if (first.person === null || refusal !== 'passphrase' || first.isCharged === true) {
    await pretendFailure(tx, hash)
    await writeWait(tx, '', hash, atMs)
    return refusal
  }
  const failures = await countFailure(tx, first.person.id, hash, atMs)
  const waitMs = failures === null ? 0 : waitAfter(failures)
  await writeWait(tx, waitMs === 0 ? '' : first.person.id, hash, atMs + waitMs)
  return failures === null ? 'waiting' : refusal
}

function actionOf(place: LoginPlace): string {
  return place.kind === 'gate' ? 'gate.login' : 'person.login'
}

async function upgradedHash(person: people.PersonRow, first: FirstFactor): Promise<string | null> {
  return person.passphraseHash === null && first.passphrase !== undefined ? hashPassphrase(first.passphrase) : null
}

async function noticeNewDevice(
  context: AccessContext,
  tx: Tx,
  person: people.PersonRow,
  place: LoginPlace,
): Promise<void> {
  await context.notices.post(tx, {
    event: 'login.new_device',
    summary: `${person.username} logged in from an address not seen in the last 30 days: ${place.address}.`,
    personIds: [person.id],
    fields: { personId: person.id, username: person.username, address: place.address, kind: place.kind },
  })
}

/** A person at the moment of their login, for the audit. */
export function loggedInActor(person: { id: string; username: string }, address: string): Actor {
  return {
    kind: 'person',
    personId: person.id,
    username: person.username,
    role: 'member',
    groupIds: [],
    mayAddAccounts: false,
    address,
    factors: 'two',
    authenticatedAtMs: 0,
  }
}

/** The keyed hashes of a network, of a device where there is one, and of "all unknown ones". */
export function sourceHashes(context: AccessContext, address: string, device?: string): SourceHashes {
  const key = context.keyRing.deriveKey('login sources')
  const hash = (text: string) => createHmac('sha256', key).update(text).digest().subarray(0, 16)
  const hashes = { source: hash(`network ${sourceNetwork(address)}`), shared: hash('unknown') }
  return device === undefined ? hashes : { ...hashes, device: hash(`device ${device}`) }
}
