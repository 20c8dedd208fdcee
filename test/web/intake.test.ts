import { describe, expect, it } from 'vitest'
import type { Intake } from '../../src/api/intake.ts'
import { closedTags, isAmong, openTags, stepOf } from '../../web/src/pages/root/intake.ts'
import { de } from '../../web/src/words/de/index.ts'
import { en } from '../../web/src/words/en/index.ts'

const draft = { name: 'AWS', number: '', readers: ['cato'] }
const loaded: Intake = { readers: ['cato'], loader: 'livia', loadedAtMs: 1 }

describe('taking in a root account', () => {
  it('goes step by step, and no step can be skipped', () => {
    const steps: Partial<Intake>[] = [
      { registeredAtMs: 2 },
      { rotatedBy: 'cato', rotatedAtMs: 3 },
      { shownTo: 'cato', checkedAtMs: 4 },
    ]
    let intake = loaded
    const names = [stepOf(null, null), stepOf(draft, null), stepOf(null, intake)]
    for (const step of steps) {
      intake = { ...intake, ...step }
      names.push(stepOf(null, intake))
    }
    expect(names).toEqual(['readers', 'load', 'register', 'rotate', 'check', 'done'])
    expect(stepOf(null, { ...loaded, checkedAtMs: 4 })).toBe('register')
  })

  it('knows the loader among the readers by user name, name or mail, however typed', () => {
    expect(isAmong([' LIVIA '], 'livia', 'Livia Drusilla')).toBe(true)
    expect(isAmong(['l@example.com'], 'livia', '', 'L@example.com')).toBe(true)
    expect(isAmong(['cato', ''], 'livia', '')).toBe(false)
  })

  it('takes the mark of the unfinished away in every language, and keeps what people added', () => {
    expect(openTags).toEqual([en['root.tagOpen'], de['root.tagOpen']])
    expect(closedTags(['aws', 'root: unfertig', 'root'], 'root')).toEqual(['aws', 'root'])
    expect(closedTags(['root: unfinished'], 'root')).toEqual(['root'])
  })
})
