const commands = new Set(['init', 'refresh', 'get-cred', 'export-cred', 'assume-role'])
const groupOptions = new Set(['--home', '--aws-credentials-file-path'])
const verbosity = new Set(['-v', '--verbosity'])

/**
 * The words of `okta-aws-cred-helper` as `watchword` has them.
 *
 * There `--home` and `--aws-credentials-file-path` stand before the command, and `-v LEVEL` behind it, which says
 * nothing any more: what goes wrong is always told.
 */
export function fromOldSpelling(words: readonly string[]): string[] {
  const moved: string[] = []
  const rest: string[] = []
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? ''
    const [name = ''] = word.split('=', 1)
    const hasOwnValue = word.includes('=')
    if (!groupOptions.has(name) && !verbosity.has(name)) rest.push(word)
    else {
      const value = hasOwnValue ? word.slice(name.length + 1) : (words[(index += 1)] ?? '')
      if (groupOptions.has(name)) moved.push(name, value)
    }
  }
  const [command = '', ...own] = rest
  return commands.has(command) ? ['aws', command, ...own, ...moved] : ['aws', ...rest]
}
