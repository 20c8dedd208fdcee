/**
 * A text of another program as a report may print it: on one line, and with nothing a terminal would obey.
 *
 * Control and format characters are written as JSON writes them.
 */
export function oldText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (sign) => `\\u${hexOf(sign)}`)
}

function hexOf(sign: string): string {
  return (sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')
}
