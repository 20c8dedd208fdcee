import type { Me } from '../../../api/me.ts'
import { Failure } from '../../../errors/failure.ts'
import type { Actor } from '../../http/actor.ts'
import { type AccessContext, audit, nowMs, personMoved } from '../context.ts'
import { csrfTokenOf } from '../csrf.ts'
import { personObject } from '../people/people.ts'
import {
  changePerson,
  hasAdministrator,
  hasLocalLogin,
  holdPerson,
  personById,
  type PersonRow,
} from '../people/store.ts'
import { showPerson } from '../people/views.ts'
import { requireWholePerson } from '../proofs.ts'
import { isAdministrator, isAuditor, mayAddAccounts } from '../rights.ts'

/** What answering "who am I" needs besides the actor. */
export interface MeParts {
  readonly context: AccessContext
  readonly isSignOnActive: () => Promise<boolean>
}

/** Who an actor is and what they may do. */
export async function showMe({ context, isSignOnActive }: MeParts, actor: Actor, consoleToken?: string): Promise<Me> {
  const { db } = context.storage
  const row = actor.kind === 'person' ? await personById(db, actor.personId) : null
  const setupNeeded = !(await hasAdministrator(db))
  return {
    kind: actor.kind === 'operator' ? 'root' : actor.kind,
    person: row === null ? null : await showPerson(context, row),
    preferences: { ...row?.preferences },
    mayAdminister: isAdministrator(actor),
    mayAudit: isAuditor(actor),
    mayAddAccounts: mayAddAccounts(actor),
    csrfToken: consoleToken === undefined ? null : csrfTokenOf(consoleToken),
    authenticatedAtMs: actor.kind === 'person' ? actor.authenticatedAtMs : null,
    serverTimeMs: nowMs(context),
    version: context.services.config.version,
    login: { local: setupNeeded || (await hasLocalLogin(db)), oidc: await isSignOnActive(), setupNeeded },
  }
}

const maxPreferences = 64
const maxPreferenceLength = 256
const preferenceName = /^[a-z][a-z0-9_.:-]{0,63}$/i

/** Changes what a person may change about themselves; preferences that are given join those that are there. */
export async function changeMe(
  context: AccessContext,
  actor: Actor,
  change: { displayName?: string | undefined; preferences?: Record<string, string | boolean> | undefined },
): Promise<PersonRow> {
  const { personId } = requireWholePerson(actor)
  await context.storage.transaction(async (tx) => {
    const person = await holdPerson(tx, personId)
    if (person === null) throw new Failure('person_not_found')
    const preferences = checkedPreferences({ ...person.preferences, ...change.preferences })
    const displayName = change.displayName === undefined ? {} : { displayName: change.displayName }
    await changePerson(tx, personId, { ...displayName, preferences }, nowMs(context))
    await personMoved(context, tx, personId)
    const detail = { ...displayName, preferences: Object.keys(change.preferences ?? {}) }
    await audit(context, tx, actor, { action: 'person.update', ...personObject(person), outcome: 'done', detail })
  })
  const person = await personById(context.storage.db, personId)
  if (person === null) throw new Failure('person_not_found')
  return person
}

function checkedPreferences(preferences: Record<string, string | boolean>): Record<string, string | boolean> {
  const entries = Object.entries(preferences)
  const isFit = ([name, value]: [string, string | boolean]) =>
    preferenceName.test(name) && (typeof value === 'boolean' || value.length <= maxPreferenceLength)
  if (entries.length > maxPreferences || !entries.every(isFit)) throw new Failure('preference_unknown')
  return preferences
}
