import { randomUUID } from 'node:crypto'
import { Failure } from '../../../errors/failure.ts'
import { isDuplicate } from '../../database/conflict.ts'
import type { Tx } from '../../database/storage.ts'
import type { Actor, Role } from '../../http/actor.ts'
import { type AccessContext, audit, nowMs, personMoved } from '../context.ts'
import { endLogins } from '../end-logins.ts'
import { given } from '../given.ts'
import { endSetupLinks, keepOnce } from '../one-time.ts'
import { forgetFactors, forgetLoginFailures } from './factor-store.ts'
import { keepingAnAdministrator } from './last-administrator.ts'
import { replaceRecoveryCodes } from './recovery-codes.ts'
import * as store from './store.ts'
import { checkedName, normaliseName, usernameKey } from './usernames.ts'

/** How long a setup link waits: the first administrator sits before the server, who is invited may be away for days. */
const firstLinkLivesMs = 24 * 60 * 60_000
const inviteLivesMs = 72 * 60 * 60_000

/** The token of a setup link and when it ends. */
export interface SetupToken {
  readonly token: string
  readonly expiresAtMs: number
}

/** A person by id or, exactly, username; throws `person_not_found`. */
export async function findPerson(context: AccessContext, ref: string): Promise<store.PersonRow> {
  const { db } = context.storage
  const person = (await store.personById(db, ref)) ?? (await personNamed(context, ref))
  if (person === null) throw new Failure('person_not_found')
  return person
}

/** The person of exactly this username; case is not folded (T26). */
export async function personNamed(context: AccessContext, username: string): Promise<store.PersonRow | null> {
  const person = await store.personByUsername(context.storage.db, usernameKey(username))
  return person !== null && person.username === normaliseName(username) ? person : null
}

/** Invites a local person: no login is possible before they followed their setup link. */
export async function invitePerson(
  context: AccessContext,
  actor: Actor,
  wish: {
    username: string
    displayName?: string | undefined
    email?: string | undefined
    role?: Role | undefined
  },
): Promise<{ person: store.PersonRow; link: SetupToken }> {
  const username = checkedName(wish.username)
  const person = {
    id: randomUUID(),
    username,
    usernameKey: usernameKey(username),
    displayName: wish.displayName ?? '',
    email: wish.email ?? '',
    source: 'local',
    role: wish.role ?? 'member',
  } as const
  const link = await uniquely(() =>
    context.storage.transaction(async (tx) => {
      await store.insertPerson(tx, person, nowMs(context))
      await personMoved(context, tx, person.id)
      await audit(context, tx, actor, {
        action: 'person.create',
        ...personObject(person),
        outcome: 'done',
        detail: { role: person.role },
      })
      return newSetupLink(context, tx, person.id)
    }),
  )
  return { person: await findPerson(context, person.id), link }
}

/**
 * Changes what is given. Who is disabled is logged out everywhere in the same transaction.
 *
 * @throws {@link Failure} `person_not_found`, `last_administrator`
 */
export async function updatePerson(
  context: AccessContext,
  actor: Actor,
  ref: string,
  change: {
    displayName?: string | undefined
    email?: string | undefined
    role?: Role | undefined
    enabled?: boolean | undefined
  },
): Promise<store.PersonRow> {
  const person = await findPerson(context, ref)
  const wanted = given(change)
  await context.storage.transaction(async (tx) => {
    await keepingAnAdministrator(tx, async () => {
      await requireThere(tx, person.id)
      await store.changePerson(tx, person.id, wanted, nowMs(context))
    })
    if (change.enabled === false) {
      await endLogins(context, tx, { personId: person.id })
      await context.leavers.tell(tx, actor, { personId: person.id, personName: person.username, group: null })
    }
    await personMoved(context, tx, person.id)
    await audit(context, tx, actor, {
      action: 'person.update',
      ...personObject(person),
      outcome: 'done',
      detail: wanted,
    })
  })
  return findPerson(context, person.id)
}

