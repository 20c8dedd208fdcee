import { expect, it } from 'vitest'
import { readCursor, writeCursor } from '../../../src/server/http/cursor.ts'

it('reads the position it wrote', () => {
  expect(readCursor(writeCursor([1_795_000_000_000, 'ä/7']), ['number', 'string'])).toEqual([1_795_000_000_000, 'ä/7'])
})

it.each([
  ['a fraction', [1.5, 'x']],
  ['more than a column holds', [1e300, 'x']],
  ['a NUL', [1, 'x\0']],
  ['half a character', [1, '\ud800']],
  ['another type', ['1', 'x']],
  ['one part too few', [1]],
])('refuses a forged one with %s', (_what, position) => {
  expect(() => readCursor(writeCursor(position), ['number', 'string'])).toThrow('its cursor is not one of ours')
})
