import type { FailureCode } from '../../errors/catalogue.ts'
import { Failure } from '../../errors/failure.ts'
import type { Actor } from '../http/actor.ts'
import { shortfallOf, type SignOnDemand, usualDemand } from '../access/oidc/demand.ts'
import { isRecent } from '../access/proofs.ts'
import type { StepUp, VaultAccount } from './account.ts'

/** How long a proof counts as recent. */
const recentMs = 5 * 60_000

/**
 * What a person has to prove before the reveal, null when nothing.
 *
 * Tokens and services can prove nothing at that moment, so that an account with step-up is closed to them; one that
 * asks for a login at the provider is closed to local people too.
 */
export function missingProof(
  { stepUp, signOnDemand }: Pick<VaultAccount, 'stepUp' | 'signOnDemand'>,
  actor: Actor,
  nowMs: number,
): FailureCode | null {
  if (stepUp === 'off') return null
  const isInSession = actor.kind === 'person' && actor.sessionId !== undefined
  switch (stepUp) {
    case 'recent':
      return isInSession && isRecent(actor.authenticatedAtMs, nowMs, recentMs) ? null : 'reveal_step_up_recent'
    case 'passkey':
      return isInSession && isRecent(actor.passkeyAtMs ?? 0, nowMs, recentMs) ? null : 'reveal_step_up_passkey'
    case 'sign-on': {
      const assurance = isInSession ? actor.assurance : undefined
      return shortfallOf(assurance, signOnDemand ?? usualDemand, nowMs) === null ? null : 'reveal_step_up_sign_on'
    }
  }
}

/**
 * The demand an account has from now on: what is given, else what it had, else the usual one.
 *
 * @throws {@link Failure} `account_demand_unused` when a demand is given that nothing would ask for
 */
export function demandOf(
  stepUp: StepUp,
  given: SignOnDemand | undefined,
  before: SignOnDemand | null,
): SignOnDemand | null {
  if (stepUp === 'sign-on') return given ?? before ?? usualDemand
  if (given !== undefined) throw new Failure('account_demand_unused')
  return null
}
