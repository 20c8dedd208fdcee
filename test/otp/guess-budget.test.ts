import { describe, expect, it } from 'vitest'
import { guessChance } from '../../src/otp/guess-budget.ts'

const sixDigits = (acceptedCodes: number): { digits: number; acceptedCodes: number } => ({ digits: 6, acceptedCodes })
const daySeconds = 86_400

describe('guess budget', () => {
  it('gives 5 tries in 30 seconds for ever one chance in 24 a day, and an even one in 16 days', () => {
    const guessesADay = (5 / 30) * daySeconds
    expect(guessChance(sixDigits(3), guessesADay)).toBeCloseTo(0.0422802, 7)
    expect(guessChance(sixDigits(3), guessesADay * 16.045)).toBeCloseTo(0.5, 5)
  })

  it.each([
    [12, 1440, 0.0171317],
    [20, 10, 0.000199982],
    [3, 100, 0.000299955],
  ])('gives %d accepted codes and %d guesses a chance of %d', (acceptedCodes, guesses, chance) => {
    expect(guessChance(sixDigits(acceptedCodes), guesses)).toBeCloseTo(chance, 7)
  })

  it('gives twenty guesses a second an even chance in 3.2 hours', () => {
    expect(guessChance(sixDigits(3), 20 * 3600 * 3.20901)).toBeCloseTo(0.5, 6)
  })

  it('keeps very small chances exact', () => {
    expect(guessChance({ digits: 10, acceptedCodes: 1 }, 1)).toBeCloseTo(1e-10, 20)
  })
})
