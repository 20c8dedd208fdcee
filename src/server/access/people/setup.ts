import { randomUUID } from 'node:crypto'
import { hashPassphrase } from '../../../crypto/passphrase.ts'
import { Failure } from '../../../errors/failure.ts'
import { isDuplicate } from '../../database/conflict.ts'
import type { Tx } from '../../database/storage.ts'
import { takeTurn } from '../../database/turns.ts'
import type { Actor } from '../../http/actor.ts'
import { type AccessContext, audit, nowMs, personMoved } from '../context.ts'
import { refuseWeakPassphrase } from '../login/passphrase-rule.ts'
import { keepOnce, type OneTimeData, readOnce, type SetupTicket, spendOnce, spendOnceByKey } from '../one-time.ts'
import { findOnce } from '../one-time-store.ts'
import type { Login } from '../sessions/sessions.ts'
import { tokenKey } from '../token-key.ts'
import { newSetupLink, personObject, type SetupToken } from './people.ts'
import type { NewCode } from './person-codes.ts'
import { makeRecoveryCodes, replaceRecoveryCodes } from './recovery-codes.ts'
import * as store from './store.ts'
import { checkedName, usernameKey } from './usernames.ts'

const ticketLivesMs = 15 * 60_000

/** The one-time link of the first start, or null when there is an administrator already. */
export async function firstSetupLink(context: AccessContext): Promise<SetupToken | null> {
  if (await store.hasAdministrator(context.storage.db)) return null
  return context.storage.transaction((tx) => newSetupLink(context, tx, null))
}

/**
 * Whom a setup link is for, without using it up.
 *
 * @returns the user name, null for the first administrator, who still chooses one
 * @throws {@link Failure} `setup_link_invalid` or `setup_done`
 */
export async function readSetupLink(context: AccessContext, setupToken: string): Promise<{ username: string | null }> {
  const link = await linkOf(context, setupToken)
  if (link.personId !== null) return { username: (await invitedPerson(context, link.personId)).username }
  if (await store.hasAdministrator(context.storage.db)) throw new Failure('setup_done')
  return { username: null }
}

/** Opens a setup link: keeps the chosen passphrase hashed and shows the new secret, which its first code proves. */
export async function beginSetup(
  context: AccessContext,
  actor: Actor,
  wish: { setupToken: string; username?: string | undefined; passphrase: string },
): Promise<NewCode & { ticket: string; username: string }> {
  const link = await linkOf(context, wish.setupToken)
  const person = await personOfLink(context, link.personId, wish.username)
  refuseWeakPassphrase(wish.passphrase, person.username)
  const passphraseHash = await hashPassphrase(wish.passphrase)
  const kept: SetupTicket = {
    setupKey: tokenKey(wish.setupToken),
    personId: person.id,
    isFirst: link.personId === null,
    username: person.username,
    passphraseHash,
  }
  return context.storage.transaction(async (tx) => {
    const code = await context.codes.begin(tx, person, actor)
    const ticket = await keepOnce(tx, 'setup-ticket', kept, { nowMs: nowMs(context), livesMs: ticketLivesMs })
    return { ...code, ticket, username: person.username }
  })
}

async function linkOf(context: AccessContext, setupToken: string): Promise<OneTimeData['setup']> {
  const link = await readOnce(context.storage.db, 'setup', setupToken, nowMs(context))
  if (link === null) throw new Failure('setup_link_invalid')
  return link
}

async function invitedPerson(context: AccessContext, personId: string): Promise<store.PersonRow> {
  const person = await store.personById(context.storage.db, personId)
  if (person === null || !person.enabled) throw new Failure('setup_link_invalid')
  return person
}

async function personOfLink(
  context: AccessContext,
  personId: string | null,
  username: string | undefined,
): Promise<{ id: string; username: string }> {
  if (personId !== null) return invitedPerson(context, personId)
  if (await store.hasAdministrator(context.storage.db)) throw new Failure('setup_done')
  const name = checkedName(username ?? '')
  if ((await store.personByUsername(context.storage.db, usernameKey(name))) !== null)
    throw new Failure('username_taken')
  return { id: randomUUID(), username: name }
}

/** What a finished setup or `init` leaves to write down. */
export interface SetUp {
  readonly personId: string
  readonly recoveryCodes: readonly string[]
}

