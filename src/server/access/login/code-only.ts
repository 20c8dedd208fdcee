import { Failure } from '../../../errors/failure.ts'
import type { Actor } from '../../http/actor.ts'
import { type AccessContext, audit, nowMs } from '../context.ts'
import { personObject } from '../people/people.ts'
import { holdUnchanged, personById } from '../people/store.ts'
import { loggedInActor, type LoggedIn, type LoginPlace, meetSource, sourceHashes } from './login.ts'
import { isKnownSource } from './login-budget.ts'
import { readBudgets } from './store.ts'

/**
 * Logs in by a code alone, as the one visitor of the gate's code-only mode: a session of one factor. A device that
 * logged in before has its own budget of guesses, so that strangers cannot lock its owner out.
 *
 * @throws {@link Failure} `login_refused`
 */
export async function logInByCode(
  context: AccessContext,
  { personId, code }: { personId: string; code: string },
  place: LoginPlace & { readonly limits: { readonly idleMs: number; readonly absoluteMs: number } },
): Promise<LoggedIn> {
  const { address, device } = place
  const person = await personById(context.storage.db, personId)
  const hashes = sourceHashes(context, address, device)
  const budgets = await readBudgets(context.storage.db, personId, hashes)
  const knownDevice = isKnownSource(budgets.device, nowMs(context)) ? device : undefined
  const stranger: Actor = { kind: 'stranger', address }
  const isWelcome = person !== null && person.enabled
  const verdict = await context.codes.verify({
    personId: isWelcome ? personId : null,
    code,
    actor: stranger,
    address,
    device: knownDevice,
  })
  if (person === null || !isWelcome || !verdict.accepted) {
    const object = { objectKind: 'person', objectId: personId }
    const deed = { action: 'gate.login', ...object, outcome: 'refused' as const, reason: 'code' }
    await context.storage.transaction((tx) => audit(context, tx, stranger, deed))
    context.services.metrics.logins.inc({ outcome: 'refused' })
    throw new Failure('login_refused')
  }
  const loggedIn = await context.storage.transaction(async (tx) => {
    // Disabled or reset since: nobody comes in by an old answer (T25).
    if (!(await holdUnchanged(tx, person))) throw new Failure('login_refused')
    await meetSource(context, tx, personId, hashes, device)
    const { id, token, expiresAtMs } = await context.sessions.begin(tx, { ...place, personId, factors: 'one' })
    await audit(context, tx, loggedInActor(person, address), {
      action: 'gate.login',
      ...personObject(person),
      outcome: 'accepted',
      detail: { how: 'code-only', sessionId: id },
    })
    return { sessionId: id, token, personId, username: person.username, expiresAtMs }
  })
  context.services.metrics.logins.inc({ outcome: 'accepted' })
  return loggedIn
}
