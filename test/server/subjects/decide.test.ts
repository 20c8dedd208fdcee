import { describe, expect, it } from 'vitest'
import {
  type Attempt,
  decide,
  freshState,
  type Standing,
  type SubjectState,
} from '../../../src/server/subjects/decide.ts'
import { acceptedSource, noGuesses } from '../../../src/server/subjects/lockout.ts'
import { usualPolicy } from '../../../src/server/subjects/policy.ts'
import { isSpent, nothingSpent, spend } from '../../../src/server/subjects/spend.ts'

const nowStep = 59_000_000
const atMs = nowStep * 30_000
const once = { ...usualPolicy, replay: 'once' } as const

function attempt(given: Partial<Attempt> = {}): Attempt {
  return { purpose: 'verify', atMs, nowStep, steps: [], pendingSteps: [], ...given }
}

function state(given: Partial<SubjectState> = {}): SubjectState {
  return { ...freshState(), ...given }
}

function standing(given: Partial<Standing> = {}): Standing {
  return {
    policy: usualPolicy,
    periodSeconds: 30,
    isEnabled: true,
    hasSecret: true,
    pendingUntilMs: null,
    state: state(),
    source: null,
    ...given,
  }
}

/** Of a subject whose strangers used up the cap, asked from a known source that sent a right code a step ago. */
function halfLifted(): Standing {
  const guesses = { ...noGuesses, unknownFailures: usualPolicy.lockout.cap, knownFailures: 100, liftStep: nowStep - 1 }
  const spent = spend(nothingSpent, [nowStep - 1])
  return standing({ state: state({ guesses, spent }), source: acceptedSource(atMs - 1) })
}

describe('a code of the active secret', () => {
  it('that belongs to two steps is accepted as the later one, and spends both', () => {
    const decision = decide(standing({ policy: once }), attempt({ steps: [nowStep - 1, nowStep + 1] }))
    const plain = { isReuse: false, isPromotion: false, isLift: false }
    expect(decision).toMatchObject({ accepted: true, step: nowStep + 1, ...plain })
    expect([-1, 0, 1].map((offset) => isSpent(decision.state.spent, nowStep + offset))).toEqual([true, false, true])
  })

  it('T56 promotes nothing, though a secret waits beside it', () => {
    const decision = decide(
      standing({ pendingUntilMs: atMs + 1 }),
      attempt({ steps: [nowStep], pendingSteps: [nowStep] }),
    )
    expect(decision).toMatchObject({ accepted: true, isPromotion: false, state: { secretVersion: 1 } })
  })

  it('is spent by a verification and not by a caller who proves who it is', () => {
    const of = standing({ policy: { ...usualPolicy, replay: 'reuse' } })
    const [verified, called] = (['verify', 'authenticate'] as const).map((purpose) =>
      decide(of, attempt({ purpose, steps: [nowStep] })),
    )
    expect(verified?.state.spent).toEqual(spend(nothingSpent, [nowStep]))
    expect(called).toMatchObject({ accepted: true, state: { spent: nothingSpent, lastVerifiedAtMs: atMs } })
    const again = standing({ ...of, state: verified?.state ?? freshState() })
    expect(decide(again, attempt({ steps: [nowStep] })).isReuse).toBe(true)
    expect(decide(again, attempt({ purpose: 'authenticate', steps: [nowStep] })).isReuse).toBe(false)
  })

  it('T28 clears nothing that known sources failed when it comes from a stranger', () => {
    const guesses = { ...noGuesses, unknownFailures: 2, knownFailures: 3 }
    const of = standing({ state: state({ guesses }) })
    expect(decide(of, attempt({ steps: [nowStep] }))).toMatchObject({ accepted: true, state: { guesses } })
    const known = decide({ ...of, source: acceptedSource(atMs - 1) }, attempt({ steps: [nowStep] }))
    expect(known.state.guesses).toEqual({ ...guesses, knownFailures: 0 })
  })

  it('of a disabled subject is refused, and neither spent nor charged', () => {
    for (const steps of [[nowStep], []]) {
      const of = standing({ isEnabled: false })
      expect(decide(of, attempt({ steps }))).toMatchObject({ accepted: false, reason: 'disabled', state: of.state })
    }
  })

  it('T07 resynchronises only behind everything used, by both codes of the pair', () => {
    const of = standing({ policy: once, state: state({ spent: spend(nothingSpent, [nowStep]), driftSteps: 1 }) })
    const pairs = [nowStep, nowStep + 1, nowStep + 2].map((step) => attempt({ purpose: 'resync', steps: [step] }))
    expect(pairs.map((pair) => decide(of, pair).accepted)).toEqual([false, false, true])
    expect(decide(of, attempt({ purpose: 'resync', steps: [nowStep + 1, nowStep + 9] })).accepted).toBe(false)
    const { state: after } = decide(of, attempt({ purpose: 'resync', steps: [nowStep + 20] }))
    expect(after).toMatchObject({ driftSteps: 20, secretVersion: 2, spent: { highestStep: nowStep + 20 } })
    expect(isSpent(after.spent, nowStep + 19)).toBe(true)
  })
})

