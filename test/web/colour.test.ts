import { describe, expect, it } from 'vitest'
import { colourOf, contrastOf, hexOf, isInverted, leastContrast } from '../../web/src/pages/settings/colour.ts'

const black = { red: 0, green: 0, blue: 0, alpha: 255 }
const white = { red: 255, green: 255, blue: 255, alpha: 255 }

describe('the colours of a QR code', () => {
  it('are as far apart as black and white at most, and not at all when equal', () => {
    expect(contrastOf(black, white)).toBeCloseTo(21)
    expect(contrastOf(white, white)).toBeCloseTo(1)
  })

  it('count their opacity: black that one can see through is grey', () => {
    expect(contrastOf({ ...black, alpha: 60 }, white)).toBeLessThan(leastContrast)
    expect(contrastOf(black, { ...white, alpha: 0 })).toBeCloseTo(21)
  })

  it('are told when light stands on dark', () => {
    expect(isInverted(white, black)).toBe(true)
    expect(isInverted(black, white)).toBe(false)
  })

  it('are written and read as the browser does', () => {
    expect(hexOf({ red: 133, green: 40, blue: 86, alpha: 255 })).toBe('#852856')
    expect(colourOf('#852856')).toEqual({ red: 133, green: 40, blue: 86, alpha: 255 })
    expect(colourOf('purple')).toBeNull()
  })
})
