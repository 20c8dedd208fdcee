import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { type ImportFlags, importFlags } from './import-flags.ts'

/** `watchword admin import simpleotp`: takes over the login users of a simpleotp. */
export const importSimpleotpCommand = buildCommand<ImportFlags, [string], CliContext>({
  loader: async () => (await import('./import-simpleotp-run.ts')).importSimpleotpFolder,
  parameters: {
    flags: importFlags,
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'The folder simpleotp calls PATH', parse: (value: string) => value, placeholder: 'folder' },
      ],
    },
  },
  docs: {
    brief: "Take over simpleotp's login users",
    fullDescription: [
      'Reads .salt_NAME, .password_NAME_secret and .totp_NAME_secret and changes nothing in the folder. Passphrases and',
      'codes go on working; a passphrase is hashed anew at its first login. Nobody who exists is overwritten. A lone',
      '.totp_secret makes the portal ask for a code alone. Secrets in OpenPGP are for `watchword import`.',
      'Ends with 9 when somebody could not be taken over; the report names each one.',
      '',
      'Examples:',
      '  watchword admin import simpleotp /totp --dry-run',
      '  watchword admin import simpleotp /totp --data-dir /var/lib/watchword',
    ].join('\n'),
  },
})
