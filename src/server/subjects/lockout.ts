import type { LockoutRule } from '../../api/realms.ts'

const dayMs = 86_400_000
/** An accepted code makes its source known for this long. */
export const knownForMs = 30 * dayMs
/** The first wait after too many failures; each further failure doubles it. */
const firstWaitMs = 30_000
const longestWaitMs = 3_600_000

/**
 * Failures of a subject that every server and door counts together.
 *
 * `unknown*` is the one budget all unknown sources share. `knownFailures` are those of known sources since one of them
 * last succeeded.
 */
export interface GuessState {
  /** Since the last lift. */
  readonly unknownFailures: number
  /** The step `unknownStepFailures` were made in. */
  readonly unknownStep: number
  readonly unknownStepFailures: number
  readonly unknownWaitUntilMs: number
  readonly knownFailures: number
  /** The first of two consecutive steps that lift the cap; 0 when there is none. */
  readonly liftStep: number
}

/** A source some code of the subject was accepted from. */
export interface SourceState {
  readonly acceptedAtMs: number
  readonly windowStartedAtMs: number
  /** Failures within the window. */
  readonly failures: number
}

/** A known source and what it is told apart by: `hash` is hex. */
export interface NamedSource extends SourceState {
  readonly hash: string
}

/** Where a guess comes from and when: `source` is null unless a code was accepted there before. */
export interface GuessMoment {
  readonly source: SourceState | null
  readonly nowMs: number
  /** The present step, whatever step the code belongs to. */
  readonly nowStep: number
  readonly periodSeconds: number
}

/** Why no guess is judged: the cap waits for a lift, the rest ends by itself. */
export type Closure = { readonly untilMs: number } | 'capped'

/** The state of a subject nobody guessed at, and after a lift. */
export const noGuesses: GuessState = {
  unknownFailures: 0,
  unknownStep: 0,
  unknownStepFailures: 0,
  unknownWaitUntilMs: 0,
  knownFailures: 0,
  liftStep: 0,
}

/** Whether a source counts as known: a code was accepted there within 30 days. */
export function isKnown(source: SourceState | null, nowMs: number): source is SourceState {
  return source !== null && source.acceptedAtMs > nowMs - knownForMs
}

/**
 * Whether a guess from here is refused unseen, and until when.
 *
 * Failures of strangers never close the budget of a known source (T28).
 */
export function closureOf(state: GuessState, moment: GuessMoment, rule: LockoutRule): Closure | null {
  if (isKnown(moment.source, moment.nowMs)) return knownClosure(state, moment.source, moment.nowMs, rule)
  if (state.unknownFailures >= rule.cap) return 'capped'
  if (state.unknownWaitUntilMs > moment.nowMs) return { untilMs: state.unknownWaitUntilMs }
  if (state.unknownStep === moment.nowStep && state.unknownStepFailures >= rule.unknownPerStep) {
    return { untilMs: (moment.nowStep + 1) * moment.periodSeconds * 1000 }
  }
  return null
}

/** The state and the source after a wrong code. */
export function chargeFailure(
  state: GuessState,
  moment: GuessMoment,
  rule: LockoutRule,
): { readonly state: GuessState; readonly source: SourceState | null } {
  if (isKnown(moment.source, moment.nowMs)) {
    return {
      state: { ...state, knownFailures: state.knownFailures + 1, liftStep: 0 },
      source: chargeSource(moment.source, moment.nowMs, rule),
    }
  }
  const unknownFailures = state.unknownFailures + 1
  const isSameStep = state.unknownStep === moment.nowStep
  const charged: GuessState = {
    ...state,
    unknownFailures,
    unknownStep: moment.nowStep,
    unknownStepFailures: isSameStep ? state.unknownStepFailures + 1 : 1,
    unknownWaitUntilMs: moment.nowMs + waitAfter(unknownFailures, rule),
  }
  return { state: charged, source: moment.source }
}

/** Milliseconds of waiting after so many failures of unknown sources: none at first, then 30 s doubling up to an hour. */
export function waitAfter(failures: number, rule: LockoutRule): number {
  const excess = failures - rule.unknownBeforeWaits
  return excess <= 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** (excess - 1))
}

/** Whether only a lift helps some source: the strangers' budget or the known sources' is used up. */
export function isCapped(state: GuessState, rule: LockoutRule): boolean {
  return state.unknownFailures >= rule.cap || state.knownFailures >= rule.cap
}

/** What an accepted code from a known source clears: that source's own failures, never the strangers'. */
export function clearKnown(state: GuessState): GuessState {
  return state.knownFailures === 0 ? state : { ...state, knownFailures: 0 }
}

/** The source after an accepted code: known from now on, without failures. */
export function acceptedSource(nowMs: number): SourceState {
  return { acceptedAtMs: nowMs, windowStartedAtMs: 0, failures: 0 }
}

function knownClosure(state: GuessState, source: SourceState, nowMs: number, rule: LockoutRule): Closure | null {
  const windowStart = windowStartAt(nowMs, rule)
  if (source.windowStartedAtMs === windowStart && source.failures >= rule.knownPerWindow) {
    return { untilMs: windowStart + rule.knownWindowMs }
  }
  return state.knownFailures >= rule.cap ? 'capped' : null
}

function chargeSource(source: SourceState, nowMs: number, rule: LockoutRule): SourceState {
  const windowStartedAtMs = windowStartAt(nowMs, rule)
  const failures = source.windowStartedAtMs === windowStartedAtMs ? source.failures + 1 : 1
  return { ...source, windowStartedAtMs, failures }
}

// Windows stand on multiples of their length, so that one of a period's length is the step itself.
function windowStartAt(nowMs: number, rule: LockoutRule): number {
  return nowMs - (nowMs % rule.knownWindowMs)
}
