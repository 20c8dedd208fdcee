/** Red, green, blue and alpha, each 0 to 255. */
export type Rgba = readonly [red: number, green: number, blue: number, alpha: number]

/** The two colours of a QR code. */
export interface QrLook {
  readonly foreground: Rgba
  readonly background: Rgba
}

export const black: Rgba = [0, 0, 0, 255]
export const white: Rgba = [255, 255, 255, 255]

/** Cameras tell modules apart from about this contrast on (WCAG 2.2 asks the same of graphics, 1.4.11). */
const leastContrast = 3

/**
 * What stands against drawing a QR code in these colours, or null when a camera can read it.
 *
 * Transparent colours are judged on a white and on a black page: the code must show on both.
 */
export function checkQrLook(look: QrLook): 'qr_colours_too_close' | null {
  const isReadable = [white, black].every((page) => {
    const background = over(look.background, page)
    return contrast(over(look.foreground, background), background) >= leastContrast
  })
  return isReadable ? null : 'qr_colours_too_close'
}

/** WCAG 2.2 contrast ratio of two opaque colours, 1 to 21. */
function contrast(one: Rgba, other: Rgba): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance([red, green, blue]: Rgba): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(channel: number): number {
  const part = channel / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

function over(colour: Rgba, page: Rgba): Rgba {
  const share = colour[3] / 255
  const mix = (top: number, below: number): number => top * share + below * (1 - share)
  return [mix(colour[0], page[0]), mix(colour[1], page[1]), mix(colour[2], page[2]), 255]
}
