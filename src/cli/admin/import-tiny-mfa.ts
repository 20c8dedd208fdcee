import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { type ImportFlags, importFlags } from './import-flags.ts'

export interface ImportTinyMfaFlags extends ImportFlags {
  readonly from?: string
  readonly keyFile?: string
  readonly skipUnreadable: boolean
  readonly stayOpen: boolean
  readonly withAudit: boolean
}

const text = (value: string) => value
const flag = (brief: string) => ({ kind: 'boolean', default: false, withNegated: false, brief }) as const

/** `watchword admin import tiny-mfa`: takes over a go-tiny-mfa database. */
export const importTinyMfaCommand = buildCommand<ImportTinyMfaFlags, [], CliContext>({
  loader: async () => (await import('./import-tiny-mfa-run.ts')).importTinyMfaDatabase,
  parameters: {
    flags: {
      from: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'PostgreSQL address of the old database; the store itself unless given',
        placeholder: 'URL',
      },
      keyFile: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'Its root key; "key" in the secrets directory unless given',
        placeholder: 'FILE',
      },
      skipUnreadable: flag('Go on without rows whose key does not open'),
      stayOpen: flag('Keep users and validation open to everybody, as go-tiny-mfa did by default'),
      withAudit: flag('Take over the old validations too'),
      ...importFlags,
    },
  },
  docs: {
    brief: 'Take over a go-tiny-mfa database',
    fullDescription: [
      'Reads the old database and changes nothing in it. Users go on with the codes, clients with the tokens they have.',
      'Running it again adds only what is new. Ends with 9 when something was left out; the report names each row.',
      '',
      'Example:',
      '  watchword admin import tiny-mfa --from postgres://tinymfa@db/tinymfa --key-file /opt/go-tiny-mfa/secrets/key --dry-run',
    ].join('\n'),
  },
})
