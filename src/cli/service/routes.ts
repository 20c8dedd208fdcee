import { buildCommand, buildRouteMap } from '@stricli/core'
import type { CliContext } from '../context.ts'

/** Who calls and where; each falls back to an environment variable of ungleichotp's client. */
export interface CallerFlags {
  readonly authName?: string
  readonly authRealm?: string
  readonly authSeed?: string
  readonly authToken?: string
  readonly server?: string
  readonly json: boolean
}

export interface EntryFlags extends CallerFlags {
  readonly name: string
  readonly realm: string
}

export interface VerifyFlags extends EntryFlags {
  readonly token?: string
  readonly seed?: string
}

const text = (value: string) => value

function word(brief: string, placeholder: string) {
  return { kind: 'parsed', parse: text, optional: true, brief, placeholder } as const
}

const callerFlags = {
  authName: word('Own name (UNGLEICHOTPNAME)', 'NAME'),
  authRealm: word('Own realm (UNGLEICHOTPREALM)', 'REALM'),
  authSeed: word('Own seed, to make the code from (UNGLEICHOTPSEED); others can read a command line', 'SEED'),
  authToken: word('Own code, instead of the seed', 'CODE'),
  server: word('Address of …/ungleichotp/verify/ (UNGLEICHOTPSERVER)', 'URL'),
  json: { kind: 'boolean', default: false, withNegated: false, brief: 'Answer as JSON' },
} as const

const entryFlags = {
  name: { kind: 'parsed', parse: text, brief: 'Name of the service', placeholder: 'NAME' },
  realm: { kind: 'parsed', parse: text, brief: 'Realm of the service', placeholder: 'REALM' },
  ...callerFlags,
} as const

const aliases = { n: 'name', r: 'realm' } as const

const environment = [
  'UNGLEICHOTPREALM, UNGLEICHOTPNAME, UNGLEICHOTPSEED and UNGLEICHOTPSERVER say who calls and where, unless flags do.',
  '',
].join('\n')

const verifyCommand = buildCommand<VerifyFlags, [], CliContext>({
  loader: async () => (await import('./run.ts')).verify,
  parameters: {
    flags: {
      ...entryFlags,
      token: word('The code the service showed', 'CODE'),
      seed: word('The seed of the service, to make its code from', 'SEED'),
    },
    aliases,
  },
  docs: {
    brief: "Verify another service's code",
    fullDescription: `${environment}
Prints "Verify ok" and ends with 0, or prints "Failed to verify: …" and ends with 1.

Examples:
  watchword service verify -n info@ungleich.ch -r ungleich --token 498593
  watchword service verify -n info@ungleich.ch -r ungleich --seed BXHYGVBZ6YC7TZUM`,
  },
})

const createCommand = buildCommand<EntryFlags, [], CliContext>({
  loader: async () => (await import('./run.ts')).create,
  parameters: { flags: entryFlags, aliases },
  docs: {
    brief: 'Make an entry; its seed is made by the server',
    fullDescription: `${environment}
Example:
  watchword service create -n dns.example.com -r services --json`,
  },
})

const listCommand = buildCommand<CallerFlags, [], CliContext>({
  loader: async () => (await import('./run.ts')).list,
  parameters: { flags: callerFlags },
  docs: {
    brief: 'List entries with their seeds',
    fullDescription: `${environment}
Example:
  watchword service list --json`,
  },
})

const deleteCommand = buildCommand<EntryFlags, [], CliContext>({
  loader: async () => (await import('./run.ts')).remove,
  parameters: { flags: entryFlags, aliases },
  docs: {
    brief: 'Delete an entry',
    fullDescription: `${environment}
Example:
  watchword service delete -n dns.example.com -r services`,
  },
})

/** `watchword service`, also installed as `ungleichotpclient`: services that prove themselves to each other. */
export const serviceRoutes = buildRouteMap<'verify' | 'create' | 'list' | 'delete', CliContext>({
  routes: { verify: verifyCommand, create: createCommand, list: listCommand, delete: deleteCommand },
  docs: { brief: "Verify services, and manage their entries, at ungleichotp's door" },
})
