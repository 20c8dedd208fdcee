import type { Confirmation } from '../../../api/subjects.ts'
import { hashPassphrase } from '../../../crypto/passphrase.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Tx } from '../../database/storage.ts'
import type { Actor } from '../../http/actor.ts'
import { type AccessContext, audit, nowMs, personMoved } from '../context.ts'
import { endLogins } from '../end-logins.ts'
import { checkFirstFactor, chargeFirstFactor, mustWait } from '../login/login.ts'
import { refuseWeakPassphrase } from '../login/passphrase-rule.ts'
import { personObject } from '../people/people.ts'
import type { NewCode } from '../people/person-codes.ts'
import { makeRecoveryCodes, replaceRecoveryCodes } from '../people/recovery-codes.ts'
import { changePerson, holdUnchanged, personById, type PersonRow } from '../people/store.ts'
import { requireRecentProof, requireSession, type SessionActor } from '../proofs.ts'
import { holdSession } from '../sessions/store.ts'

/** What is typed to prove once more that it is oneself. */
export interface Reproof {
  readonly passphrase?: string | undefined
  readonly code?: string | undefined
}

/**
 * Proves a local person again in their session, with passphrase and code, counted like any login.
 *
 * @returns the moment that now stands for the last full proof
 * @throws {@link Failure} `reproof_refused`, `person_not_local`
 */
export async function reprove(context: AccessContext, actor: Actor, proof: Reproof): Promise<number> {
  const me = requireSession(actor)
  const person = await localPerson(context, me.personId)
  await proveAgain(context, me, person, proof)
  const authenticatedAtMs = nowMs(context)
  await context.storage.transaction(async (tx) => {
    await context.sessions.prove(tx, me.sessionId, { authenticatedAtMs, factors: 'two' })
    await audit(context, tx, me, { action: 'person.reproof', ...personObject(person), outcome: 'accepted' })
  })
  return authenticatedAtMs
}

/** Changes one's passphrase, proven by the old one and a code; all other sessions end. */
export async function changePassphrase(
  context: AccessContext,
  actor: Actor,
  change: { passphrase: string; newPassphrase: string; code?: string | undefined },
): Promise<void> {
  const me = requireSession(actor)
  const person = await localPerson(context, me.personId)
  refuseWeakPassphrase(change.newPassphrase, person.username)
  await proveAgain(context, me, person, change)
  const passphraseHash = await hashPassphrase(change.newPassphrase)
  await context.storage.transaction(async (tx) => {
    await holdLogin(tx, me, person)
    await changePerson(tx, person.id, { passphraseHash }, nowMs(context))
    await personMoved(context, tx, person.id)
    await tellOfChange(context, tx, me, person, 'passphrase')
  })
}

/** Begins a new code beside the old one, for whoever proved lately that it is them. */
export async function beginCode(context: AccessContext, actor: Actor): Promise<NewCode> {
  const me = requireRecentProof(actor, nowMs(context))
  const person = await localPerson(context, me.personId)
  return context.storage.transaction(async (tx) => {
    await holdLogin(tx, me, person)
    return context.codes.begin(tx, person, me)
  })
}

/**
 * Confirms the new code by its first digits; from then on the old one opens nothing, and no other session lives. Of a
 * wrong one it tells how far the clock behind it is off, as every enrolment does.
 */
export async function confirmCode(context: AccessContext, actor: Actor, code: string): Promise<Confirmation> {
  const me = requireSession(actor)
  const person = await localPerson(context, me.personId)
  const typed = { personId: person.id, code, actor: me, address: me.address }
  return context.codes.confirm(typed, {
    hold: (tx) => holdLogin(tx, me, person),
    carryOut: async (tx) => {
      await personMoved(context, tx, person.id)
      await tellOfChange(context, tx, me, person, 'code')
    },
  })
}

/** New recovery codes in the place of the old ones, told this once. */
export async function renewRecoveryCodes(context: AccessContext, actor: Actor): Promise<string[]> {
  const me = requireRecentProof(actor, nowMs(context))
  const person = await localPerson(context, me.personId)
  const codes = makeRecoveryCodes()
  await context.storage.transaction(async (tx) => {
    await holdLogin(tx, me, person)
    await replaceRecoveryCodes(tx, person.id, codes)
    await tellOfChange(context, tx, me, person, 'recovery-codes')
  })
  return codes
}

/**
 * Ends the other sessions and the logins under way after a factor changed, audits it and tells the person by mail; a
 * passkey has a name.
 */
export async function tellOfChange(
  context: AccessContext,
  tx: Tx,
  me: SessionActor,
  person: PersonRow,
  what: string,
  name?: string,
): Promise<void> {
  await endLogins(context, tx, { personId: person.id, exceptId: me.sessionId })
  await audit(context, tx, me, {
    action: 'person.factor_change',
    ...personObject(person),
    outcome: 'done',
    detail: name === undefined ? { what } : { what, name },
  })
  await context.notices.post(tx, {
    event: 'person.factor_changed',
    summary: `A factor of ${person.username} was changed (${what}). If that was not you, ask an administrator to reset it.`,
    personIds: [person.id],
    fields: { personId: person.id, username: person.username, what },
  })
}

/**
 * Throws unless the session still lives and its person is who was read, neither disabled nor reset: what ended a
 * moment ago changes no factor. Until the transaction ends it stays so.
 *
 * @throws {@link Failure} `login_needed`
 */
export async function holdLogin(tx: Tx, me: SessionActor, person: PersonRow): Promise<void> {
  const isLive = (await holdUnchanged(tx, person)) && (await holdSession(tx, me.sessionId))
  if (!isLive) throw new Failure('login_needed')
}

/** The local person behind a session; whoever comes from the provider has their factors there. */
export async function localPerson(context: AccessContext, personId: string): Promise<PersonRow> {
  const person = await personById(context.storage.db, personId)
  if (person === null) throw new Failure('person_not_found')
  if (person.source !== 'local') throw new Failure('person_not_local')
  return person
}

async function proveAgain(
  context: AccessContext,
  me: SessionActor,
  person: PersonRow,
  { passphrase = '', code = '' }: Reproof,
): Promise<void> {
  const first = await checkFirstFactor(context, { username: person.username, passphrase }, me)
  const personId = first.refusal === null ? person.id : null
  const verdict = await context.codes.verify({ personId, code, actor: me, address: me.address })
  const isLate = first.refusal === null && (await mustWait(context, context.storage.db, first))
  if (first.refusal === null && !isLate && verdict.accepted) return
  const refusal = first.refusal ?? (isLate ? 'waiting' : verdict.isLocked ? 'locked' : 'code')
  await context.storage.transaction(async (tx) => {
    const reason = await chargeFirstFactor(context, tx, first, refusal)
    await audit(context, tx, me, { action: 'person.reproof', ...personObject(person), outcome: 'refused', reason })
  })
  throw new Failure('reproof_refused')
}
