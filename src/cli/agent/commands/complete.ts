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
  for (const { completion, brief } of found) {
    if (shell === 'fish') this.print(`${completion}\t${brief}`)
    else this.print(shell === 'bash' ? withoutColonPrefix(completion, words.at(-1) ?? '') : completion)
  }
}