/** Deletes a person with their sessions, tokens and code. What the audit says of them stays (T71). */
export async function deletePerson(context: AccessContext, actor: Actor, ref: string): Promise<void> {
  const person = await findPerson(context, ref)
  await context.storage.transaction(async (tx) => {
    await endLogins(context, tx, { personId: person.id })
    await context.tokens.end(tx, { personId: person.id })
    await context.codes.remove(tx, person.id, actor)
    await keepingAnAdministrator(tx, async () => {
      if (!(await store.deletePersonRow(tx, person.id))) throw new Failure('person_not_found')
    })
    await context.leavers.tell(tx, actor, { personId: person.id, personName: person.username, group: null })
    await personMoved(context, tx, person.id)
    await audit(context, tx, actor, { action: 'person.delete', ...personObject(person), outcome: 'done' })
  })
}

/**
 * A new beginning for a local person who lost everything: all they had ends at once, and a setup link lets them
 * choose anew. Role, groups and grants stay.
 */
export async function resetPerson(
  context: AccessContext,
  actor: Actor,
  ref: string,
): Promise<{ person: store.PersonRow; link: SetupToken }> {
  const person = await findPerson(context, ref)
  if (person.source !== 'local') throw new Failure('person_not_local')
  const link = await context.storage.transaction(async (tx) => {
    await requireThere(tx, person.id)
    // First: a login under way either has its session by now, which ends below, or finds the passphrase gone.
    await store.changePerson(tx, person.id, { passphraseHash: null }, nowMs(context))
    await endLogins(context, tx, { personId: person.id })
    await context.tokens.end(tx, { personId: person.id })
    await context.codes.remove(tx, person.id, actor)
    await forgetFactors(tx, person.id)
    await replaceRecoveryCodes(tx, person.id, [])
    await personMoved(context, tx, person.id)
    await audit(context, tx, actor, { action: 'person.reset', ...personObject(person), outcome: 'done' })
    await context.notices.post(tx, {
      event: 'person.factor_changed',
      summary: `The passphrase and second factors of ${person.username} were reset.`,
      personIds: [person.id],
      toAdministrators: true,
      fields: { personId: person.id, username: person.username, what: 'reset' },
    })
    return newSetupLink(context, tx, person.id)
  })
  return { person, link }
}

// Deleted since they were found: then nothing is done, and nothing audited as if it were.
async function requireThere(tx: Tx, personId: string): Promise<void> {
  if ((await store.holdPerson(tx, personId)) === null) throw new Failure('person_not_found')
}

/** Lifts the lock that wrong codes and passphrases brought about. */
export async function liftPerson(context: AccessContext, actor: Actor, ref: string): Promise<void> {
  const person = await findPerson(context, ref)
  await context.storage.transaction(async (tx) => {
    await requireThere(tx, person.id)
    await forgetLoginFailures(tx, person.id)
    await context.codes.lift(tx, person.id, actor)
    await audit(context, tx, actor, { action: 'person.lift', ...personObject(person), outcome: 'done' })
  })
}

/** Makes the one setup link of a person (or of the first administrator, null) that works. */
export async function newSetupLink(context: AccessContext, tx: Tx, personId: string | null): Promise<SetupToken> {
  const atMs = nowMs(context)
  const livesMs = personId === null ? firstLinkLivesMs : inviteLivesMs
  await endSetupLinks(tx, personId)
  const token = await keepOnce(tx, 'setup', { personId }, { nowMs: atMs, livesMs })
  return { token, expiresAtMs: atMs + livesMs }
}

/** The address of a setup link: its token stands in the fragment, which no server and no log ever sees. */
export function setupUrl(origin: string, token: string): string {
  return `${origin}/setup#${token}`
}

/** How the audit names a person. */
export function personObject(person: { id: string; username: string }) {
  return { objectKind: 'person', objectId: person.id, objectName: person.username }
}

async function uniquely<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (isDuplicate(error)) throw new Failure('username_taken', { detail: { field: 'username' } })
    throw error
  }
}
