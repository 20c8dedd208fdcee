import type { Settings } from '../../contract.ts'

/** Red, green, blue and opacity, each 0 to 255. */
export type Colour = Settings['qrForeground']

/** Below this a camera may fail; the server refuses it too. */
export const leastContrast = 4

/** A colour as `#rrggbb`, its opacity left out. */
export function hexOf({ red, green, blue }: Colour): string {
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

/** The colour behind `#rrggbb`, opaque; null for anything else. */
export function colourOf(hex: string): Colour | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex)
  if (match === null) return null
  const [red = 0, green = 0, blue = 0] = match.slice(1).map((part) => Number.parseInt(part, 16))
  return { red, green, blue, alpha: 255 }
}

/** The colour as CSS, opacity included. */
export function cssOf({ red, green, blue, alpha }: Colour): string {
  return `rgb(${red} ${green} ${blue} / ${alpha / 255})`
}

/**
 * How far two colours are apart for an eye or a camera, printed on white paper: 1 to 21.
 *
 * @see WCAG 2.2, contrast ratio
 */
export function contrastOf(foreground: Colour, background: Colour): number {
  const [dark, light] = [luminance(foreground, background), luminance(background)].toSorted((a, b) => a - b)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

/** Whether the modules are lighter than the ground they stand on. */
export function isInverted(foreground: Colour, background: Colour): boolean {
  return luminance(foreground, background) > luminance(background)
}

const white: Colour = { red: 255, green: 255, blue: 255, alpha: 255 }

function luminance(colour: Colour, below: Colour = white): number {
  const ground = below.alpha === 255 ? below : over(below, white)
  const { red, green, blue } = over(colour, ground)
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function over(top: Colour, ground: Colour): Colour {
  const mix = (a: number, b: number) => (a * top.alpha + b * (255 - top.alpha)) / 255
  return {
    red: mix(top.red, ground.red),
    green: mix(top.green, ground.green),
    blue: mix(top.blue, ground.blue),
    alpha: 255,
  }
}

function linear(part: number): number {
  const share = part / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}
