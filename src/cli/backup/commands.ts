import { buildCommand, buildRouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { type StoreFlags, storeFlags } from '../server-options.ts'

interface BackupFlags extends StoreFlags {
  readonly json: boolean
}

const flags = {
  ...storeFlags,
  json: { kind: 'boolean', default: false, withNegated: false, brief: 'Answer as JSON' },
} as const
const file = {
  kind: 'tuple',
  parameters: [{ brief: 'The backup', parse: (value: string) => value, placeholder: 'FILE' }],
} as const

const createBackupCommand = buildCommand<BackupFlags, [string], CliContext>({
  loader: async () => (await import('./run.ts')).createBackup,
  parameters: { flags, positional: file },
  docs: {
    brief: 'Write an encrypted copy of the store, also while servers run on it',
    fullDescription:
      'The file opens with the root key alone, and the root key is not in it: keep a copy of that key elsewhere.\n\nExample:\n  watchword backup create --data-dir data watchword-$(date +%F).backup',
  },
})

const checkBackupCommand = buildCommand<BackupFlags, [string], CliContext>({
  loader: async () => (await import('./run.ts')).checkBackupFile,
  parameters: { flags, positional: file },
  docs: {
    brief: 'Prove that a backup is whole, opens with the root key at hand, and holds an audit that verifies',
    fullDescription:
      'Brings it back into a throw-away folder below the temporary one. Ends with 1 when something is wrong.\n\nExample:\n  watchword backup check --data-dir data watchword.backup',
  },
})

const drillCommand = buildCommand<BackupFlags, [string], CliContext>({
  loader: async () => (await import('./run.ts')).drill,
  parameters: { flags, positional: file },
  docs: {
    brief: 'Rehearse: restore into a throw-away process and compare its codes with the live ones',
    fullDescription:
      'Shows no code and no secret, changes nothing, and ends with 1 when a code differs or the audit in it does not verify.\nWhat was added, replaced or removed since the backup is told and is no failure.\n\nExample:\n  watchword backup drill --data-dir data watchword.backup',
  },
})

const proveCommand = buildCommand<BackupFlags, [], CliContext>({
  loader: async () => (await import('./rehearsal.ts')).prove,
  parameters: { flags },
  docs: { brief: 'Answer keyed hashes of the codes of a store (used by drill)' },
})

/** `watchword backup …`. */
export const backupRoutes = buildRouteMap({
  routes: { create: createBackupCommand, check: checkBackupCommand, drill: drillCommand, prove: proveCommand },
  docs: { brief: 'Encrypted copies of the store, and rehearsals of bringing them back', hideRoute: { prove: true } },
})

/** `watchword restore FILE`. */
export const restoreCommand = buildCommand<BackupFlags, [string], CliContext>({
  loader: async () => (await import('./run.ts')).restore,
  parameters: { flags, positional: file },
  docs: {
    brief: 'Bring a backup back into an empty data directory or database',
    fullDescription:
      'Whole or not at all. The root key of the time of the backup must be at hand.\n\nExample:\n  WATCHWORD_ROOT_KEY_FILE=watchword.key watchword restore --data-dir new watchword.backup',
  },
})

interface MigrateFlags extends BackupFlags {
  readonly to: string
}

/** `watchword migrate --to URL`. */
export const migrateCommand = buildCommand<MigrateFlags, [], CliContext>({
  loader: async () => (await import('./migrate.ts')).migrate,
  parameters: {
    flags: {
      ...flags,
      to: {
        kind: 'parsed',
        parse: (value: string) => value,
        brief: 'PostgreSQL address to move to',
        placeholder: 'URL',
      },
    },
  },
  docs: {
    brief: 'Move a SQLite store to PostgreSQL',
    fullDescription: [
      'Servers may run on the old store: reading goes on, writing waits until the copy is done, and afterwards they stop.',
      'Row counts and codes are compared before the old store is closed; the audit chain goes on in the new one.',
      '',
      'Example:',
      '  watchword migrate --data-dir data --to postgres://watchword@db/watchword',
    ].join('\n'),
  },
})