describe('a code of the pending secret', () => {
  const used = state({ spent: spend(nothingSpent, [nowStep + 1]), driftSteps: 3 })

  it('T56 begins a new secret: nothing of it is used, and its clock is not off', () => {
    const of = standing({ state: used, pendingUntilMs: atMs + 1 })
    const decision = decide(of, attempt({ pendingSteps: [nowStep] }))
    expect(decision).toMatchObject({ accepted: true, isPromotion: true, isReuse: false })
    expect(decision.state).toMatchObject({
      spent: spend(nothingSpent, [nowStep]),
      driftSteps: 0,
      secretVersion: used.secretVersion + 1,
    })
    expect(decide(of, attempt({ pendingSteps: [nowStep + 1] }))).toMatchObject({ accepted: true, isReuse: false })
  })

  it('is worth nothing from the moment on at which its time is over', () => {
    const late = standing({ pendingUntilMs: atMs })
    expect(decide(late, attempt({ pendingSteps: [nowStep] }))).toMatchObject({ accepted: false, reason: 'wrong' })
  })

  it('is not confirmed by a code of the active one', () => {
    const asked = attempt({ purpose: 'confirm', steps: [nowStep] })
    const waiting = decide(standing({ pendingUntilMs: atMs + 1 }), asked)
    expect(waiting).toMatchObject({ accepted: false, reason: 'wrong', state: { guesses: { unknownFailures: 1 } } })
    expect(decide(standing(), asked)).toMatchObject({ accepted: false, reason: 'pending', state: freshState() })
  })

  it('does not resynchronise', () => {
    const of = standing({ hasSecret: false, pendingUntilMs: atMs + 1 })
    expect(decide(of, attempt({ purpose: 'resync', pendingSteps: [nowStep] })).accepted).toBe(false)
  })
})

