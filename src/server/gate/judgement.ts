import { isRecent } from '../access/proofs.ts'
import type { Factors } from '../http/actor.ts'
import { decide, type Decision, type Rule, signedInPasses, strangerMayBecome, type Visitor } from './rules.ts'
import type { TokenLimits } from './token-limits.ts'
import type { Visit } from './visit.ts'

/** Somebody a session or a gate token vouches for. */
export interface Pass {
  /** Null for a service's token: no rule for people speaks of it. */
  readonly username: string | null
  readonly groups: readonly string[]
  readonly factors: Factors
  readonly authenticatedAtMs: number
  /** Set for a token: where it may be used. */
  readonly limits: TokenLimits | null
}

/**
 * What the gate makes of a visit: `login` and `step_up` send a browser to the portal, `forbidden` is for whom
 * logging in would not help.
 */
export interface Judgement {
  readonly outcome: 'allow' | 'login' | 'step_up' | 'forbidden'
  readonly rule: Rule | null
  /** Websockets are opened from pages of the same site alone. */
  readonly sameSiteSockets: boolean
}

/**
 * Judges one visit.
 *
 * @param rules - null without a rules file: then every signed-in person passes
 */
export function judgeVisit(
  rules: readonly Rule[] | null,
  visit: Visit,
  pass: Pass | null,
  address: string | null,
  nowMs: number,
): Judgement {
  const known = pass !== null && pass.limits?.covers(visit) !== false ? pass : null
  const visitor: Visitor = { address, username: known?.username ?? null, groups: known?.groups ?? [] }
  const decision = rules === null ? signedInPasses : decide(rules, visit, visitor)
  const { rule, sameSiteSockets } = decision
  const outcome =
    known === null ? outcomeForStranger(rules, visit, visitor, decision) : outcomeFor(known, decision, nowMs)
  return { outcome, rule, sameSiteSockets }
}

function outcomeForStranger(
  rules: readonly Rule[] | null,
  visit: Visit,
  visitor: Visitor,
  { verdict }: Decision,
): Judgement['outcome'] {
  if (verdict === 'bypass') return 'allow'
  const mayHelp = rules === null || verdict !== 'deny' || strangerMayBecome(rules, visit, visitor)
  return mayHelp ? 'login' : 'forbidden'
}

function outcomeFor(pass: Pass, { verdict, stepUpSeconds }: Decision, nowMs: number): Judgement['outcome'] {
  if (verdict === 'bypass') return 'allow'
  if (verdict === 'deny') return 'forbidden'
  if (verdict === 'two_factor' && !hasTwoFactors(pass)) return 'step_up'
  if (stepUpSeconds === null) return 'allow'
  // Nobody is there who could prove a token anew, so it is never fresh.
  const isFresh = pass.limits === null && isRecent(pass.authenticatedAtMs, nowMs, stepUpSeconds * 1000)
  return isFresh ? 'allow' : 'step_up'
}

// A token is one factor, however it came about, unless its maker said otherwise (P25).
function hasTwoFactors(pass: Pass): boolean {
  return pass.limits === null ? pass.factors === 'two' : pass.limits.twoFactor
}
