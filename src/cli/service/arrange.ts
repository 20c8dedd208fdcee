const helpWords = new Set(['-h', '--help', '-H', '--help-all', '-v', '--version'])
/** Flags that take no value: the word behind them is a command. */
const lonelyFlags = new Set([...helpWords, '--json'])

/**
 * The words of ungleichotp's client as ours: its manual writes the command first in one place and last in another,
 * and its first version knew none and always verified.
 */
export function arrange(words: readonly string[]): string[] {
  const free = words.findIndex((word, index) => !isFlag(word) && !takesValue(words[index - 1]))
  if (free >= 0) return [...words.slice(free, free + 1), ...words.slice(0, free), ...words.slice(free + 1)]
  return words.some((word) => helpWords.has(word)) ? [...words] : ['verify', ...words]
}

function isFlag(word: string): boolean {
  return word.startsWith('-')
}

function takesValue(word = ''): boolean {
  return isFlag(word) && !lonelyFlags.has(word) && !word.includes('=')
}
