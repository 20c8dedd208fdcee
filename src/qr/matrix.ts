import { correction, generate } from 'lean-qr'
import { Failure } from '../errors/failure.ts'

/** How much of a code may be dirty or covered: about 7, 15, 25 or 30 percent. */
export type ErrorCorrection = 'L' | 'M' | 'Q' | 'H'

/** The modules of a QR code without its quiet zone. */
export interface QrMatrix {
  /** Modules on each side. */
  readonly size: number
  /** Whether a module is dark; false outside the code. */
  isDark(x: number, y: number): boolean
}

/**
 * The QR code of a text in the smallest version that holds it.
 *
 * @throws {@link Failure} `qr_text_too_long` beyond version 40
 */
export function qrMatrix(text: string, errorCorrection: ErrorCorrection): QrMatrix {
  // The level is held where the caller wants it: a higher one would only make some versions denser to no purpose.
  const level = correction[errorCorrection]
  try {
    const bitmap = generate(text, { minCorrectionLevel: level, maxCorrectionLevel: level })
    return { size: bitmap.size, isDark: (x, y) => bitmap.get(x, y) }
  } catch (cause) {
    throw new Failure('qr_text_too_long', { cause })
  }
}
