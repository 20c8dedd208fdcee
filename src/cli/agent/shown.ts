/** Control characters, and the signs that turn the direction of writing. */
const hostile = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** A text as a terminal may show it: what would move its cursor, ring or turn the line around is written out instead. */
export function shown(text: string): string {
  return text.replaceAll(hostile, (sign) => (sign === '\n' || sign === '\t' ? sign : written(sign)))
}

/** The same for what has one line of its own, or a column. */
export function shownInLine(text: string): string {
  return text.replaceAll(hostile, written)
}

function written(sign: string): string {
  return `\\u{${sign.charCodeAt(0).toString(16)}}`
}
