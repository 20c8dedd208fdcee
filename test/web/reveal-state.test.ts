import { describe, expect, it } from 'vitest'
import { secondsLeft } from '../../web/src/codes/lifetime.ts'
import { codeAt, mayAskNext } from '../../web/src/codes/reveal-state.ts'
import { groupsOf } from '../../web/src/codes/groups.ts'

const startMs = 1_800_000_000_000
const answer = {
  code: '123456',
  step: 60_000_000,
  validFromMs: startMs,
  validUntilMs: startMs + 30_000,
  serverTimeMs: startMs,
}
const next = { code: '654321', step: 60_000_001, validFromMs: startMs + 30_000, validUntilMs: startMs + 60_000 }

describe('a code on the screen', () => {
  it('stands until the last millisecond of its step, and not one longer', () => {
    expect(codeAt(answer, 'totp', startMs + 29_999)).toBe(answer)
    expect(codeAt(answer, 'totp', startMs + 30_000)).toBeNull()
  })

  it('gives way to the next one where that is known already', () => {
    expect(codeAt({ ...answer, next }, 'totp', startMs + 30_000)).toMatchObject({ code: '654321' })
    expect(codeAt({ ...answer, next }, 'totp', startMs + 60_000)).toBeNull()
  })

  it('has no end of its own when it is counted', () => {
    expect(codeAt({ ...answer, validUntilMs: startMs }, 'hotp', startMs + 60_000)).not.toBeNull()
  })

  it('offers the next one in the last ten seconds only, and once', () => {
    expect(mayAskNext(answer, 'totp', startMs + 19_999)).toBe(false)
    expect(mayAskNext(answer, 'totp', startMs + 20_000)).toBe(true)
    expect(mayAskNext({ ...answer, next }, 'totp', startMs + 25_000)).toBe(false)
    expect(mayAskNext(answer, 'hotp', startMs + 25_000)).toBe(false)
  })

  it('counts its last second until that second is over', () => {
    expect(secondsLeft(startMs + 30_000, startMs)).toBe(30)
    expect(secondsLeft(startMs + 30_000, startMs + 29_001)).toBe(1)
    expect(secondsLeft(startMs + 30_000, startMs + 30_001)).toBe(0)
  })

  it('is grouped so that the eye can hold it', () => {
    const grouped = ['1234', 'ABCDE', '123456', '1234567', '12345678', '1234567890'].map((code) =>
      groupsOf(code).join(' '),
    )
    expect(grouped).toEqual(['1234', 'ABCDE', '123 456', '123 4567', '1234 5678', '123 456 7890'])
  })
})
