import { buildCommand, buildRouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { type StoreFlags, storeFlags } from '../server-options.ts'

export interface BootstrapFlags extends StoreFlags {
  readonly name: string
  readonly realm?: string
  readonly seed?: string
  readonly force: boolean
  readonly json: boolean
}

const text = (value: string) => value

const bootstrapCommand = buildCommand<BootstrapFlags, [], CliContext>({
  loader: async () => (await import('./ungleichotp-run.ts')).bootstrapUngleichotp,
  parameters: {
    flags: {
      name: { kind: 'parsed', parse: text, brief: 'Name of the entry', placeholder: 'NAME' },
      realm: { kind: 'parsed', parse: text, optional: true, brief: 'Its realm (ungleich-admin)', placeholder: 'REALM' },
      seed: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'Its seed; a fresh one unless given',
        placeholder: 'SEED',
      },
      force: { kind: 'boolean', default: false, withNegated: false, brief: 'Although there is an administrator' },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'Print one line of JSON' },
      ...storeFlags,
    },
  },
  docs: {
    brief: 'Make the first entry of ungleich-admin and print its seed',
    fullDescription: [
      'Entries prove themselves with name, realm and code; accounts of the console are something else: neither opens',
      "the other's door. As in ungleichotp, every entry of ungleich-admin can read all seeds again (`watchword service list`);",
      'each reading is in the audit log.',
      '',
      'Example:',
      '  watchword admin ungleichotp bootstrap --name root --json',
    ].join('\n'),
  },
})

/** `watchword admin ungleichotp`. */
export const ungleichotpRoutes = buildRouteMap<'bootstrap', CliContext>({
  routes: { bootstrap: bootstrapCommand },
  docs: { brief: "Entries of ungleichotp's door" },
})
