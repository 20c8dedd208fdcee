const commands = new Set(['verify', 'create', 'list', 'delete'])
const helpWords = new Set(['-h', '--help', '--version'])

/**
 * The words of ungleichotp's client as ours: its manual writes the command first in one place and last in another,
 * and its first version knew none and always verified.
 */
export function arrange(words: readonly string[]): string[] {
  const [first, last] = [words[0] ?? '', words.at(-1) ?? '']
  if (commands.has(first) || helpWords.has(first)) return [...words]
  // A value may be called "list": the last word is a command only when no flag before it takes it.
  const isCommandLast = commands.has(last) && !(words.at(-2) ?? '').startsWith('-')
  return isCommandLast ? [last, ...words.slice(0, -1)] : ['verify', ...words]
}
