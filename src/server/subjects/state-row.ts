import type { SqlRow } from '../database/storage.ts'
import type { SubjectStateTable } from '../database/tables/realms.ts'
import type { SubjectState } from './decide.ts'
import type { NamedSource } from './lockout.ts'

type StateRow = Omit<SubjectStateTable, 'subject_id'>

/** A subject's state as its row holds it. */
export function stateRow(state: SubjectState): StateRow {
  return { ...numbersOf(state), main_source_hash: state.mainSource?.hash ?? null }
}

function numbersOf({ spent, guesses, secretVersion, driftSteps, lastVerifiedAtMs, mainSource }: SubjectState) {
  return {
    highest_step: spent.highestStep,
    spent_steps: spent.spentSteps,
    drift_steps: driftSteps,
    secret_version: secretVersion,
    unknown_failures: guesses.unknownFailures,
    unknown_step: guesses.unknownStep,
    unknown_step_failures: guesses.unknownStepFailures,
    unknown_wait_until_ms: guesses.unknownWaitUntilMs,
    total_failures: guesses.knownFailures,
    lift_step: guesses.liftStep,
    last_verified_at_ms: lastVerifiedAtMs,
    main_source_accepted_at_ms: mainSource?.acceptedAtMs ?? 0,
    main_source_window_started_at_ms: mainSource?.windowStartedAtMs ?? 0,
    main_source_failures: mainSource?.failures ?? 0,
  }
}

/** The columns of {@link stateRow} that hold numbers, in the order of {@link stateValues}. */
export const stateColumns = [
  'highest_step',
  'spent_steps',
  'drift_steps',
  'secret_version',
  'unknown_failures',
  'unknown_step',
  'unknown_step_failures',
  'unknown_wait_until_ms',
  'total_failures',
  'lift_step',
  'last_verified_at_ms',
  'main_source_accepted_at_ms',
  'main_source_window_started_at_ms',
  'main_source_failures',
] as const satisfies readonly (keyof ReturnType<typeof numbersOf>)[]

/** The numbers of a state as the parameters of a statement. */
export function stateValues(state: SubjectState): number[] {
  const row = numbersOf(state)
  return stateColumns.map((column) => row[column])
}

/** A state as its row says. */
export function stateOf(row: SqlRow | StateRow): SubjectState {
  return {
    spent: { highestStep: Number(row['highest_step']), spentSteps: Number(row['spent_steps']) },
    guesses: {
      unknownFailures: Number(row['unknown_failures']),
      unknownStep: Number(row['unknown_step']),
      unknownStepFailures: Number(row['unknown_step_failures']),
      unknownWaitUntilMs: Number(row['unknown_wait_until_ms']),
      knownFailures: Number(row['total_failures']),
      liftStep: Number(row['lift_step']),
    },
    secretVersion: Number(row['secret_version']),
    driftSteps: Number(row['drift_steps']),
    lastVerifiedAtMs: Number(row['last_verified_at_ms']),
    mainSource: mainSourceOf(row),
  }
}

function mainSourceOf(row: SqlRow | StateRow): NamedSource | null {
  const hash = row['main_source_hash']
  if (typeof hash !== 'string') return null
  return {
    hash,
    acceptedAtMs: Number(row['main_source_accepted_at_ms']),
    windowStartedAtMs: Number(row['main_source_window_started_at_ms']),
    failures: Number(row['main_source_failures']),
  }
}
