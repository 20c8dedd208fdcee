import { describe, expect, it } from 'vitest'
import { type Intake, isAmong, stepOf } from '../../web/src/pages/root/intake.ts'

const begun: Intake = { name: 'AWS', number: '', readers: ['cato'], loader: 'livia' }

describe('taking in a root account', () => {
  it('goes step by step, and no step can be skipped', () => {
    const steps: Partial<Intake>[] = [
      { areReadersKnown: true },
      { accountId: 'a' },
      { isRegistered: true },
      { rotatedBy: 'cato' },
      { checkedAtMs: 1 },
    ]
    let intake = begun
    const names = [stepOf(intake)]
    for (const step of steps) {
      intake = { ...intake, ...step }
      names.push(stepOf(intake))
    }
    expect(names).toEqual(['readers', 'load', 'register', 'rotate', 'check', 'done'])
    expect(stepOf({ ...begun, checkedAtMs: 1, isRegistered: true })).toBe('readers')
  })

  it('knows the loader among the readers by user name, name or mail, however typed', () => {
    expect(isAmong([' LIVIA '], 'livia', 'Livia Drusilla')).toBe(true)
    expect(isAmong(['l@example.com'], 'livia', '', 'L@example.com')).toBe(true)
    expect(isAmong(['cato', ''], 'livia', '')).toBe(false)
  })
})
