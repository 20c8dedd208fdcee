/**
 * Signs that take two columns of a terminal: East Asian wide and full-width ones, and emoji.
 *
 * @see Unicode Standard Annex 11; blocks that are wide as a whole
 */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\p{Emoji}\ufe0f/u
const unseen = /^[\p{M}\p{Cf}]+$/u

/** Columns a text takes on a terminal. */
export function widthOf(text: string): number {
  return signsOf(text).reduce((columns, sign) => columns + widthOfSign(sign), 0)
}

/** A text in exactly so many columns: filled up with blanks, or cut, which a sign at its end tells. */
export function fitTo(text: string, columns: number, cutSign = '…'): string {
  const whole = widthOf(text)
  if (whole <= columns) return text + ' '.repeat(columns - whole)
  let cut = ''
  for (const sign of signsOf(text)) {
    if (widthOf(cut + sign) > columns - 1) break
    cut += sign
  }
  return `${cut}${cutSign}`.padEnd(cut.length + cutSign.length + columns - 1 - widthOf(cut))
}

/** A text in at most so many columns. */
export function cutTo(text: string, columns: number, cutSign?: string): string {
  return widthOf(text) <= columns ? text : fitTo(text, columns, cutSign)
}

/** Whether the terminal's language says that it does not read UTF-8. */
export function isPlainTerminal(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '')
  return locale !== undefined && !/utf-?8/i.test(locale)
}

/** What a person sees as one sign: a letter with its accents, an emoji made of several. */
function signsOf(text: string): string[] {
  return [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment)
}

function widthOfSign(sign: string): number {
  if (unseen.test(sign)) return 0
  return wide.test(sign) ? 2 : 1
}
