import { describe, expect, it } from 'vitest'
import { Recent } from '../../../src/server/subjects/recent.ts'
import { fc } from '../../support/property.ts'

const capacity = 4
const step = fc.record({ key: fc.constantFrom(...'abcdefghijkl'), what: fc.constantFrom('set', 'get', 'delete') })

describe('Recent', () => {
  it('remembers the entries used last, and never more than twice its capacity', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const recent = new Recent<number>(capacity)
        const used = new Map<string, number>()
        steps.forEach(({ key, what }, index) => {
          if (what === 'set') recent.set(key, index)
          if (what === 'delete') recent.delete(key)
          const expected = what === 'set' ? index : used.get(key)
          if (what === 'get' && recent.get(key) !== undefined) expect(recent.get(key)).toBe(expected)
          used.delete(key)
          if (what !== 'delete' && expected !== undefined && recent.get(key) !== undefined) used.set(key, expected)
        })
        const newest = [...used].slice(-capacity + 1)
        for (const [key, value] of newest) expect(recent.get(key)).toBe(value)
        expect([...'abcdefghijkl'].filter((key) => recent.get(key) !== undefined).length).toBeLessThanOrEqual(
          2 * capacity,
        )
      }),
    )
  })

  it('remembers that there is nothing', () => {
    const recent = new Recent<string | null>(capacity)
    recent.set('nobody', null)
    for (const key of 'abcd') recent.set(key, key)
    expect(recent.get('nobody')).toBeNull()
  })

  it('forgets what nobody used while twice its capacity came', () => {
    const recent = new Recent<string>(capacity)
    recent.set('first', 'first')
    for (const key of 'abcdefgh') recent.set(key, key)
    expect(recent.get('first')).toBeUndefined()
  })

  it('keeps what is used again and again, whatever else comes, until it is deleted', () => {
    const recent = new Recent<string>(capacity)
    recent.set('kept', 'kept')
    for (const key of 'abcdefghijkl') {
      recent.set(key, key)
      expect(recent.get('kept')).toBe('kept')
    }
    for (const key of 'abcd') recent.set(key, key)
    recent.delete('kept')
    expect(recent.get('kept')).toBeUndefined()
  })

  it('forgets everything at once', () => {
    const recent = new Recent<string>(capacity)
    for (const key of 'abcdef') recent.set(key, key)
    recent.clear()
    expect([...'abcdef'].filter((key) => recent.get(key) !== undefined)).toEqual([])
  })
})
