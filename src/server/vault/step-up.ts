import type { FailureCode } from '../../errors/catalogue.ts'
import type { Actor } from '../http/actor.ts'
import type { StepUp } from './account.ts'

/** How long a proof counts as recent. */
const recentMs = 5 * 60_000

/**
 * What a person has to prove before the reveal, null when nothing.
 *
 * Tokens and services can prove nothing at that moment, so that an account with step-up is closed to them.
 */
export function missingProof(stepUp: StepUp, actor: Actor, nowMs: number): FailureCode | null {
  if (stepUp === 'off') return null
  const failure = stepUp === 'recent' ? 'reveal_step_up_recent' : 'reveal_step_up_passkey'
  if (actor.kind !== 'person' || actor.sessionId === undefined) return failure
  const provedAtMs = stepUp === 'recent' ? actor.authenticatedAtMs : (actor.passkeyAtMs ?? 0)
  return nowMs - provedAtMs <= recentMs ? null : failure
}
