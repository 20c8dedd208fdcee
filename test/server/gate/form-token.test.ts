import { expect, it } from 'vitest'
import { checkFormToken, formToken } from '../../../src/server/gate/portal/form-token.ts'

const key = new Uint8Array(32).fill(7)
const shownAtMs = 1_700_000_000_000
const token = formToken(key, 'browser', shownAtMs)
const check = (given: string | undefined, afterMs = 0, browser: string | undefined = 'browser') =>
  checkFormToken(key, browser, given, shownAtMs + afterMs)

it('P27 the token of a form is good for an hour, and then shown anew', () => {
  expect([check(token), check(token, 3_600_000), check(token, 3_600_001)]).toEqual(['good', 'good', 'expired'])
})

it('P27 the token of a form counts in its own browser alone, and for the moment it says', () => {
  const [madeAt = '', proof = ''] = token.split('.')
  const later = `${(shownAtMs + 1).toString(36)}.${proof}`
  const foreign = checkFormToken(new Uint8Array(32), 'browser', token, shownAtMs)
  expect([check(token, 0, 'another'), check(token, 0, ''), check(later), foreign]).toEqual(Array(4).fill('forged'))
  for (const given of [undefined, '', '.', madeAt, `${madeAt}.`, `.${proof}`, `${token.slice(0, -1)}`, `!.${proof}`]) {
    expect(check(given), String(given)).toBe('forged')
  }
})
