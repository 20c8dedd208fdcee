/** What is wrong with a text that is not {@link isStorable}. */
export const unstorable = 'it holds a NUL or half a character'

/**
 * Whether every database can hold a text: PostgreSQL knows no NUL, and half a character (a lone surrogate) is no text at all.
 */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}
