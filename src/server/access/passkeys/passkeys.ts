import { randomUUID } from 'node:crypto'
import { Failure } from '../../../errors/failure.ts'
import { isDuplicate } from '../../database/conflict.ts'
import type { Actor } from '../../http/actor.ts'
import { type AccessContext, audit, nowMs, personMoved } from '../context.ts'
import { holdLogin, localPerson, tellOfChange } from '../me/factors.ts'
import { keepOnce, spendOnce } from '../one-time.ts'
import { personObject } from '../people/people.ts'
import { requireRecentProof, requireSession } from '../proofs.ts'
import * as ceremony from './ceremony.ts'
import * as store from './store.ts'

const ceremonyLivesMs = 5 * 60_000

/** What a browser is given to begin with, and the ticket that brings its answer back. */
export interface Ceremony {
  readonly ticket: string
  readonly options: unknown
}

/** Begins a new passkey, for whoever proved lately that it is them. */
export async function beginPasskey(context: AccessContext, actor: Actor, origin: string): Promise<Ceremony> {
  const me = requireRecentProof(actor, nowMs(context))
  const person = await localPerson(context, me.personId)
  const present = await store.listPasskeys(context.storage.db, person.id)
  const options = await ceremony.registrationOptions(ceremony.siteOf(origin), person, present)
  const data = { personId: person.id, challenge: options.challenge }
  const ticket = await context.storage.transaction((tx) =>
    keepOnce(tx, 'passkey-registration', data, { nowMs: nowMs(context), livesMs: ceremonyLivesMs }),
  )
  return { ticket, options }
}

/** Registers the passkey a browser made. */
export async function addPasskey(
  context: AccessContext,
  actor: Actor,
  origin: string,
  made: { ticket: string; name: string; response: unknown },
): Promise<store.PasskeyRow> {
  const me = requireSession(actor)
  const person = await localPerson(context, me.personId)
  const begun = await context.storage.transaction((tx) =>
    spendOnce(tx, 'passkey-registration', made.ticket, nowMs(context)),
  )
  if (begun === null || begun.personId !== person.id) throw new Failure('ticket_invalid')
  const credential = await ceremony.checkRegistration(ceremony.siteOf(origin), begun.challenge, made.response)
  const passkey: store.PasskeyRow = {
    id: randomUUID(),
    personId: person.id,
    name: made.name,
    credentialId: credential.id,
    publicKey: credential.publicKey,
    signCount: credential.counter,
    createdAtMs: nowMs(context),
    lastUsedAtMs: null,
  }
  try {
    await context.storage.transaction(async (tx) => {
      await holdLogin(tx, me, person)
      await store.insertPasskey(tx, { ...passkey, transports: ceremony.transportsIn(made.response) })
      await personMoved(context, tx, person.id)
      await tellOfChange(context, tx, me, person, 'passkey-added', passkey.name)
    })
  } catch (error) {
    if (isDuplicate(error)) throw new Failure('passkey_refused')
    throw error
  }
  return passkey
}

/**
 * Deletes a passkey of one's own, and tells its owner by mail.
 *
 * @throws {@link Failure} `passkey_not_found`, `reproof_needed`
 */
export async function removePasskey(context: AccessContext, actor: Actor, id: string): Promise<void> {
  const me = requireRecentProof(actor, nowMs(context))
  const person = await localPerson(context, me.personId)
  await context.storage.transaction(async (tx) => {
    await holdLogin(tx, me, person)
    const name = await store.deletePasskeyRow(tx, person.id, id)
    if (name === null) throw new Failure('passkey_not_found')
    await personMoved(context, tx, person.id)
    await tellOfChange(context, tx, me, person, 'passkey-removed', name)
  })
}

/** Begins showing a passkey in a session, for what asks for it. */
export async function beginProof(context: AccessContext, actor: Actor, origin: string): Promise<Ceremony> {
  const me = requireSession(actor)
  const options = await ceremony.proofOptions(ceremony.siteOf(origin))
  const data = { personId: me.personId, sessionId: me.sessionId, challenge: options.challenge }
  const ticket = await context.storage.transaction((tx) =>
    keepOnce(tx, 'passkey-proof', data, { nowMs: nowMs(context), livesMs: ceremonyLivesMs }),
  )
  return { ticket, options }
}

/**
 * Finishes it: the session now knows that the passkey was there.
 *
 * @returns the moment of the proof
 * @throws {@link Failure} `ticket_invalid`, `passkey_refused`
 */
export async function finishProof(
  context: AccessContext,
  actor: Actor,
  origin: string,
  proof: { ticket: string; response: unknown },
): Promise<number> {
  const me = requireSession(actor)
  const atMs = nowMs(context)
  const begun = await context.storage.transaction((tx) => spendOnce(tx, 'passkey-proof', proof.ticket, atMs))
  if (begun === null || begun.sessionId !== me.sessionId) throw new Failure('ticket_invalid')
  const object = personObject({ id: me.personId, username: me.username })
  try {
    const shown = await checkShown(context, me.personId, origin, begun.challenge, proof.response)
    await context.storage.transaction(async (tx) => {
      if (!(await store.moveSignCount(tx, shown.passkey, shown.signCount, atMs))) throw new Failure('passkey_refused')
      await context.sessions.prove(tx, me.sessionId, { authenticatedAtMs: atMs, adding: { passkeyAtMs: atMs } })
      const detail = { how: 'passkey', passkeyId: shown.passkey.id }
      await audit(context, tx, me, { action: 'person.reproof', ...object, outcome: 'accepted', detail })
    })
  } catch (error) {
    await context.storage.transaction((tx) =>
      audit(context, tx, me, { action: 'person.reproof', ...object, outcome: 'refused', reason: 'passkey' }),
    )
    throw error
  }
  return atMs
}

/** The passkey of exactly this person that a browser's answer shows. @throws {@link Failure} `passkey_refused` */
export async function checkShown(
  context: AccessContext,
  personId: string,
  origin: string,
  challenge: string,
  response: unknown,
): Promise<{ passkey: store.PasskeyRow; signCount: number }> {
  const passkey = await store.passkeyByCredential(context.storage.db, ceremony.credentialIdIn(response))
  if (passkey === null || passkey.personId !== personId) throw new Failure('passkey_refused')
  const signCount = await ceremony.checkProof(ceremony.siteOf(origin), challenge, passkey, response)
  return { passkey, signCount }
}
