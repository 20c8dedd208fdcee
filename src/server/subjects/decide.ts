import type { VerdictReason } from './verdict.ts'
import {
  acceptedSource,
  chargeFailure,
  clearKnown,
  closureOf,
  type GuessMoment,
  type GuessState,
  isCapped,
  isKnown,
  type NamedSource,
  noGuesses,
  type SourceState,
} from './lockout.ts'
import type { RealmPolicy } from './policy.ts'
import { isSpent, mayAccept, nothingSpent, spend, spendAllUpTo, type SpentWindow } from './spend.ts'

/**
 * What a code is shown for: `verify` spends its step; `authenticate` (a caller's own triple) spends nothing;
 * `confirm` looks at the pending secret alone; `resync` brings two consecutive codes of a drifted clock.
 */
export type Purpose = 'verify' | 'authenticate' | 'confirm' | 'resync'

/** A code that was matched already, waiting for its verdict. */
export interface Attempt {
  readonly purpose: Purpose
  readonly atMs: number
  /** The present step, without the subject's drift. */
  readonly nowStep: number
  /** Steps of the active secret that the code belongs to; for `resync` the later of each matching pair. */
  readonly steps: readonly number[]
  /** The same for the pending secret. */
  readonly pendingSteps: readonly number[]
}

/** The hot row of a subject. */
export interface SubjectState {
  readonly spent: SpentWindow
  readonly guesses: GuessState
  /** Moves with every change of the subject, so that nobody judges by an old copy. */
  readonly secretVersion: number
  readonly driftSteps: number
  readonly lastVerifiedAtMs: number
  /** The one known source that is kept with the state; null when there is none. */
  readonly mainSource: NamedSource | null
}

/** All that a verdict depends on besides the attempt. */
export interface Standing {
  readonly policy: RealmPolicy
  /** The subject's own period where it was imported with one. */
  readonly periodSeconds: number
  readonly isEnabled: boolean
  readonly hasSecret: boolean
  /** Null when no secret is pending. */
  readonly pendingUntilMs: number | null
  readonly state: SubjectState
  /** The source the attempt comes from, null when no code was ever accepted there. */
  readonly source: SourceState | null
}

/** The verdict, what changes with it, and what else the audit has to tell. */
export interface Decision {
  readonly accepted: boolean
  /** The accepted step, or for a refusal the present one. */
  readonly step: number
  readonly reason: VerdictReason | null
  /** When a closed budget opens again by itself. */
  readonly waitUntilMs: number | null
  readonly state: SubjectState
  readonly source: SourceState | null
  /** The pending secret became the active one. */
  readonly isPromotion: boolean
  /** Two consecutive codes lifted the cap. */
  readonly isLift: boolean
  /** This failure used up a budget. */
  readonly isCapReached: boolean
  /** Accepted although its step was used before, in a realm that allows it. */
  readonly isReuse: boolean
}

/** The state of a subject that was just made. */
export function freshState(): SubjectState {
  return {
    spent: nothingSpent,
    guesses: noGuesses,
    secretVersion: 1,
    driftSteps: 0,
    lastVerifiedAtMs: 0,
    mainSource: null,
  }
}

/** Judges one code: the only place where a code is accepted. */
export function decide(standing: Standing, attempt: Attempt): Decision {
  if (!standing.isEnabled) return refuse(standing, attempt, 'disabled')
  const match = matchOf(standing, attempt)
  const closure = closureOf(standing.state.guesses, momentOf(standing, attempt), standing.policy.lockout)
  if (closure === 'capped') return refuseCapped(standing, attempt, match)
  if (closure !== null) return refuse(standing, attempt, 'locked', closure.untilMs)
  if (match === null) return refuseWrong(standing, attempt)
  if (!mayPass(standing, attempt, match)) return refuse(standing, attempt, 'replayed')
  return accept(standing, attempt, match)
}

interface Match {
  readonly steps: readonly number[]
  readonly isPending: boolean
}

function matchOf(standing: Standing, { purpose, steps, pendingSteps, atMs }: Attempt): Match | null {
  if (purpose !== 'confirm' && standing.hasSecret && steps.length > 0) return { steps, isPending: false }
  const isPending = standing.pendingUntilMs !== null && standing.pendingUntilMs > atMs
  return isPending && purpose !== 'resync' && pendingSteps.length > 0 ? { steps: pendingSteps, isPending: true } : null
}

function mayPass({ state, policy }: Standing, { purpose }: Attempt, { steps, isPending }: Match): boolean {
  if (isPending || purpose === 'authenticate') return true
  if (purpose !== 'resync') return mayAccept(state.spent, steps, policy.replay)
  // Both codes of the pair must be newer than anything used (T07), whatever the realm allows otherwise.
  return Math.min(...steps) - 1 > state.spent.highestStep
}

