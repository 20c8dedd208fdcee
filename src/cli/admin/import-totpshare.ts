import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { type ImportFlags, importFlags } from './import-flags.ts'

export interface ImportTotpshareFlags extends ImportFlags {
  readonly keyFile?: string
}

/** `watchword admin import totpshare`: takes over the folder of a totpshare. */
export const importTotpshareCommand = buildCommand<ImportTotpshareFlags, [string], CliContext>({
  loader: async () => (await import('./import-totpshare-run.ts')).importTotpshare,
  parameters: {
    flags: {
      keyFile: {
        kind: 'parsed',
        parse: (value: string) => value,
        optional: true,
        brief: 'File with its key; TOTPSHARE_FILE_ENCKEY or the known default unless given',
        placeholder: 'FILE',
      },
      ...importFlags,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'The folder, TOTPSHARE_FILE_PATH', parse: (value: string) => value, placeholder: 'folder' },
      ],
    },
  },
  docs: {
    brief: "Take over totpshare's folder",
    fullDescription: [
      'Reads the folder and changes nothing in it. Running it again adds only what is new. Ends with 9 when a file could',
      'not be taken over; the report names each one.',
      '',
      'Examples:',
      '  watchword admin import totpshare topt_keys --dry-run',
      '  watchword admin import totpshare topt_keys --key-file enckey --json',
    ].join('\n'),
  },
})
