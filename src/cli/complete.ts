import { type Application, buildCommand, proposeCompletions } from '@stricli/core'
import { applicationOf } from './application.ts'
import type { CliContext } from './context.ts'
import { rootRoutes } from './routes.ts'
import { asText } from './agent/store-flags.ts'
import { forBash, splitCommandLine } from './agent/split-command-line.ts'

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
  const line = splitCommandLine(shell === 'bash' ? (given[0] ?? '') : '')
  const words = shell === 'bash' ? line.words.slice(1) : given
  const app = applicationOf(await rootRoutes(words.length > 1 ? words[0] : undefined))
  const found = [...subcommands(app, words), ...(await proposeCompletions(app, words, this))]
  const partial = words.at(-1) ?? ''
  for (const { completion, brief } of found) {
    // Whoever looks for a name does not want to read all flags first.
    if (completion.startsWith('-') && !partial.startsWith('-')) continue
    if (shell === 'fish') this.print(`${completion}\t${brief}`)
    else this.print(shell === 'bash' ? forBash(completion, partial, line.openQuote) : completion)
  }
}

/** The parser proposes only the flags of a default command; its siblings can be typed just as well. */
function subcommands({ root }: Application<CliContext>, [called = '', partial = '', ...more]: readonly string[]) {
  const target = 'getRoutingTargetForInput' in root ? root.getRoutingTargetForInput(called) : undefined
  if (target === undefined || !('getDefaultCommand' in target) || target.getDefaultCommand() === undefined) return []
  if (more.length > 0) return []
  const names = target.getAllEntries().map((entry) => ({ completion: entry.name.original, brief: entry.target.brief }))
  return names.filter(({ completion }) => completion.startsWith(partial))
}
