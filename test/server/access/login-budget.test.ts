import { expect, it } from 'vitest'
import { acceptedBudget, isKnownSource, isWaiting, waitAfter } from '../../../src/server/access/login/login-budget.ts'

const day = 24 * 3_600_000

it('after five wrong passphrases each further one doubles the wait, from a second to a quarter of an hour', () => {
  const waits = [0, 1, 5, 6, 7, 8, 15, 16, 17, 1000, Number.MAX_SAFE_INTEGER].map(waitAfter)
  const longest = 15 * 60_000
  expect(waits).toEqual([0, 0, 0, 1000, 2000, 4000, 512_000, longest, longest, longest, longest])
})

it('a wait is over at its end', () => {
  const budget = { acceptedAtMs: 0, failures: 6, waitUntilMs: 1000 }
  expect([isWaiting(budget, 999), isWaiting(budget, 1000)]).toEqual([true, false])
})

it('a source stays known for thirty days after a login, and wrong passphrases alone make none known', () => {
  const budget = acceptedBudget(day)
  expect([isKnownSource(budget, 31 * day - 1), isKnownSource(budget, 31 * day)]).toEqual([true, false])
  expect(isKnownSource({ acceptedAtMs: 0, failures: 3, waitUntilMs: 0 }, 1)).toBe(false)
})
