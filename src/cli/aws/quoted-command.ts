/**
 * A command line for `credential_process`, each word in double quotes.
 *
 * The AWS tools expand neither `~` nor variables, and split as a POSIX shell does; on Windows as its C library does, so
 * that a backslash counts only before a quote.
 *
 * @param platform - as `process.platform` names it
 * @see AWS SDKs and Tools guide, process credential provider
 */
export function quotedCommand(words: readonly string[], platform: string): string {
  return words.map((word) => (platform === 'win32' ? windowsWord(word) : posixWord(word))).join(' ')
}

function posixWord(word: string): string {
  return `"${word.replace(/["\\$`]/g, '\\$&')}"`
}

function windowsWord(word: string): string {
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`
}
