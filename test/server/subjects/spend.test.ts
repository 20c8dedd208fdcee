import { describe, expect, it } from 'vitest'
import {
  isSpent,
  mayAccept,
  nothingSpent,
  spend,
  spendAllUpTo,
  type SpentWindow,
} from '../../../src/server/subjects/spend.ts'
import { fc } from '../../support/property.ts'

const base = 59_000_000
const someSteps = fc.array(fc.integer({ min: base, max: base + 60 }), { minLength: 1, maxLength: 40 })

/** What the window promises, written as a plain set: the reference the bitmap is compared with. */
function acceptedInOrder(steps: readonly number[], replay: 'rising' | 'once'): number[] {
  const accepted: number[] = []
  let window: SpentWindow = nothingSpent
  for (const step of steps) {
    if (!mayAccept(window, [step], replay)) continue
    window = spend(window, [step])
    accepted.push(step)
  }
  return accepted
}

describe('the anti-replay window', () => {
  it('never accepts one step twice, whatever the order and the rule', () => {
    fc.assert(
      fc.property(someSteps, fc.constantFrom('rising', 'once'), (steps, replay) => {
        const accepted = acceptedInOrder(steps, replay)
        expect(new Set(accepted).size).toBe(accepted.length)
      }),
    )
  })

  it('T08 under `rising` accepts only steps above every one used before', () => {
    fc.assert(
      fc.property(someSteps, (steps) => {
        const accepted = acceptedInOrder(steps, 'rising')
        expect(accepted).toEqual(accepted.toSorted((a, b) => a - b))
      }),
    )
  })

  it('T08 under `once` accepts an unused earlier step of the last 32, exactly once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 31 }), (back) => {
        const used = spend(nothingSpent, [base + 31])
        expect(mayAccept(used, [base + 31 - back], 'once')).toBe(true)
        expect(mayAccept(spend(used, [base + 31 - back]), [base + 31 - back], 'once')).toBe(false)
      }),
    )
  })

  it('takes a step too old for the bitmap as used', () => {
    const used = spend(nothingSpent, [base + 32])
    expect(isSpent(used, base)).toBe(true)
    expect(mayAccept(used, [base], 'once')).toBe(false)
  })

  it('remembers steps when the highest moves on', () => {
    const window = spend(spend(spend(nothingSpent, [base]), [base + 2]), [base + 30])
    expect([base, base + 1, base + 2, base + 3, base + 30].map((step) => isSpent(window, step))).toEqual([
      true,
      false,
      true,
      false,
      true,
    ])
    const far = spend(spend(nothingSpent, [base - 1, base]), [base + 32])
    expect([base + 31, base + 32].map((step) => isSpent(far, step))).toEqual([false, true])
  })

  it('refuses a code of two steps when one of them was used', () => {
    const used = spend(nothingSpent, [base])
    expect(mayAccept(used, [base, base + 2], 'once')).toBe(false)
    expect(mayAccept(used, [base, base + 2], 'rising')).toBe(false)
  })

  it('spends both steps of a code that belongs to two', () => {
    const window = spend(nothingSpent, [base, base + 2])
    expect(isSpent(window, base)).toBe(true)
    expect(isSpent(window, base + 2)).toBe(true)
    expect(isSpent(window, base + 1)).toBe(false)
  })

  it('accepts used steps under `reuse` only', () => {
    const used = spend(nothingSpent, [base])
    expect(mayAccept(used, [base], 'reuse')).toBe(true)
  })

  it('T07 counts everything up to a resynchronised step as used', () => {
    const window = spendAllUpTo(base)
    expect([base, base - 1, base - 31, base - 99].every((step) => isSpent(window, step))).toBe(true)
    const later = Array.from({ length: 40 }, (_, above) => base + 1 + above)
    for (const replay of ['rising', 'once'] as const) {
      expect(later.filter((step) => !mayAccept(window, [step], replay))).toEqual([])
    }
  })
})
