/** A half-typed command line as a shell reads it. */
export interface TypedLine {
  /** Quotes and backslashes taken off; the last one may be empty. */
  readonly words: string[]
  /** The quotation mark that is still open behind the last character; empty where none is. */
  readonly openQuote: string
}

/**
 * The words of a half-typed command line.
 *
 * bash itself would also split at colons, which account names often hold.
 */
export function splitCommandLine(line: string): TypedLine {
  const words = ['']
  const extend = (text: string) => words.push((words.pop() ?? '') + text)
  let quote = ''
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index)
    if (isEscape(character, line.charAt(index + 1), quote)) extend(line.charAt(++index))
    else if (quote !== '') {
      if (character === quote) quote = ''
      else extend(character)
    } else if (character === '"' || character === "'") quote = character
    else if (character === ' ') {
      if (words.at(-1) !== '') words.push('')
    } else extend(character)
  }
  return { words, openQuote: quote }
}

function isEscape(character: string, next: string, quote: string): boolean {
  if (character !== '\\' || quote === "'") return false
  return quote === '' || /["$`\\]/.test(next)
}

/**
 * What bash shall put in place of what was typed, quoted for the shell: of the whole word within quotes, else of the
 * part after the last colon.
 */
export function forBash(completion: string, typed: string, openQuote: string): string {
  if (openQuote === '"') return completion.replace(/["$`\\]/g, '\\$&')
  if (openQuote === "'") return completion.replaceAll("'", String.raw`'\''`)
  const rest = completion.slice(typed.lastIndexOf(':') + 1)
  // By whole characters: half of one behind a backslash is none any more.
  return rest.replace(/[^\p{L}\p{M}\p{N}_@%+=:,./-]/gu, '\\$&')
}
