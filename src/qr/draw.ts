import { Failure } from '../errors/failure.ts'
import { black, checkQrLook, type QrLook, white } from './look.ts'
import { type ErrorCorrection, type QrMatrix, qrMatrix } from './matrix.ts'
import { encodePalettePng } from './png.ts'

/** How a QR code looks; black on white, correction M and a quiet zone of 4 modules unless said otherwise. */
export interface DrawOptions extends Partial<QrLook> {
  readonly errorCorrection?: ErrorCorrection
  /** Empty modules around the code; ISO/IEC 18004 asks for 4. */
  readonly quietZone?: number
}

/** How large a PNG is. */
export interface DrawPngOptions extends DrawOptions {
  /** Width and height; 256 unless said otherwise. */
  readonly sizePixels?: number
}

const largestPixels = 4096

/** A code, its quiet zone and its colours, ready to draw. */
interface Drawing {
  readonly matrix: QrMatrix
  readonly quietZone: number
  readonly look: QrLook
}

/**
 * A QR code as a PNG of exactly `sizePixels` on each side, with a palette of two colours.
 *
 * Every module is the same whole number of pixels; what is left over widens the quiet zone.
 *
 * @throws {@link Failure} `qr_text_too_long`, `qr_size_too_small`, `qr_size_too_large`, `qr_colours_too_close`
 */
export function drawQrPng(text: string, options: DrawPngOptions = {}): Uint8Array {
  const { sizePixels = 256 } = options
  const { matrix, quietZone, look } = prepare(text, options)
  const modules = matrix.size + 2 * quietZone
  const scale = Math.floor(sizePixels / modules)
  if (scale < 1) throw new Failure('qr_size_too_small', { detail: { min: modules } })
  if (sizePixels > largestPixels) throw new Failure('qr_size_too_large', { detail: { max: largestPixels } })
  const margin = Math.floor((sizePixels - matrix.size * scale) / 2)
  const moduleAt = (pixel: number): number => Math.floor((pixel - margin) / scale)
  return encodePalettePng(sizePixels, (x, y) => matrix.isDark(moduleAt(x), moduleAt(y)), [
    look.background,
    look.foreground,
  ])
}

/**
 * A QR code as one SVG element without scripts, styles or references, one unit a module.
 *
 * @throws {@link Failure} `qr_text_too_long`, `qr_colours_too_close`
 */
export function drawQrSvg(text: string, options: DrawOptions = {}): string {
  const { matrix, quietZone, look } = prepare(text, options)
  const side = matrix.size + 2 * quietZone
  const path = runsOf(matrix)
    .map(({ x, y, length }) => `M${x + quietZone} ${y + quietZone}h${length}v1h-${length}z`)
    .join('')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges" role="img" aria-label="QR code">`,
    `<rect width="${side}" height="${side}" ${fill(look.background)}/>`,
    `<path d="${path}" ${fill(look.foreground)}/>`,
    '</svg>',
  ].join('')
}

/**
 * A QR code in half blocks, two modules a character, for a terminal.
 *
 * @param options - with `colours` (the default) black on white is set by escape sequences, whatever
 *   the terminal's own colours; without, light modules are drawn, as suits a dark terminal
 * @throws {@link Failure} `qr_text_too_long`
 */
export function drawQrTerminal(text: string, options: DrawOptions & { readonly colours?: boolean } = {}): string {
  const { colours = true } = options
  const { matrix, quietZone } = prepare(text, options)
  const isInked = (x: number, y: number): boolean => matrix.isDark(x, y) === colours
  const lines: string[] = []
  for (let y = -quietZone; y < matrix.size + quietZone; y += 2) {
    let line = ''
    for (let x = -quietZone; x < matrix.size + quietZone; x++) {
      line += halfBlock(isInked(x, y), isInked(x, y + 1))
    }
    lines.push(colours ? `\u001b[30;107m${line}\u001b[0m` : line)
  }
  return `${lines.join('\n')}\n`
}

function prepare(text: string, options: DrawOptions): Drawing {
  const { errorCorrection = 'M', quietZone = 4, foreground = black, background = white } = options
  const look = { foreground, background }
  const problem = checkQrLook(look)
  if (problem !== null) throw new Failure(problem)
  return { matrix: qrMatrix(text, errorCorrection), quietZone, look }
}

/** Dark modules side by side as one stroke each. */
function runsOf(matrix: QrMatrix): { x: number; y: number; length: number }[] {
  const runs: { x: number; y: number; length: number }[] = []
  for (let y = 0; y < matrix.size; y++) {
    for (let x = 0; x < matrix.size; x++) {
      const start = x
      while (matrix.isDark(x, y)) x++
      if (x > start) runs.push({ x: start, y, length: x - start })
    }
  }
  return runs
}

function fill([red, green, blue, alpha]: QrLook['foreground']): string {
  const hex = [red, green, blue].map((channel) => channel.toString(16).padStart(2, '0')).join('')
  return alpha === 255 ? `fill="#${hex}"` : `fill="#${hex}" fill-opacity="${(alpha / 255).toFixed(3)}"`
}

function halfBlock(isTop: boolean, isBottom: boolean): string {
  if (isTop) return isBottom ? '█' : '▀'
  return isBottom ? '▄' : ' '
}
