import { expect, it } from 'vitest'
import { liveLines } from '../../../src/cli/agent/commands/watch.ts'
import { isPlainTerminal, widthOf } from '../../../src/cli/agent/display-width.ts'
import { drawing } from '../../../src/cli/agent/pick-name.ts'
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

it('counts columns, not characters: wide signs, accents and joined emoji stand under each other', () => {
  const names = ['plain', '日本語アカウント', '👩‍💻 work', 'e\u0301te\u0301']
  const mixed = names.map((name) => completeAccount({ name, secret: new Uint8Array(20) }))
  const lines = liveLines(mixed, 1_000_000, { rows: 20, columns: 80 })
  expect(lines.map((line) => widthOf(line.slice(0, line.search(/\d{6}/))))).toEqual([18, 18, 18, 18])
  for (const columns of [20, 41, 44]) {
    const narrow = liveLines(mixed, 1_000_000, { rows: 20, columns })
    expect(Math.max(...narrow.map(widthOf))).toBeLessThan(columns)
  }
})

it('draws in ASCII where the terminal reads nothing else', () => {
  const [line] = liveLines(accounts, 1_000_000, { rows: 20, columns: 50, isPlain: true })
  expect(line).toMatch(/^[\x20-\x7e]+$/)
  expect([{ LANG: 'C' }, { LC_ALL: 'de_DE.ISO-8859-1', LANG: 'C.UTF-8' }].map(isPlainTerminal)).toEqual([true, true])
  expect([{}, { LANG: 'de_DE.utf8' }, { LC_ALL: '', LANG: 'C.UTF-8' }].map(isPlainTerminal)).toEqual(
    Array(3).fill(false),
  )
})

it('cuts the names of a list to pick from to the width of the terminal', () => {
  const names = ['日本'.repeat(50), 'x'.repeat(200), 'short']
  const rows = drawing(names, { typed: '', cursor: 0 }, 40).split('\r\n')
  expect(rows).toHaveLength(4)
  for (const row of rows.slice(1)) expect(widthOf(row.split('\u001b')[0] ?? '')).toBeLessThan(40)
})

it('says how many found no room', () => {
  const lines = liveLines(accounts, 1_000_000, { rows: 9, columns: 80 })
  expect(lines).toHaveLength(9)
  expect(lines.at(-1)).toBe('and 4 more')
})
