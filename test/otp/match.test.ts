import { describe, expect, it } from 'vitest'
import { prepareSecret } from '../../src/otp/hmac.ts'
import { hotpPrepared } from '../../src/otp/hotp.ts'
import { isSameCode, matchSteps, normaliseCode } from '../../src/otp/match.ts'
import { fc } from '../support/property.ts'

const secret = new TextEncoder().encode('12345678901234567890')
const prepared = prepareSecret(secret, 'SHA1')
const nowStep = 1000
const window = { atMs: nowStep * 30_000 + 7, periodSeconds: 30, digits: 6, windowBack: 2, windowForward: 1 }
const codeAt = (step: number): string => hotpPrepared(prepared, step, 6)

describe('matchSteps', () => {
  it('T80 accepts exactly the steps of the window', () => {
    const accepted = [-4, -3, -2, -1, 0, 1, 2, 3].filter((offset) =>
      matchSteps(prepared, codeAt(nowStep + offset), window).includes(nowStep + offset),
    )
    expect(accepted).toEqual([-2, -1, 0, 1])
  })

  it('names every step that shares the code, ascending', () => {
    const wide = { ...window, digits: 4, windowBack: 999, windowForward: 3000 }
    const every = Array.from({ length: 4000 }, (_, index) => index + 1)
    const byCode = Map.groupBy(every, (step) => hotpPrepared(prepared, step, 4))
    const [code, steps] = [...byCode].find(([, sharing]) => sharing.length > 1) ?? ['', []]
    expect(steps.length).toBeGreaterThan(1)
    expect(matchSteps(prepared, code, wide)).toEqual(steps)
  })

  it('has no steps before 1970', () => {
    expect(matchSteps(prepared, codeAt(0), { ...window, atMs: 0 })).toEqual([0])
  })

  it.each(['', '12345', '1234567', 'abcdef', '١٢٣٤٥٦'])('matches nothing for %j', (code) => {
    expect(matchSteps(prepared, code, window)).toEqual([])
  })

  it('compares whole codes only', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{0,8}$/), fc.stringMatching(/^\d{0,8}$/), (expected, given) => {
        expect(isSameCode(expected, given)).toBe(expected === given)
      }),
    )
    expect(isSameCode('123456', '12345')).toBe(false)
    expect(isSameCode('12345', '123456')).toBe(false)
  })
})

describe('normaliseCode', () => {
  it.each([
    ' 123456',
    '123456 ',
    '123 456',
    '123\u00a0456',
    '123\u2003456',
    '\t123456\r\n',
    '１２３４５６',
    '١٢٣٤٥٦',
    '۱۲۳۴۵۶',
    '\u200e123456\u202c',
    '\ufeff123456',
  ])('T01 turns %j into the one canonical form', (text) => {
    expect(normaliseCode(text)).toBe('123456')
  })

  it.each(['', '   ', '12a456', '1e5', '-12345', '12.456', '0x1234', '½23456', '²23456', '1'.repeat(65)])(
    'answers null for %j',
    (text) => {
      expect(normaliseCode(text)).toBeNull()
    },
  )

  it('changes nothing when called again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = normaliseCode(text)
        if (once !== null) expect(normaliseCode(once)).toBe(once)
      }),
    )
  })
})
