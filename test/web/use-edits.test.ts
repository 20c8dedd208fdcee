import { expect, it } from 'vitest'
import { changedIn } from '../../web/src/parts/use-edits.ts'

it('changes are the fields that differ, lists and objects by what they hold', () => {
  const before = { name: 'Ada', role: 'member', tags: ['a'], rule: { cap: 10 } }
  expect(changedIn(before, { ...before, tags: ['a'], rule: { cap: 10 } })).toEqual({})
  expect(changedIn(before, { ...before, name: 'Ada L.', rule: { cap: 11 } })).toEqual({
    name: 'Ada L.',
    rule: { cap: 11 },
  })
})
