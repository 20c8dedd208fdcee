import { stripVTControlCharacters } from 'node:util'
import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { drawQrPng, drawQrSvg, drawQrTerminal } from '../../src/qr/draw.ts'
import { checkQrLook, type Rgba } from '../../src/qr/look.ts'
import { pngOfModules, readWithJsqr } from './pictures.ts'
import { fc } from '../support/property.ts'

const uri =
  'otpauth://totp/ACME:ann@ACME?algorithm=SHA1&digits=6&issuer=ACME&period=30&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('drawQrPng', () => {
  it('is read back by a second decoder', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 120 }),
        fc.constantFrom('L', 'M', 'Q', 'H'),
        (text, errorCorrection) => {
          expect(readWithJsqr(drawQrPng(text, { errorCorrection: errorCorrection as 'L', sizePixels: 500 }))).toBe(text)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('has exactly the asked size, one bit a pixel, a palette with alpha and a quiet zone of four modules', () => {
    const png = Buffer.from(drawQrPng(uri, { foreground: [10, 20, 60, 255], background: [250, 240, 230, 200] }))
    const { width, height, data } = PNG.sync.read(png)
    expect([width, height, png[24], png[25]]).toEqual([256, 256, 1, 3])
    expect([...data.subarray(0, 4)]).toEqual([250, 240, 230, 200])
    const firstDark = [...Array(256).keys()].find((at) => data[(at * 256 + at) * 4] === 10) ?? 0
    expect(firstDark).toBeGreaterThanOrEqual(4 * Math.floor(256 / 53))
    expect(readWithJsqr(png)).toBe(uri)
  })

  it('says how many pixels a text needs', () => {
    expect(() => drawQrPng(uri, { sizePixels: 40 })).toThrow(/at least \d+ pixels/)
    expect(() => drawQrPng('x', { sizePixels: 5000 })).toThrow('at most 4096 pixels')
  })

  it('says that a text is too long', () => {
    expect(() => drawQrPng('x'.repeat(5000))).toThrow(expect.objectContaining({ code: 'qr_text_too_long' }))
  })
})

describe('checkQrLook', () => {
  const shown: readonly (readonly [Rgba, Rgba])[] = [
    [
      [0, 0, 0, 255],
      [255, 255, 255, 255],
    ],
    [
      [255, 255, 255, 255],
      [0, 0, 0, 255],
    ],
    [
      [0, 0, 128, 255],
      [255, 255, 0, 255],
    ],
    [
      [0, 0, 0, 255],
      [255, 255, 255, 200],
    ],
  ]
  it.each(shown)('lets %j on %j pass', (foreground, background) => {
    expect(checkQrLook({ foreground, background })).toBeNull()
  })

  const unseen: readonly (readonly [Rgba, Rgba])[] = [
    [
      [0, 0, 0, 255],
      [0, 0, 0, 255],
    ],
    [
      [255, 255, 0, 255],
      [255, 255, 255, 255],
    ],
    [
      [0, 0, 0, 0],
      [255, 255, 255, 255],
    ],
    [
      [0, 0, 0, 255],
      [255, 255, 255, 0],
    ],
    [
      [0, 0, 0, 40],
      [255, 255, 255, 255],
    ],
  ]
  it.each(unseen)('refuses %j on %j', (foreground, background) => {
    expect(checkQrLook({ foreground, background })).toBe('qr_colours_too_close')
    expect(() => drawQrPng('x', { foreground, background })).toThrow(
      expect.objectContaining({ code: 'qr_colours_too_close' }),
    )
  })
})

describe('drawQrSvg', () => {
  it('holds a rectangle and a path that a decoder reads', () => {
    const svg = drawQrSvg(uri, { foreground: [1, 2, 3, 255] })
    const side = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1])
    const rows = Array.from({ length: side }, () => Array<boolean>(side).fill(false))
    for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1/g)) {
      rows[Number(y)]?.fill(true, Number(x), Number(x) + Number(length))
    }
    expect(readWithJsqr(pngOfModules(rows))).toBe(uri)
    expect(svg).toContain('fill="#010203"')
    expect(svg).not.toMatch(/script|style|href|on\w+=/)
  })
})

describe('drawQrTerminal', () => {
  const modulesOf = (text: string, ink: boolean): boolean[][] =>
    text
      .trimEnd()
      .split('\n')
      .flatMap((line) => {
        const blocks = [...stripVTControlCharacters(line)]
        const inked = (kinds: string): boolean[] => blocks.map((block) => kinds.includes(block) === ink)
        return [inked('█▀'), inked('█▄')]
      })

  it('is read back from its half blocks', () => {
    expect(readWithJsqr(pngOfModules(modulesOf(drawQrTerminal(uri), true)))).toBe(uri)
  })

  it('draws the light modules when it may not set colours', () => {
    const plain = drawQrTerminal(uri, { colours: false })
    expect(plain).not.toContain('\u001b')
    expect(readWithJsqr(pngOfModules(modulesOf(plain, false)))).toBe(uri)
  })
})