/** Proves the first code, uses the link up and logs the person in. */
export async function finishSetup(
  context: AccessContext,
  actor: Actor,
  proof: { ticket: string; code: string },
  login: Omit<Login, 'personId' | 'factors' | 'kind'>,
): Promise<SetUp & { session: { id: string; token: string } }> {
  const ticket = await readOnce(context.storage.db, 'setup-ticket', proof.ticket, nowMs(context))
  if (ticket === null) throw new Failure('ticket_invalid')
  // Looked at before the code counts: of two browsers on one link the second must not put its secret over the first one's.
  if (!(await isLinkGood(context, ticket))) throw new Failure('setup_link_invalid')
  const { personId } = ticket
  const invited = ticket.isFirst ? null : await invitedPerson(context, personId)
  const recoveryCodes = makeRecoveryCodes()
  let session: { id: string; token: string } | null = null
  const typed = { personId, code: proof.code, actor, address: login.address }
  const { confirmed } = await uniquely(() =>
    context.codes.confirm(typed, {
      hold: async (tx) => {
        // Disabled or deleted while the first code was typed: they get no passphrase and no session (T25).
        if (invited !== null && !(await store.holdUnchanged(tx, invited))) throw new Failure('setup_link_invalid')
      },
      carryOut: async (tx) => {
        await useUp(context, tx, ticket, proof.ticket)
        await store.settle(tx, ticket, nowMs(context))
        await replaceRecoveryCodes(tx, personId, recoveryCodes)
        await personMoved(context, tx, personId)
        const person: Actor = personActor(ticket, actor)
        await audit(context, tx, person, {
          action: 'person.setup',
          ...personObject(ticketPerson(ticket)),
          outcome: 'done',
        })
        session = await context.sessions.begin(tx, { ...login, kind: 'console', personId, factors: 'two' })
        await audit(context, tx, person, {
          action: 'person.login',
          ...personObject(ticketPerson(ticket)),
          outcome: 'accepted',
          detail: { how: 'setup', sessionId: session.id },
        })
      },
    }),
  )
  if (!confirmed || session === null) throw new Failure('code_refused')
  return { personId, recoveryCodes, session }
}

async function isLinkGood(context: AccessContext, { setupKey }: SetupTicket): Promise<boolean> {
  return (await findOnce(context.storage.db, 'setup', setupKey, nowMs(context))) !== null
}

// Of two browsers on one link the second finds the link used.
async function useUp(context: AccessContext, tx: Tx, ticket: SetupTicket, ticketToken: string): Promise<void> {
  const atMs = nowMs(context)
  if ((await spendOnce(tx, 'setup-ticket', ticketToken, atMs)) === null) throw new Failure('ticket_invalid')
  if ((await spendOnceByKey(tx, 'setup', ticket.setupKey, atMs)) === null) throw new Failure('setup_link_invalid')
  if (ticket.isFirst) await refuseSecond(context, tx)
}

// Two servers may each hand out a link at their first start, and `init` may run beside them.
async function refuseSecond({ storage }: AccessContext, tx: Tx): Promise<void> {
  await takeTurn(tx, storage.engine, 'firstAdministrator')
  if (await store.hasAdministrator(tx)) throw new Failure('setup_done')
}

/** Makes the first administrator without a browser, for `watchword init`. */
export async function initialise(
  context: AccessContext,
  wish: { username: string; passphrase: string },
): Promise<SetUp & { rootToken: string; otpauthUri: string }> {
  if (await store.hasAdministrator(context.storage.db)) throw new Failure('setup_done')
  const username = checkedName(wish.username)
  refuseWeakPassphrase(wish.passphrase, username)
  const passphraseHash = await hashPassphrase(wish.passphrase)
  const person = { id: randomUUID(), username }
  const actor: Actor = { kind: 'operator', name: 'init', address: '' }
  const recoveryCodes = makeRecoveryCodes()
  const answer = await uniquely(() =>
    context.storage.transaction(async (tx) => {
      await refuseSecond(context, tx)
      await store.settle(tx, { personId: person.id, isFirst: true, username, passphraseHash }, nowMs(context))
      const { otpauthUri } = await context.codes.install(tx, person, actor)
      await replaceRecoveryCodes(tx, person.id, recoveryCodes)
      const { text } = await context.tokens.create(tx, {
        name: 'root',
        owner: 'root',
        scopes: ['admin'],
        createdBy: 'init',
      })
      await personMoved(context, tx, person.id)
      await audit(context, tx, actor, { action: 'person.setup', ...personObject(person), outcome: 'done' })
      await audit(context, tx, actor, {
        action: 'token.create',
        objectKind: 'token',
        objectId: 'root',
        objectName: 'root',
        outcome: 'done',
      })
      return { rootToken: text ?? '', otpauthUri }
    }),
  )
  return { personId: person.id, recoveryCodes, ...answer }
}

function ticketPerson(ticket: SetupTicket) {
  return { id: ticket.personId, username: ticket.username }
}

function personActor(ticket: SetupTicket, stranger: Actor): Actor {
  return {
    kind: 'person',
    personId: ticket.personId,
    username: ticket.username,
    role: 'member',
    groupIds: [],
    mayAddAccounts: false,
    address: stranger.address,
    factors: 'two',
    authenticatedAtMs: 0,
  }
}

async function uniquely<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (isDuplicate(error)) throw new Failure('username_taken')
    throw error
  }
}
