import { randomUUID } from 'node:crypto'
import { Failure } from '../../../errors/failure.ts'
import { isDuplicate } from '../../database/conflict.ts'
import type { Tx } from '../../database/storage.ts'
import { type AccessContext, audit, groupMoved, nowMs, personMoved } from '../context.ts'
import { deleteProviderMember, groupByName, insertGroup, insertMember, providerGroups } from '../groups/store.ts'
import { everyone } from '../groups/everyone.ts'
import { loggedInActor } from '../login/login.ts'
import { personObject } from '../people/people.ts'
import {
  changePerson,
  holdPerson,
  insertPerson,
  personByProvider,
  personByUsername,
  type PersonRow,
} from '../people/store.ts'
import { checkedName, usernameKey } from '../people/usernames.ts'
import { type Claims, roleAfterSignOn } from './claims.ts'
import type { SignOnSettings } from './settings.ts'

/** Others who sign on first at the same moment, each with a name or group that we are about to add. */
const attempts = 5

/**
 * Runs the transaction of a sign-on, and again where another made the same person, name or group meanwhile: then it
 * finds them.
 */
export async function signOnTransaction<T>({ storage }: AccessContext, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await storage.transaction(work)
    } catch (error) {
      if (count >= attempts || !isDuplicate(error)) throw error
    }
  }
}

/**
 * The person a provider speaks of, made at their first sign-on and brought up to date at each: name, address, role
 * and the groups the provider says. The key is issuer and subject; an equal name or mail address means nothing (T64).
 *
 * What somebody brings along may have been issued before what the provider said last: then it changes nothing. Both
 * moments are the provider's, so it matters neither what our clock says nor which server was told.
 *
 * @param source - a `sign-on` is what the provider says at this moment; a `token` may be old
 */
export async function provisionPerson(
  context: AccessContext,
  tx: Tx,
  claims: Claims,
  settings: SignOnSettings,
  address: string,
  source: 'sign-on' | 'token' = 'sign-on',
): Promise<PersonRow> {
  const found = await personByProvider(tx, claims.issuer, claims.subject)
  // Held: whoever disables them meanwhile comes after us, and ends the session that this sign-on begins.
  const known = found === null ? null : await holdPerson(tx, found.id)
  if (known?.enabled === false) throw new Failure('sign_on_refused')
  if (source === 'token' && known !== null && claims.issuedAtMs < known.oidcToldAtMs) return known
  const role = roleAfterSignOn(known?.role ?? null, claims, settings)
  const person = known ?? (await addPerson(context, tx, claims, role, address))
  const { displayName, email } = claims
  if (known !== null && (known.role !== role || known.displayName !== displayName || known.email !== email)) {
    await changePerson(tx, person.id, { role, displayName, email }, nowMs(context))
    if (known.role !== role) await auditRole(context, tx, person, role, address)
  }
  if (person.oidcToldAtMs !== claims.issuedAtMs) {
    await changePerson(tx, person.id, { oidcToldAtMs: claims.issuedAtMs }, nowMs(context))
  }
  await syncGroups(context, tx, person, claims.groups ?? [], address)
  await personMoved(context, tx, person.id)
  return { ...person, role, displayName, email }
}

async function addPerson(
  context: AccessContext,
  tx: Tx,
  claims: Claims,
  role: PersonRow['role'],
  address: string,
): Promise<PersonRow> {
  const username = await freeUsername(tx, claims)
  const person = {
    id: randomUUID(),
    username,
    usernameKey: usernameKey(username),
    displayName: claims.displayName,
    email: claims.email,
    source: 'oidc',
    oidcIssuer: claims.issuer,
    oidcSubject: claims.subject,
    role,
  } as const
  await insertPerson(tx, person, nowMs(context))
  await audit(context, tx, loggedInActor(person, address), {
    action: 'person.create',
    ...personObject(person),
    outcome: 'done',
    detail: { source: 'oidc', issuer: claims.issuer, role },
  })
  const added = await personByProvider(tx, claims.issuer, claims.subject)
  if (added === null) throw new Failure('sign_on_refused')
  return added
}

// Apps behind the gate are told this name: it must never be that of another person.
async function freeUsername(tx: Tx, claims: Claims): Promise<string> {
  const host = new URL(claims.issuer).hostname
  const wished = fitName(claims.username) ?? fitName(claims.subject) ?? 'person'
  const candidates = [wished, `${wished}@${host}`.slice(0, 128)]
  for (const candidate of candidates) {
    if ((await personByUsername(tx, usernameKey(candidate))) === null) return candidate
  }
  return `${wished.slice(0, 80)}~${randomUUID()}`
}

function fitName(name: string): string | null {
  try {
    return checkedName(name)
  } catch {
    return null
  }
}

async function auditRole(
  context: AccessContext,
  tx: Tx,
  person: PersonRow,
  role: PersonRow['role'],
  address: string,
): Promise<void> {
  await audit(context, tx, loggedInActor(person, address), {
    action: 'person.update',
    ...personObject(person),
    outcome: 'done',
    detail: { role, by: 'provider' },
  })
}

async function syncGroups(
  context: AccessContext,
  tx: Tx,
  person: PersonRow,
  names: readonly string[],
  address: string,
): Promise<void> {
  const wanted = names.filter((name) => name !== everyone.name)
  const present = await providerGroups(tx, person.id)
  const gone = present.filter((group) => !wanted.includes(group.name))
  const added = wanted.filter((name) => !present.some((group) => group.name === name))
  for (const group of gone) {
    if (!(await deleteProviderMember(tx, { groupId: group.id, personId: person.id }))) continue
    const leaver = { personId: person.id, personName: person.username, group }
    await context.leavers.tell(tx, loggedInActor(person, address), leaver)
  }
  for (const name of added) {
    const groupId = (await groupByName(tx, name))?.id ?? (await addGroup(context, tx, name))
    await insertMember(tx, { groupId, personId: person.id, source: 'oidc' })
  }
  if (gone.length === 0 && added.length === 0) return
  await audit(context, tx, loggedInActor(person, address), {
    action: 'person.groups',
    ...personObject(person),
    outcome: 'done',
    detail: { by: 'provider', added, removed: gone.map((group) => group.name) },
  })
}

async function addGroup(context: AccessContext, tx: Tx, name: string): Promise<string> {
  const id = randomUUID()
  await insertGroup(tx, { id, name, source: 'oidc', role: null, mayAddAccounts: false }, nowMs(context))
  await groupMoved(context, tx, id)
  return id
}
