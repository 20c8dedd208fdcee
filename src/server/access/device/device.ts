import { randomInt, randomUUID } from 'node:crypto'
import { newToken } from '../../../crypto/token.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Tx } from '../../database/storage.ts'
import { takeTurn } from '../../database/turns.ts'
import type { Actor } from '../../http/actor.ts'
import { sourceNetwork } from '../../http/address.ts'
import { type AccessContext, audit, nowMs } from '../context.ts'
import { holdActor } from '../hold-actor.ts'
import { loggedInActor } from '../login/login.ts'
import { personObject } from '../people/people.ts'
import { requireSession } from '../proofs.ts'
import { tokenKey } from '../token-key.ts'
import * as store from './store.ts'

const grantLivesMs = 10 * 60_000
const pollEveryMs = 2000
/** Sign-ins one address may leave waiting, so that nobody fills the table or the space of short codes (T65). */
const maxWaiting = 20
/** How long a command stays signed in. */
const tokenLivesMs = 90 * 24 * 60 * 60_000

/** Consonants that are not mistaken for each other: a code to read out, 20^8 of them. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'

/** What a command shows and keeps while its person confirms in a browser. */
export interface StartedDevice {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUrl: string
  readonly expiresAtMs: number
  readonly intervalMs: number
}

/** Begins a command's sign-in, after RFC 8628. */
export async function startDevice(
  context: AccessContext,
  begin: { client: string; address: string; origin: string },
): Promise<StartedDevice> {
  const atMs = nowMs(context)
  const address = sourceNetwork(begin.address)
  const deviceCode = newToken()
  const userCode = makeUserCode()
  const expiresAtMs = atMs + grantLivesMs
  await context.storage.transaction(async (tx) => {
    await refuseTooMany(context, tx, address)
    await store.insertGrant(tx, {
      id: randomUUID(),
      deviceKey: tokenKey(deviceCode),
      userCode: bare(userCode),
      clientName: printable(begin.client),
      address,
      state: 'waiting',
      personId: null,
      createdAtMs: atMs,
      expiresAtMs,
    })
  })
  const verificationUrl = `${begin.origin}/device#${userCode}`
  return { deviceCode, userCode, verificationUrl, expiresAtMs, intervalMs: pollEveryMs }
}

async function refuseTooMany(context: AccessContext, tx: Tx, address: string): Promise<void> {
  await takeTurn(tx, context.storage.engine, 'waitingDevices')
  const waiting = await store.countWaiting(tx, address, nowMs(context))
  if (waiting >= maxWaiting) throw new Failure('device_too_many', { detail: { retryAfterMs: 60_000 } })
}

/** What a person is about to let in. */
export async function readDevice(context: AccessContext, actor: Actor, userCode: string): Promise<store.DeviceGrant> {
  requireSession(actor)
  const grant = await store.waitingGrant(context.storage.db, bare(userCode), nowMs(context))
  if (grant === null) throw new Failure('device_code_unknown')
  return grant
}

/** Lets a command in or refuses it. Only a browser session may: a token cannot make a token of the whole person. */
export async function answerDevice(
  context: AccessContext,
  actor: Actor,
  userCode: string,
  allow: boolean,
): Promise<void> {
  const me = requireSession(actor)
  const grant = await readDevice(context, actor, userCode)
  await context.storage.transaction(async (tx) => {
    await holdActor(tx, me)
    const to = allow ? 'confirmed' : 'refused'
    const isMoved = await store.moveGrant(tx, grant.id, { from: 'waiting', to, personId: me.personId })
    if (!isMoved) throw new Failure('device_code_unknown')
    await audit(context, tx, me, {
      action: 'device.answer',
      objectKind: 'device',
      objectId: grant.id,
      objectName: grant.clientName,
      outcome: allow ? 'done' : 'refused',
      detail: { from: grant.address },
    })
  })
}

/** What a command hears when it asks. */
export interface PolledDevice {
  readonly state: 'waiting' | 'confirmed' | 'refused' | 'expired'
  readonly token?: string
  readonly username?: string
}

/** Answers a command that asks; the token of a confirmed sign-in is told to the first question alone. */
export async function pollDevice(context: AccessContext, deviceCode: string, address: string): Promise<PolledDevice> {
  const grant = await store.grantByDevice(context.storage.db, tokenKey(deviceCode))
  if (grant === null || grant.state === 'done' || nowMs(context) >= grant.expiresAtMs) return { state: 'expired' }
  if (grant.state !== 'confirmed') return { state: grant.state }
  const answer = await handOut(context, grant, address)
  context.services.metrics.logins.inc({ outcome: answer.state === 'confirmed' ? 'accepted' : 'refused' })
  return answer
}

async function handOut(context: AccessContext, grant: store.DeviceGrant, address: string): Promise<PolledDevice> {
  const person = await context.directory.read(grant.personId ?? '')
  // Disabled or locked since the confirmation: a lock holds at every step that hands out a token (T25).
  const isOut = person === null || !person.enabled || (await context.codes.isLockedSince(person.id, grant.createdAtMs))
  if (person === null || isOut) return { state: 'refused' }
  return context.storage.transaction(async (tx) => {
    const id = randomUUID()
    // First of all: whoever ends the person's logins comes before us, and this finds nothing, or after the token is there.
    const isFirst = await store.moveGrant(tx, grant.id, { from: 'confirmed', to: 'done', tokenId: id })
    if (!isFirst) throw new Failure('device_code_unknown')
    const { text } = await context.tokens.create(tx, {
      id,
      name: grant.clientName,
      owner: 'device',
      personId: person.id,
      scopes: [],
      createdBy: person.id,
      expiresAtMs: nowMs(context) + tokenLivesMs,
    })
    await audit(context, tx, loggedInActor(person, address), {
      action: 'person.login',
      ...personObject(person),
      outcome: 'accepted',
      detail: { how: 'device', tokenId: id, client: grant.clientName },
    })
    return { state: 'confirmed', token: text ?? '', username: person.username }
  })
}

function makeUserCode(): string {
  const pick = () => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return `${pick()}-${pick()}`
}

// Typed by hand: case and dashes are no part of it.
function bare(userCode: string): string {
  return userCode.toUpperCase().replaceAll(/[^A-Z]/g, '')
}

// A stranger names the client, and a person reads the name before they confirm.
function printable(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N} ._@()-]/gu, '').slice(0, 64) || 'a command'
}
