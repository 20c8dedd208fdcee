import { buildCommand, buildRouteMap } from '@stricli/core'
import { parseMoment } from './admin/moment.ts'
import { parseCount } from './admin/whole-number.ts'
import type { CliContext } from './context.ts'
import { type StoreFlags, storeFlags } from './server-options.ts'

const outcomes = ['accepted', 'refused', 'done', 'denied'] as const

/** How what is recorded ended. */
export type Outcome = (typeof outcomes)[number]

/** Which events a command is about. */
export interface FilterFlags extends StoreFlags {
  readonly actor?: string
  readonly action?: string
  readonly object?: string
  readonly realm?: string
  readonly outcome?: Outcome
  readonly after?: number
  readonly before?: number
}

export interface VerifyFlags extends StoreFlags {
  readonly publicKey?: string
  readonly json: boolean
}

export interface ExportFlags extends FilterFlags {
  readonly jsonl: boolean
  readonly output?: string
}

export interface ListFlags extends FilterFlags {
  readonly limit: number
  readonly cursor?: string
  readonly json: boolean
}

export interface PruneFlags extends StoreFlags {
  readonly before: number
  readonly yes: boolean
  readonly json: boolean
}

const text = (value: string) => value
const json = { kind: 'boolean', default: false, withNegated: false, brief: 'Print JSON' } as const

function word(brief: string, placeholder: string) {
  return { kind: 'parsed', parse: text, optional: true, brief, placeholder } as const
}

const filterFlags = {
  actor: word('Who did it: a name or an id', 'NAME'),
  action: word('What was done, e.g. account.reveal; "account." finds all that begin so', 'ACTION'),
  object: word('What it was done to: a name or an id', 'NAME'),
  realm: word('The name or id of a realm', 'REALM'),
  outcome: { kind: 'enum', values: outcomes, optional: true, brief: 'How it ended', placeholder: 'OUTCOME' },
  after: { kind: 'parsed', parse: parseMoment, optional: true, brief: 'From this moment on', placeholder: 'DATE' },
  before: { kind: 'parsed', parse: parseMoment, optional: true, brief: 'Before this moment', placeholder: 'DATE' },
} as const

const listCommand = buildCommand<ListFlags, [], CliContext>({
  loader: async () => (await import('./audit-run.ts')).list,
  parameters: {
    flags: {
      ...filterFlags,
      limit: { kind: 'parsed', parse: parseCount, default: '50', brief: 'How many events', placeholder: 'N' },
      cursor: word('Where the page before ended', 'CURSOR'),
      json,
      ...storeFlags,
    },
  },
  docs: {
    brief: 'Show what happened, newest first',
    fullDescription: [
      'Examples:',
      '  watchword audit list --actor anna --action account.reveal',
      '  watchword audit list --outcome denied --after 2026-01-01 --json',
    ].join('\n'),
  },
})

const verifyCommand = buildCommand<VerifyFlags, [string?], CliContext>({
  loader: async () => (await import('./audit-run.ts')).verify,
  parameters: {
    flags: {
      publicKey: word('For a file: the Ed25519 key in Base64 that must have signed it', 'KEY'),
      json,
      ...storeFlags,
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { brief: 'An export to check offline; - is standard input', parse: text, optional: true, placeholder: 'file' },
      ],
    },
  },
  docs: {
    brief: 'Check that nothing was altered, deleted or put in',
    fullDescription: [
      'Without a file it checks the database. Ends with 1 when something is wrong.',
      '',
      'Examples:',
      '  watchword audit verify',
      '  watchword audit verify audit.jsonl --public-key "$(cat audit.pub)"',
    ].join('\n'),
  },
})

const exportCommand = buildCommand<ExportFlags, [], CliContext>({
  loader: async () => (await import('./audit-run.ts')).exportAll,
  parameters: {
    flags: {
      jsonl: { kind: 'boolean', default: true, withNegated: false, brief: 'JSON lines, the only format' },
      output: word('Write into this new file instead of standard output', 'FILE'),
      ...filterFlags,
      ...storeFlags,
    },
  },
  docs: {
    brief: 'Write everything as JSON lines',
    fullDescription: [
      'Without filters the export can be verified offline. With filters it holds events for reading, newest first.',
      '',
      'Example:',
      '  watchword audit export --jsonl --output audit.jsonl',
    ].join('\n'),
  },
})

const pruneCommand = buildCommand<PruneFlags, [], CliContext>({
  loader: async () => (await import('./audit-run.ts')).prune,
  parameters: {
    flags: {
      before: {
        kind: 'parsed',
        parse: parseMoment,
        brief: 'Remove events from before this moment',
        placeholder: 'DATE',
      },
      yes: { kind: 'boolean', default: false, withNegated: false, brief: 'Do not ask' },
      json,
      ...storeFlags,
    },
  },
  docs: {
    brief: 'Remove old events; what is left still verifies',
    fullDescription:
      'A signed checkpoint stands for what was removed, and the act is recorded. Events that do not verify are kept.\n\nExample:\n  watchword audit prune --before 2025-01-01',
  },
})

/** `watchword audit`: the record of what happened. */
export const auditRoutes = buildRouteMap<'list' | 'verify' | 'export' | 'prune', CliContext>({
  routes: { list: listCommand, verify: verifyCommand, export: exportCommand, prune: pruneCommand },
  docs: { brief: 'Read, verify, export and prune the audit' },
})
