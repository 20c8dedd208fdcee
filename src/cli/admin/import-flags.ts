import { type StoreFlags, storeFlags } from '../server-options.ts'

/** Flags of every take-over of another program's store. */
export interface ImportFlags extends StoreFlags {
  readonly dryRun: boolean
  readonly json: boolean
}

/** The same flags for the command parser. */
export const importFlags = {
  dryRun: { kind: 'boolean', default: false, withNegated: false, brief: 'Say what would happen and store nothing' },
  json: { kind: 'boolean', default: false, withNegated: false, brief: 'Print the report as JSON' },
  ...storeFlags,
} as const
