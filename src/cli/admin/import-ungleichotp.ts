import { buildCommand } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { type ImportFlags, importFlags } from './import-flags.ts'

/** `watchword admin import ungleichotp`: takes over the entries of an ungleichotp. */
export const importUngleichotpCommand = buildCommand<ImportFlags, [string], CliContext>({
  loader: async () => (await import('./import-ungleichotp-run.ts')).importUngleichotpDatabase,
  parameters: {
    flags: importFlags,
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'Its SQLite file or PostgreSQL address', parse: (value: string) => value, placeholder: 'database' },
      ],
    },
  },
  docs: {
    brief: 'Take over the entries of an ungleichotp',
    fullDescription: [
      'Reads the old database and changes nothing in it. Entries keep their ids and seeds. Running it again adds only what',
      'is new. Ends with 9 when an entry was left out; the report names each one.',
      '',
      'Example:',
      '  watchword admin import ungleichotp db.sqlite3 --dry-run',
    ].join('\n'),
  },
})