describe('a wrong code', () => {
  it('is charged where there is something to guess, and nowhere else', () => {
    const charged = [
      standing(),
      standing({ hasSecret: false, pendingUntilMs: atMs + 1 }),
      standing({ hasSecret: false }),
      standing({ hasSecret: false, pendingUntilMs: atMs }),
    ].map((of) => decide(of, attempt()).state.guesses.unknownFailures)
    expect(charged).toEqual([1, 1, 0, 0])
  })

  it.each(['verify', 'authenticate', 'resync'] as const)('law 5: is charged to whoever shows it to %s', (purpose) => {
    const stranger = decide(standing(), attempt({ purpose }))
    expect(stranger).toMatchObject({ accepted: false, reason: 'wrong', state: { guesses: { unknownFailures: 1 } } })
    const known = decide(standing({ source: acceptedSource(atMs - 1) }), attempt({ purpose }))
    expect(known).toMatchObject({ reason: 'wrong', source: { failures: 1 }, state: { guesses: { knownFailures: 1 } } })
  })

  it('law 5: makes the right one wait too, which is told until when and spends nothing', () => {
    const of = standing({ state: state({ guesses: { ...noGuesses, unknownWaitUntilMs: atMs + 1 } }) })
    const locked = { accepted: false, reason: 'locked', waitUntilMs: atMs + 1, state: of.state }
    expect(decide(of, attempt({ steps: [nowStep] }))).toMatchObject(locked)
    expect(decide(of, attempt({ steps: [nowStep], atMs: atMs + 1 })).accepted).toBe(true)
  })

  it('T27 tells of the failure that uses up the cap, once', () => {
    const failures = [98, 99, 100].map((unknownFailures) =>
      decide(standing({ state: state({ guesses: { ...noGuesses, unknownFailures } }) }), attempt()),
    )
    expect(failures.map(({ isCapReached }) => isCapReached)).toEqual([false, true, false])
    expect(failures.map(({ reason }) => reason)).toEqual(['wrong', 'wrong', 'locked'])
  })
})

describe('T27 the cap', () => {
  it.each(['verify', 'authenticate'] as const)(
    'of all is lifted by the second of two consecutive codes from a known source, to %s',
    (purpose) => {
      const decision = decide(halfLifted(), attempt({ purpose, steps: [nowStep] }))
      expect(decision).toMatchObject({ accepted: true, isLift: true, state: { guesses: noGuesses } })
    },
  )

  it('of strangers lets known sources in, and is lifted by the second of their codes', () => {
    const guesses = { ...noGuesses, unknownFailures: 100 }
    const of = standing({ state: state({ guesses }), source: acceptedSource(atMs - 1) })
    const first = decide(of, attempt({ steps: [nowStep] }))
    const noted = { ...guesses, liftStep: nowStep }
    expect(first).toMatchObject({ accepted: true, isLift: false, state: { guesses: noted } })
    const next = { ...of, state: first.state }
    expect(decide(next, attempt({ steps: [nowStep + 1] }))).toMatchObject({
      isLift: true,
      state: { guesses: noGuesses },
    })
    const resync = decide(next, attempt({ purpose: 'resync', steps: [nowStep + 9] }))
    expect(resync).toMatchObject({ accepted: true, isLift: false, state: { guesses: noted } })
  })

  it('is not lifted by a code that comes a step later, which counts as the first of two', () => {
    const later = decide(halfLifted(), attempt({ steps: [nowStep + 1] }))
    const noted = { guesses: { liftStep: nowStep + 1 }, spent: { highestStep: nowStep + 1 } }
    expect(later).toMatchObject({ accepted: false, reason: 'locked', isLift: false, state: noted })
  })

  it('is not lifted by a used code, a pending one, one of a stranger, or one for another purpose', () => {
    const of = halfLifted()
    const used = { ...of, state: { ...of.state, spent: spend(of.state.spent, [nowStep]) } }
    const pending = { ...of, pendingUntilMs: atMs + 1 }
    const asked: [Standing, Attempt][] = [
      [used, attempt({ steps: [nowStep] })],
      [{ ...of, source: null }, attempt({ steps: [nowStep] })],
      [of, attempt({ purpose: 'resync', steps: [nowStep + 9] })],
      [pending, attempt({ purpose: 'confirm', pendingSteps: [nowStep] })],
      [pending, attempt({ pendingSteps: [nowStep] })],
    ]
    for (const [standingOfOne, one] of asked) {
      const refused = { accepted: false, reason: 'locked', isLift: false, state: standingOfOne.state }
      expect(decide(standingOfOne, one)).toMatchObject(refused)
    }
  })

  it('counts a wrong code between the two, and begins anew', () => {
    const wrong = decide(halfLifted(), attempt())
    expect(wrong).toMatchObject({ reason: 'locked', isCapReached: false, state: { guesses: { liftStep: 0 } } })
    expect(wrong.state.guesses.knownFailures).toBe(101)
  })
})
