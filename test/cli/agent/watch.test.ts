import { expect, it } from 'vitest'
import { liveLines } from '../../../src/cli/agent/commands/watch.ts'
import { completeAccount } from '../../../src/otp/account.ts'

const accounts = Array.from({ length: 12 }, (_, index) =>
  completeAccount({
    name: `somebody-${index}@example.com`,
    issuer: 'A service',
    secret: new Uint8Array(20).fill(index + 1),
  }),
)

it.each([20, 40, 80])('draws no line that takes two rows of a terminal %i columns wide', (columns) => {
  const lines = liveLines(accounts, 1_000_000, { rows: 20, columns })
  expect(lines).toHaveLength(12)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns)
  if (columns >= 40) for (const line of lines) expect(line).toMatch(/ \d{6} .* \d+ s$/)
})

it('says how many found no room', () => {
  const lines = liveLines(accounts, 1_000_000, { rows: 9, columns: 80 })
  expect(lines).toHaveLength(9)
  expect(lines.at(-1)).toBe('and 4 more')
})
