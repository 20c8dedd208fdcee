import { describe, expect, it } from 'vitest'
import {
  acceptedSource,
  chargeFailure,
  clearKnown,
  closureOf,
  type GuessMoment,
  type GuessState,
  isCapped,
  knownForMs,
  noGuesses,
  type SourceState,
  waitAfter,
} from '../../../src/server/subjects/lockout.ts'
import { usualLockout } from '../../../src/server/subjects/policy.ts'
import { fc } from '../../support/property.ts'

const startMs = Date.UTC(2026, 0, 2, 3, 0, 0)
const patient = { ...usualLockout, unknownPerStep: 255, unknownBeforeWaits: 100 }

function at(nowMs: number, source: SourceState | null = null): GuessMoment {
  return { source, nowMs, nowStep: Math.floor(nowMs / 30_000), periodSeconds: 30 }
}

/** Guesses wrongly as often as it is let, and tells how often that was. */
function guess(times: number, everyMs: number, rule = usualLockout, isKnownSource = false) {
  let state: GuessState = noGuesses
  let source: SourceState | null = isKnownSource ? acceptedSource(startMs) : null
  let charged = 0
  for (let count = 0; count < times; count += 1) {
    const moment = at(startMs + count * everyMs, source)
    if (closureOf(state, moment, rule) !== null) continue
    ;({ state, source } = chargeFailure(state, moment, rule))
    charged += 1
  }
  return { state, source, charged }
}

describe('the budget of unknown sources', () => {
  it('ends after five failures in a step and opens with the next step', () => {
    const { state, charged } = guess(50, 10)
    expect(charged).toBe(5)
    expect(closureOf(state, at(startMs + 500), usualLockout)).toEqual({ untilMs: startMs + 30_000 })
    expect(closureOf(state, at(startMs + 30_000), usualLockout)).toBeNull()
  })

  it('T82 charges each sending of the same wrong code', () => {
    expect(guess(3, 10).state.unknownFailures).toBe(3)
  })

  it('waits 30 seconds after the eleventh failure, doubling up to an hour', () => {
    expect([10, 11, 12, 13, 17, 18, 99].map((failures) => waitAfter(failures, usualLockout))).toEqual([
      0, 30_000, 60_000, 120_000, 1_920_000, 3_600_000, 3_600_000,
    ])
  })

  it('law 5: is closed for the whole of that wait, in every step of it', () => {
    const rule = { ...usualLockout, unknownPerStep: 255 }
    const { state, charged } = guess(50, 10, rule)
    expect(charged).toBe(11)
    const untilMs = startMs + 10 * 10 + 30_000
    expect(closureOf(state, at(untilMs - 1), rule)).toEqual({ untilMs })
    expect(closureOf(state, at(untilMs), rule)).toBeNull()
  })

  it('T27 never lets more than 100 failures pass, however slowly they come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7_200_000 }), (everyMs) => {
        expect(guess(400, everyMs).charged).toBeLessThanOrEqual(100)
      }),
      { numRuns: 50 },
    )
    const { state, charged } = guess(400, 7_200_000)
    expect(charged).toBe(100)
    expect(isCapped(state, usualLockout)).toBe(true)
    expect(closureOf(state, at(startMs + 10 * 365 * 86_400_000), usualLockout)).toBe('capped')
  })
})

describe('the budget of a known source', () => {
  const known = acceptedSource(startMs)

  it('T28 stays open when strangers have used theirs up', () => {
    const { state } = guess(100, 1, patient)
    expect(closureOf(state, at(startMs), patient)).toBe('capped')
    expect(closureOf(state, at(startMs, known), patient)).toBeNull()
  })

  it('is ten failures an hour', () => {
    const { state, source, charged } = guess(40, 1000, usualLockout, true)
    expect(charged).toBe(10)
    expect(closureOf(state, at(startMs + 60_000, source), usualLockout)).toEqual({ untilMs: startMs + 3_600_000 })
    expect(closureOf(state, at(startMs + 3_600_000, source), usualLockout)).toBeNull()
  })

  it('T22 is not shared with another known source', () => {
    const { state } = guess(40, 1000, usualLockout, true)
    expect(closureOf(state, at(startMs + 60_000, known), usualLockout)).toBeNull()
  })

  it('ends after 100 failures without a success of a known source', () => {
    const { state, charged } = guess(4000, 60_000, usualLockout, true)
    expect(charged).toBe(100)
    expect(isCapped(state, usualLockout)).toBe(true)
  })

  it('is forgotten 30 days after the last success', () => {
    const { state } = guess(100, 1, patient)
    expect(closureOf(state, at(startMs + knownForMs - 1, known), patient)).toBeNull()
    expect(closureOf(state, at(startMs + knownForMs, known), patient)).toBe('capped')
  })

  it('clears with a success what known sources failed, never what strangers did', () => {
    const state = { ...guess(100, 1, patient).state, knownFailures: 7 }
    expect(clearKnown(state)).toEqual({ ...state, knownFailures: 0 })
  })
})
