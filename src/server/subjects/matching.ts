import { randomBytes } from 'node:crypto'
import { type PreparedSecret, prepareOnce } from '../../otp/hmac.ts'
import { matchSteps, normaliseCode } from '../../otp/match.ts'
import { stepAt } from '../../otp/totp.ts'
import type { Attempt, Purpose } from './decide.ts'
import { type CodeShape, type RealmPolicy, usualPolicy } from './policy.ts'
import type { RosterEntry, RosterSecret } from './roster.ts'

/** How far a drifted clock is looked for, either way: 50 minutes at 30 seconds. */
const resyncSteps = 100
/** How far an enroller is told a clock is off, either way. */
const hintSteps = 20

/** A code as it was sent, before it is matched. */
export interface Shown {
  readonly purpose: Purpose
  readonly code: string
  /** Only for `resync`: the code that followed. */
  readonly secondCode?: string
  readonly atMs: number
}

/** Stands in for whatever does not exist, so that the same work is done (T40). */
const dummySecret = randomBytes(20)

/**
 * Finds the steps a code belongs to, over the whole window, for the active and the pending secret.
 *
 * A subject that does not exist, or has no secret, costs one window like any other; a re-enrolment costs a second one.
 */
export function matchAttempt(shown: Shown, entry: RosterEntry | null, policy: RealmPolicy = usualPolicy): Attempt {
  const { purpose, atMs } = shown
  const active = entry?.active ?? null
  const pending = entry?.pending ?? null
  const main = active ?? (pending === null ? standIn(policy) : null)
  const nowStep = stepAt(atMs, (active ?? pending)?.shape.periodSeconds ?? policy.periodSeconds)
  if (purpose === 'resync') return { purpose, atMs, nowStep, steps: matchPairs(shown, main), pendingSteps: [] }
  const steps = main === null ? [] : matchIn(main, shown, policy, entry?.driftSteps ?? 0)
  const pendingSteps = pending === null ? [] : matchIn(pending, shown, policy, 0)
  return { purpose, atMs, nowStep, steps: active === null ? [] : steps, pendingSteps }
}

/**
 * How many steps the clock that made a code is off; null when the code is not near.
 *
 * Told to authenticated enrollers only: to a guesser it would multiply the guesses (T42).
 */
export function clockOffset(secret: RosterSecret, code: string, atMs: number): number | null {
  const { periodSeconds, digits } = secret.shape
  const window = { atMs, periodSeconds, digits, windowBack: hintSteps, windowForward: hintSteps }
  const [step] = matchSteps(pads(secret), normaliseCode(code) ?? '', window)
  return step === undefined ? null : step - stepAt(atMs, periodSeconds)
}

function matchIn(secret: RosterSecret, shown: Shown, policy: RealmPolicy, driftSteps: number): number[] {
  const { periodSeconds, digits } = secret.shape
  return matchSteps(pads(secret), normaliseCode(shown.code) ?? '', {
    atMs: shown.atMs + driftSteps * periodSeconds * 1000,
    periodSeconds,
    digits,
    windowBack: policy.windowBack,
    windowForward: policy.windowForward,
  })
}

/** The later step of each pair of consecutive steps that the two codes belong to. */
function matchPairs(shown: Shown, secret: RosterSecret | null): number[] {
  if (secret === null) return []
  const { periodSeconds, digits } = secret.shape
  const window = { atMs: shown.atMs, periodSeconds, digits, windowBack: resyncSteps, windowForward: resyncSteps }
  const prepared = pads(secret)
  const first = new Set(matchSteps(prepared, normaliseCode(shown.code) ?? '', window))
  const second = matchSteps(prepared, normaliseCode(shown.secondCode ?? '') ?? '', window)
  return second.filter((step) => first.has(step - 1))
}

function standIn(shape: CodeShape): RosterSecret {
  return { secret: dummySecret, shape }
}

function pads({ secret, shape }: RosterSecret): PreparedSecret {
  return prepareOnce(secret, shape.algorithm)
}
