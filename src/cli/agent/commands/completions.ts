import { buildCommand } from '@stricli/core'
import type { CliContext } from '../../context.ts'
import { completionScripts } from '../completion-scripts.ts'

type Shell = keyof typeof completionScripts

/** `watchword completions bash`: the script that teaches a shell our commands and account names. */
export const completionsCommand = buildCommand<object, [Shell], CliContext>({
  func(this: CliContext, _flags: object, shell: Shell) {
    this.stdout.write(completionScripts[shell])
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'bash, zsh or fish', parse: asShell, placeholder: 'shell', proposeCompletions: () => shells },
      ],
    },
  },
  docs: {
    brief: 'Print the completion script of a shell',
    fullDescription:
      'bash: put `eval "$(watchword completions bash)"` into ~/.bashrc\nzsh:  put `eval "$(watchword completions zsh)"` into ~/.zshrc, after compinit\nfish: watchword completions fish > ~/.config/fish/completions/watchword.fish',
  },
})

const shells = Object.keys(completionScripts)

function asShell(input: string): Shell {
  if (input !== 'bash' && input !== 'zsh' && input !== 'fish') throw new Error('choose bash, zsh or fish')
  return input
}
