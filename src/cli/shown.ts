// C0 and C1 but for the line feed and the tab, and the signs that turn the direction of writing.
const hostile = /[\0-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** A text as a terminal may show it: what would move its cursor, ring or turn the line around is written out instead. */
export function shown(text: string): string {
  return text.replaceAll(hostile, (sign) => `\\u{${sign.charCodeAt(0).toString(16)}}`)
}

/** The same for what has one line of its own, or a column. */
export function shownInLine(text: string): string {
  return shown(text)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`)
}
