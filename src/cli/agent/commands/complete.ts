import { buildCommand, proposeCompletions } from '@stricli/core'
import { application } from '../../application.ts'
import type { CliContext } from '../../context.ts'
import { asText } from '../store-flags.ts'
import { splitCommandLine, withoutColonPrefix } from '../split-command-line.ts'

/** What the completion scripts ask. Not for people, and not in the help. */
export const completeCommand = buildCommand<object, string[], CliContext>({
  func: complete,
  parameters: {
    positional: {
      kind: 'array',
      parameter: { brief: 'The shell, then the words', parse: asText, placeholder: 'word' },
    },
  },
  docs: { brief: 'Answer a completion script' },
})

async function complete(this: CliContext, _flags: object, shell = '', ...given: string[]): Promise<void> {
  const words = shell === 'bash' ? splitCommandLine(given[0] ?? '').slice(1) : given
  const [called] = words
  const found = await proposeCompletions(await application(words.length > 1 ? called : undefined), words, this)
  const partial = words.at(-1) ?? ''
  for (const { completion, brief } of found) {
    // Whoever looks for a name does not want to read all flags first.
    if (completion.startsWith('-') && !partial.startsWith('-')) continue
    if (shell === 'fish') this.print(`${completion}\t${brief}`)
    else this.print(shell === 'bash' ? withoutColonPrefix(completion, partial) : completion)
  }
}
