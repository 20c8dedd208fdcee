import { Failure } from '../../errors/failure.ts'
import { asText, jsonFlag, switchFlag, textFlag } from '../agent/store-flags.ts'
import type { Shell } from './credential-output.ts'
import type { PlaceFlags } from './helper.ts'

/** Where the configuration and the AWS files are; every command takes these. */
export const placeFlags = {
  config: textFlag('The configuration (default: default)', 'name'),
  home: textFlag('The home folder, if it is another', 'dir'),
  awsCredentialsFilePath: textFlag('The credentials file, if it is another', 'file'),
} as const

/** Whose credentials: a role of Okta, or a profile of the AWS files. */
export const whoseFlags = {
  roleArn: textFlag('A role that Okta offers', 'arn'),
  profile: textFlag('A profile of the AWS files', 'name'),
} as const

/** What may be asked of a session. */
export const sessionFlags = {
  durationSeconds: secondsFlag('How long the session shall last, in seconds', 900, 43_200),
  minTtl: secondsFlag('The least time in seconds that must be left', 1, 43_200),
} as const

/** The values of {@link whoseFlags}, {@link sessionFlags} and {@link placeFlags}. */
export interface SessionFlags extends PlaceFlags {
  readonly roleArn?: string
  readonly profile?: string
  readonly durationSeconds?: number
  readonly minTtl?: number
}

/** The three spellings of credentials. */
export type CredentialFormat = 'json' | 'eval' | 'aws'

/** `--format json|eval|aws`, as the old program has it. */
export const formatFlag = {
  kind: 'enum',
  values: ['json', 'eval', 'aws'] as const,
  default: 'json',
  brief: 'json for credential_process, eval for a shell, aws for a section of a credentials file',
} as const

/** The shell that prints its words. */
export const shellFlag = {
  kind: 'enum',
  values: ['sh', 'fish', 'powershell'] as const satisfies readonly Shell[],
  default: 'sh',
  brief: 'The shell to write for',
} as const

/** An optional port number; 0 lets the system choose. */
export function portFlag(brief: string) {
  return { ...secondsFlag(brief, 0, 65_535, ''), placeholder: 'port' } as const
}

/** An optional whole number of seconds within bounds. */
export function secondsFlag(brief: string, least: number, most: number, unit = ' seconds') {
  const parse = (input: string): number => {
    const seconds = Number(input)
    if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return seconds
    throw new Failure('aws_option_invalid', {
      detail: { option: 'The value', expected: `${least} to ${most}${unit}` },
    })
  }
  return { kind: 'parsed', parse, optional: true, brief, placeholder: 'seconds' } as const
}

export { asText, jsonFlag, switchFlag, textFlag }
