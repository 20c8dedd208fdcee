import { Failure, isFailure } from '../../../errors/failure.ts'
import { type AccessContext, audit, nowMs } from '../context.ts'
import { loggedInActor } from '../login/login.ts'
import { personObject } from '../people/people.ts'
import { personByProvider } from '../people/store.ts'
import { auditRefusal, told } from './audited.ts'
import type { Claims } from './claims.ts'
import { noLaterThan, shortfallOf } from './demand.ts'
import type { LoginInFlight } from './login-in-flight.ts'
import { refuseSecondReturn } from './used-once.ts'

/** What came back from the provider. */
export interface Vouched {
  readonly claims: Claims
  readonly idToken: string
  readonly address: string
  readonly login: LoginInFlight
}

/**
 * Notes in a session that its person proved themselves at the provider again, as strongly as was asked.
 *
 * What the provider says now replaces what it said before: a fresh but weak login must not borrow the strength of an
 * older one.
 *
 * @throws {@link Failure} `sign_on_refused` when it is somebody else or nobody any more, `sign_on_proof_weak`
 */
export async function proveBySignOn(
  context: AccessContext,
  { claims, idToken, address, login }: Vouched,
  { sessionId, demand }: NonNullable<LoginInFlight['proof']>,
): Promise<void> {
  const record = await context.sessions.record(sessionId)
  const known = await personByProvider(context.storage.db, claims.issuer, claims.subject)
  const person = record === null || record.personId !== known?.id ? null : await context.directory.get(record.personId)
  if (record === null || person === null || !person.enabled) {
    await auditRefusal(context, claims, address, 'person')
    throw new Failure('sign_on_refused')
  }
  const authenticatedAtMs = nowMs(context)
  const assurance = noLaterThan(claims.assurance, authenticatedAtMs)
  // Its age was checked with the id token, by the provider's clock and with the tolerance that clocks need.
  if (shortfallOf(assurance, demand, authenticatedAtMs) === 'weak') {
    await auditRefusal(context, claims, address, 'weak')
    throw new Failure('sign_on_proof_weak')
  }
  const noted = context.storage.transaction(async (tx) => {
    await refuseSecondReturn(context, tx, login)
    await context.sessions.prove(tx, record.id, { authenticatedAtMs, adding: { idToken, assurance } })
    await audit(context, tx, loggedInActor(person, address), {
      action: 'person.reproof',
      ...personObject(person),
      outcome: 'accepted',
      detail: { how: 'sign-on', ...told(claims) },
    })
  })
  await noted.catch(async (error: unknown) => {
    if (isFailure(error, 'sign_on_refused')) await auditRefusal(context, claims, address, 'replayed')
    throw error
  })
}
