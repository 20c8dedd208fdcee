/**
 * The words of a half-typed command line, quotes and backslashes taken off; the last one may be empty.
 *
 * bash itself would also split at colons, which account names often hold.
 */
export function splitCommandLine(line: string): string[] {
  const words = ['']
  let quote = ''
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index)
    if (quote !== '') {
      if (character === quote) quote = ''
      else words.push((words.pop() ?? '') + character)
    } else if (character === '"' || character === "'") quote = character
    else if (character === ' ') {
      if (words.at(-1) !== '') words.push('')
    } else words.push((words.pop() ?? '') + (character === '\\' ? line.charAt(++index) : character))
  }
  return words
}

/** What bash shall put in place of the part after the last colon, quoted for the shell. */
export function withoutColonPrefix(completion: string, typed: string): string {
  const rest = completion.slice(typed.lastIndexOf(':') + 1)
  return rest.replace(/[^\w@%+=:,./-]/g, '\\$&')
}
