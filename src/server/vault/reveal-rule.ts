import type { FailureCode } from '../../errors/catalogue.ts'
import { type Actor, actorId, actorName } from '../http/actor.ts'
import type { VaultAccount } from './account.ts'
import { decideLease, decideNext, type Lease, type LeaseWish } from './lease.ts'
import { type AccountGrant, maySee, rightsOn } from './rights.ts'
import { missingProof } from './step-up.ts'

/** One wish to see a code of one account. */
export interface RevealWish {
  readonly actor: Actor
  readonly minSeconds: number
  /** Also the next code, where it may be told. */
  readonly wantsNext: boolean
  /** The code of the secret before, while it can come back. */
  readonly wantsPrevious: boolean
  readonly hasWaited: boolean
  /** Which act this is, hashed; accounts that count give one code for each. */
  readonly actKey: string | null
}

/** What is known of the account when the wish is decided. */
export interface RevealFacts {
  readonly account: VaultAccount
  readonly grants: readonly AccountGrant[]
  readonly leases: readonly Lease[]
  readonly nowMs: number
}

/** What becomes of a wish. `leases` and `counter` are to be written before the code is handed out. */
export type RevealDecision =
  | {
      readonly kind: 'reveal'
      readonly step: number
      readonly nextStep: number | null
      readonly holder: Lease | null
      readonly leases: readonly Lease[]
      /** The counter from now on; null when it does not move. */
      readonly counter: number | null
    }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly leases: readonly Lease[] }
  | {
      readonly kind: 'held'
      readonly holderName: string
      readonly retryAfterMs: number
      readonly leases: readonly Lease[]
    }
  | { readonly kind: 'denied'; readonly failure: FailureCode }

/** Decides one reveal: the right first, then the proof the account asks for, then the lease. */
export function decideReveal(wish: RevealWish, facts: RevealFacts): RevealDecision {
  const failure = refusal(wish, facts)
  if (failure !== null) return { kind: 'denied', failure }
  if (wish.wantsPrevious) return plainReveal(presentStep(facts))
  return facts.account.type === 'hotp' ? decideCounted(wish, facts) : decideTimed(wish, facts)
}

/**
 * Decides two codes in a row for registering at the service: those of the step before and of this one, so that
 * no code of a later step leaves the house.
 *
 * @param isCustodian - whether the actor stored the present secret, and so knows it anyway
 */
export function decideRegistration(wish: RevealWish, facts: RevealFacts, isCustodian: boolean): RevealDecision {
  const { account, grants, nowMs } = facts
  const rights = rightsOn(wish.actor, account.id, grants, nowMs)
  if (!maySee(rights) || account.deletedAtMs !== null) return { kind: 'denied', failure: 'account_not_found' }
  if (!rights.mayManage) return { kind: 'denied', failure: 'forbidden' }
  if (!rights.mayReveal && !isCustodian) return { kind: 'denied', failure: 'reveal_not_custodian' }
  const proof = missingProof(account, wish.actor, nowMs)
  if (proof !== null) return { kind: 'denied', failure: proof }
  if (account.type === 'hotp') return { kind: 'denied', failure: 'account_counter_based' }
  return decideTimed({ ...wish, minSeconds: 0, wantsNext: false }, facts)
}

function refusal({ actor, actKey, wantsPrevious }: RevealWish, facts: RevealFacts): FailureCode | null {
  const { account, grants, nowMs } = facts
  const rights = rightsOn(actor, account.id, grants, nowMs)
  if (!maySee(rights) || account.deletedAtMs !== null) return 'account_not_found'
  if (!rights.mayReveal) return 'reveal_not_granted'
  const proof = missingProof(account, actor, nowMs)
  if (proof !== null) return proof
  if (wantsPrevious && (account.previousUntilMs ?? 0) <= nowMs) return 'account_no_previous_secret'
  return account.type === 'hotp' && actKey === null && !wantsPrevious ? 'reveal_key_missing' : null
}

// One act, one code: the lease of a counter is held by the act that moved it.
function decideCounted({ actor, actKey }: RevealWish, { account, leases, nowMs }: RevealFacts): RevealDecision {
  const holderId = `${actorId(actor)} ${actKey ?? ''}`
  const before = leases.find((lease) => lease.holderId === holderId)
  if (before !== undefined) return plainReveal(before.step)
  const lease: Lease = { step: account.counter, holderId, holderName: actorName(actor), atMs: nowMs }
  return { ...plainReveal(account.counter), leases: [lease], counter: account.counter + 1 }
}

function decideTimed(wish: RevealWish, { account, leases, nowMs }: RevealFacts): RevealDecision {
  const leaseWish: LeaseWish = {
    mode: account.lease,
    periodSeconds: account.periodSeconds,
    nowMs,
    actorId: actorId(wish.actor),
    actorName: actorName(wish.actor),
    minSeconds: wish.minSeconds,
    hasWaited: wish.hasWaited,
    leases,
  }
  const decision = decideLease(leaseWish)
  const written = decision.lease === null ? [] : [decision.lease]
  switch (decision.kind) {
    case 'wait':
      return { kind: 'wait', untilMs: decision.untilMs, leases: written }
    case 'refuse': {
      const { holderName, retryAfterMs } = decision
      return { kind: 'held', holderName, retryAfterMs, leases: written }
    }
    case 'take': {
      const next = wish.wantsNext ? decideNext(leaseWish, decision.step) : null
      return {
        kind: 'reveal',
        step: decision.step,
        nextStep: next?.step ?? null,
        holder: decision.holder,
        leases: next === null || next.lease === null ? written : [...written, next.lease],
        counter: null,
      }
    }
  }
}

function plainReveal(step: number): RevealDecision & { kind: 'reveal' } {
  return { kind: 'reveal', step, nextStep: null, holder: null, leases: [], counter: null }
}

function presentStep({ account, nowMs }: RevealFacts): number {
  return Math.floor(nowMs / 1000 / account.periodSeconds)
}