function accept(standing: Standing, attempt: Attempt, match: Match): Decision {
  const { state } = standing
  const step = Math.max(...match.steps)
  const isReuse = !match.isPending && attempt.purpose !== 'authenticate' && isSpent(state.spent, step)
  const guesses = guessesAfterSuccess(standing, attempt, step)
  const next: SubjectState = {
    ...state,
    ...spentAfter(state, attempt, match, step),
    guesses,
    lastVerifiedAtMs: attempt.atMs,
  }
  const { lockout } = standing.policy
  const isLift = isCapped(state.guesses, lockout) && !isCapped(guesses, lockout)
  return {
    ...unchanged(standing, attempt),
    accepted: true,
    step,
    state: changesSecret(attempt, match) ? { ...next, secretVersion: state.secretVersion + 1 } : next,
    source: acceptedSource(attempt.atMs),
    isPromotion: match.isPending,
    isLift,
    isReuse,
  }
}

// A promotion changes the secret and a resynchronisation the drift: copies of either must not be used again.
function changesSecret({ purpose }: Attempt, { isPending }: Match): boolean {
  return isPending || purpose === 'resync'
}

function spentAfter(
  state: SubjectState,
  { purpose, nowStep }: Attempt,
  { steps, isPending }: Match,
  step: number,
): Pick<SubjectState, 'spent' | 'driftSteps'> {
  if (isPending) return { spent: spend(nothingSpent, steps), driftSteps: 0 }
  if (purpose === 'authenticate') return state
  if (purpose === 'resync') return { spent: spendAllUpTo(step), driftSteps: step - nowStep }
  return { spent: spend(state.spent, steps), driftSteps: state.driftSteps }
}

function guessesAfterSuccess(standing: Standing, attempt: Attempt, step: number): GuessState {
  const { guesses } = standing.state
  if (!isKnown(standing.source, attempt.atMs)) return guesses
  const cleared = clearKnown(guesses)
  if (!mayLift(attempt) || !isCapped(guesses, standing.policy.lockout)) return cleared
  return step === guesses.liftStep + 1 ? noGuesses : { ...cleared, liftStep: step }
}

/** Under the cap a known source may still lift it: the first right code is refused but remembered. */
function refuseCapped(standing: Standing, attempt: Attempt, match: Match | null): Decision {
  if (!mayLift(attempt) || !isKnown(standing.source, attempt.atMs)) return refuse(standing, attempt, 'locked')
  if (match === null) return { ...refuseWrong(standing, attempt), reason: 'locked' }
  if (match.isPending || !mayPass(standing, attempt, match)) return refuse(standing, attempt, 'locked')
  const step = Math.max(...match.steps)
  if (step === standing.state.guesses.liftStep + 1) return accept(standing, attempt, match)
  const { state: before } = standing
  const state: SubjectState = {
    ...before,
    ...spentAfter(before, attempt, match, step),
    guesses: { ...before.guesses, liftStep: step },
  }
  return { ...refuse(standing, attempt, 'locked'), state }
}

function mayLift({ purpose }: Attempt): boolean {
  return purpose === 'verify' || purpose === 'authenticate'
}

function refuseWrong(standing: Standing, attempt: Attempt): Decision {
  const { state, policy } = standing
  const isPending = (standing.pendingUntilMs ?? 0) > attempt.atMs
  if (attempt.purpose === 'confirm' && !isPending) return refuse(standing, attempt, lateReason(standing, attempt))
  const reason = standing.hasSecret ? 'wrong' : 'pending'
  // Where there is no secret nothing can be guessed, so nothing is charged.
  if (!standing.hasSecret && !isPending) return refuse(standing, attempt, reason)
  const charged = chargeFailure(state.guesses, momentOf(standing, attempt), policy.lockout)
  const isCapReached = !isCapped(state.guesses, policy.lockout) && isCapped(charged.state, policy.lockout)
  return {
    ...refuse(standing, attempt, reason),
    state: { ...state, guesses: charged.state },
    source: charged.source,
    isCapReached,
  }
}

/** Nothing waits to be confirmed: it was, perhaps by this very code, or its time is over. */
function lateReason({ state }: Standing, { steps }: Attempt): VerdictReason {
  return steps.some((step) => isSpent(state.spent, step)) ? 'replayed' : 'pending'
}

function refuse(
  standing: Standing,
  attempt: Attempt,
  reason: VerdictReason,
  waitUntilMs: number | null = null,
): Decision {
  return { ...unchanged(standing, attempt), reason, waitUntilMs }
}

function unchanged({ state, source }: Standing, { nowStep }: Attempt): Decision {
  return {
    accepted: false,
    step: nowStep,
    reason: null,
    waitUntilMs: null,
    state,
    source,
    isPromotion: false,
    isLift: false,
    isCapReached: false,
    isReuse: false,
  }
}

function momentOf({ source, periodSeconds }: Standing, { atMs, nowStep }: Attempt): GuessMoment {
  return { source, nowMs: atMs, nowStep, periodSeconds }
}
