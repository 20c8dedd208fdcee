import type { CliContext } from '../context.ts'
import type { StoreFlags } from './settings.ts'

/** Takes an argument as it is. */
export function asText(input: string): string {
  return input
}

/** The flags every command that opens the store takes, for its `parameters.flags`. */
export const storeFlags = {
  store: { kind: 'parsed', parse: asText, optional: true, brief: 'The file of the accounts', placeholder: 'file' },
  gpgrecipient: {
    kind: 'parsed',
    parse: asText,
    optional: true,
    variadic: ',',
    brief: 'Keys that can read the store (default: those of agent init, else your only GPG key)',
    placeholder: 'key',
  },
  gnupgHome: { kind: 'parsed', parse: asText, optional: true, brief: 'The folder of the GPG keys', placeholder: 'dir' },
  passphraseFile: {
    kind: 'parsed',
    parse: asText,
    optional: true,
    brief: 'A file whose first line is the passphrase',
    placeholder: 'file',
  },
} as const

/** The flag of every command that can answer in JSON. */
export const jsonFlag = { kind: 'boolean', default: false, withNegated: false, brief: 'Answer in JSON' } as const

/** What every command of the agent takes. */
export interface AgentFlags extends StoreFlags {
  readonly json: boolean
}

/** A switch that is off unless it is named. */
export function switchFlag(brief: string) {
  return { kind: 'boolean', default: false, withNegated: false, brief } as const
}

/** An optional flag with a text value. */
export function textFlag(brief: string, placeholder: string) {
  return { kind: 'parsed', parse: asText, optional: true, brief, placeholder } as const
}

/** How an account is named on a command line, and completed by the shell. */
export const accountParameter = {
  brief: 'The account, or enough of its name',
  parse: asText,
  placeholder: 'name',
  async proposeCompletions(this: CliContext, partial: string): Promise<readonly string[]> {
    const { completeNames } = await import('./complete-names.ts')
    return completeNames(this.env, partial)
  },
} as const

/** The account a command is about; may be left out at a terminal. */
export const accountPositional = {
  kind: 'tuple',
  parameters: [{ ...accountParameter, optional: true }],
} as const
