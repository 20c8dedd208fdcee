import type { Assurance } from '../../http/actor.ts'

/** What somebody asks of a login at the provider. */
export interface SignOnDemand {
  /** One of these has to be the acr; any will do when empty. Best first, as the provider is asked for them. */
  readonly acrValues: readonly string[]
  /** All of these have to be among the amr. */
  readonly amr: readonly string[]
  readonly maxAgeSeconds: number
}

/** A proof of the last five minutes, however it was given. */
export const usualDemand: SignOnDemand = { acrValues: [], amr: [], maxAgeSeconds: 300 }

/** Why a login does not do: it says less than is asked for, or is too long ago. */
export type Shortfall = 'weak' | 'old'

/**
 * What a login lacks of a demand, null when it does. A provider that said nothing of a claim has not vouched for it.
 *
 * @see OpenID Connect Core section 2, claims `acr`, `amr` and `auth_time`
 */
export function shortfallOf(assurance: Assurance | undefined, demand: SignOnDemand, nowMs: number): Shortfall | null {
  const { acr = null, amr = [], authTimeMs = null } = assurance ?? {}
  if (demand.acrValues.length > 0 && (acr === null || !demand.acrValues.includes(acr))) return 'weak'
  if (!demand.amr.every((method) => amr.includes(method))) return 'weak'
  return authTimeMs === null || Math.abs(nowMs - authTimeMs) > demand.maxAgeSeconds * 1000 ? 'old' : null
}

/** The same, with no proof later than this moment: a clock that is ahead must not make a proof last longer. */
export function noLaterThan(assurance: Assurance, nowMs: number): Assurance {
  const { authTimeMs } = assurance
  return authTimeMs === null ? assurance : { ...assurance, authTimeMs: Math.min(authTimeMs, nowMs) }
}
