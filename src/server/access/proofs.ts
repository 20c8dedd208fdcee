import { Failure } from '../../errors/failure.ts'
import type { Actor, PersonActor } from '../http/actor.ts'
import { requireKnown } from './rights.ts'

/** How long a login or re-proof speaks for changes of one's own factors. */
const recentForMs = 10 * 60_000

/** A person in a browser session, as only they may change what is theirs. */
export type SessionActor = PersonActor & { readonly sessionId: string }

/** Throws unless a person asks from their own session; no token changes factors. */
export function requireSession(actor: Actor): SessionActor {
  requireKnown(actor)
  const { sessionId } = actor.kind === 'person' ? actor : {}
  if (actor.kind !== 'person' || sessionId === undefined) throw new Failure('forbidden')
  return { ...actor, sessionId }
}

/** Throws unless a person asks with all their rights: in a session, or by a command they signed in. */
export function requireWholePerson(actor: Actor): PersonActor {
  requireKnown(actor)
  if (actor.kind !== 'person' || actor.scopes !== undefined) throw new Failure('forbidden')
  return actor
}

/** Whether somebody proved a moment ago that it is them. A proof of the future, from a clock that was ahead, is none. */
export function isRecent(authenticatedAtMs: number, nowMs: number, withinMs: number = recentForMs): boolean {
  return Math.abs(nowMs - authenticatedAtMs) <= withinMs
}

/**
 * Throws unless the person proved lately that it is them; what asks for it is told to the console by the code.
 *
 * @throws {@link Failure} `reproof_needed`
 */
export function requireRecentProof(actor: Actor, nowMs: number): SessionActor {
  const person = requireSession(actor)
  if (!isRecent(person.authenticatedAtMs, nowMs)) throw new Failure('reproof_needed')
  return person
}
