import { buildCommand, buildRouteMap, numberParser } from '@stricli/core'
import type { CliContext } from '../context.ts'
import { parseMoment } from './moment.ts'
import { type AdminFlags, adminFlags } from './connection.ts'

export interface ListFlags extends AdminFlags {
  readonly search?: string
  readonly tag?: string
  readonly deleted: boolean
}

/** Where a secret comes from: a file, or else the terminal or standard input; never the command line. */
export interface SecretFlags extends AdminFlags {
  readonly secretFile?: string
}

/** What is said of an account, and what it asks of people. */
export interface TextFlags {
  readonly label?: string
  readonly identifier?: string
  readonly issuer?: string
  readonly url?: string
  readonly note?: string
  readonly tag?: readonly string[]
  readonly lease?: 'off' | 'warn' | 'exclusive'
  readonly stepUp?: 'off' | 'recent' | 'passkey' | 'sign-on'
  readonly acr?: readonly string[]
  readonly amr?: readonly string[]
  readonly maxAge?: number
  readonly marked?: boolean
}

export interface AddFlags extends SecretFlags, TextFlags {
  readonly allowDuplicate: boolean
  readonly reveal?: readonly string[]
}

export interface UpdateFlags extends AdminFlags, TextFlags {}

export interface ReplaceFlags extends SecretFlags {
  readonly proofCode?: string
}

export interface GrantFlags extends AdminFlags {
  readonly to: string
  readonly right: 'reveal' | 'manage'
  readonly until?: number
}

const text = (value: string) => value

function word(brief: string, placeholder: string) {
  return { kind: 'parsed', parse: text, optional: true, brief, placeholder } as const
}

function words(brief: string, placeholder: string) {
  return { kind: 'parsed', parse: text, optional: true, variadic: ',', brief, placeholder } as const
}

const oneAccount = {
  kind: 'tuple',
  parameters: [{ brief: 'Id or label of the account', parse: text, placeholder: 'account' }],
} as const

const secretFile = word('File with the Base32 secret or an otpauth URI; - is standard input', 'FILE')

type Runs = typeof import('./accounts-run.ts')

/** A command about one account that needs no more than its name. */
function accountCommand(pick: (runs: Runs) => Runs['show'], brief: string, example: string) {
  return buildCommand<AdminFlags, [string], CliContext>({
    loader: async () => pick(await import('./accounts-run.ts')),
    parameters: { flags: adminFlags, positional: oneAccount },
    docs: { brief, fullDescription: `${brief}.\n\nExample:\n  watchword admin accounts ${example}` },
  })
}

const listCommand = buildCommand<ListFlags, [], CliContext>({
  loader: async () => (await import('./accounts-run.ts')).list,
  parameters: {
    flags: {
      search: word('Words that label, identifier, issuer, address, tags or note hold', 'TEXT'),
      tag: word('Only with this tag', 'TAG'),
      deleted: { kind: 'boolean', default: false, withNegated: false, brief: 'Those that can be restored' },
      ...adminFlags,
    },
  },
  docs: {
    brief: 'List accounts',
    fullDescription: 'Examples:\n  watchword admin accounts list --search aws\n  watchword admin accounts list --json',
  },
})

const textFlags = {
  label: word('What people call it; a new account has it from the URI unless given', 'TEXT'),
  identifier: word('The login or account number it belongs to', 'TEXT'),
  issuer: word('The service', 'TEXT'),
  url: word('Where people log in', 'URL'),
  note: word('Anything people should know', 'TEXT'),
  tag: words('Tags', 'TAG'),
  lease: {
    kind: 'enum',
    values: ['off', 'warn', 'exclusive'],
    optional: true,
    brief: 'What happens when two people want the same code',
  },
  stepUp: {
    kind: 'enum',
    values: ['off', 'recent', 'passkey', 'sign-on'],
    optional: true,
    brief: 'What a person proves before each reveal',
  },
  acr: words('With --step-up sign-on: one of these the provider has to say', 'ACR'),
  amr: words('With --step-up sign-on: all of these methods', 'AMR'),
  maxAge: {
    kind: 'parsed',
    parse: numberParser,
    optional: true,
    brief: 'With --step-up sign-on: seconds since the provider last proved the person',
    placeholder: 'SECONDS',
  },
  marked: { kind: 'boolean', optional: true, brief: 'Each reveal sends a notice' },
} as const

const addCommand = buildCommand<AddFlags, [], CliContext>({
  loader: async () => (await import('./accounts-run.ts')).add,
  parameters: {
    flags: {
      secretFile,
      ...textFlags,
      allowDuplicate: {
        kind: 'boolean',
        default: false,
        withNegated: false,
        brief: 'Store a secret that is stored already',
      },
      reveal: words('Who may see codes: everyone, group:NAME or person:NAME', 'WHO'),
      ...adminFlags,
    },
  },
  docs: {
    brief: 'Add an account',
    fullDescription: [
      'The secret, or a whole otpauth URI, comes from a file, from standard input or is asked for unseen: a command',
      'line can be read by others.',
      '',
      'Examples:',
      '  watchword admin accounts add --label "AWS root" --reveal group:platform',
      '  pass show aws/otp | watchword admin accounts add --secret-file - --reveal everyone',
    ].join('\n'),
  },
})

const updateCommand = buildCommand<UpdateFlags, [string], CliContext>({
  loader: async () => (await import('./accounts-run.ts')).update,
  parameters: { flags: { ...textFlags, ...adminFlags }, positional: oneAccount },
  docs: {
    brief: 'Change what is said of an account',
    fullDescription: [
      'What no flag names stays as it is, and so does the secret.',
      '',
      'Examples:',
      '  watchword admin accounts update "AWS root" --lease exclusive --marked',
      '  watchword admin accounts update Payroll --step-up sign-on --amr hwk --max-age 600',
    ].join('\n'),
  },
})

const replaceCommand = buildCommand<ReplaceFlags, [string], CliContext>({
  loader: async () => (await import('./accounts-run.ts')).replace,
  parameters: {
    flags: { secretFile, proofCode: word('A code of the new secret, to prove it', 'CODE'), ...adminFlags },
    positional: oneAccount,
  },
  docs: {
    brief: 'Replace the secret; the old one can come back for a while',
    fullDescription:
      'Example:\n  watchword admin accounts replace "AWS root" --secret-file new-secret --proof-code 123456',
  },
})

const grantCommand = buildCommand<GrantFlags, [string], CliContext>({
  loader: async () => (await import('./accounts-run.ts')).grant,
  parameters: {
    flags: {
      to: { kind: 'parsed', parse: text, brief: 'everyone, group:NAME or person:NAME', placeholder: 'WHO' },
      right: { kind: 'enum', values: ['reveal', 'manage'], default: 'reveal', brief: 'What they may do' },
      until: { kind: 'parsed', parse: parseMoment, optional: true, brief: 'When it ends', placeholder: 'DATE' },
      ...adminFlags,
    },
    positional: oneAccount,
  },
  docs: {
    brief: 'Let somebody see codes of an account, or manage it',
    fullDescription:
      'Examples:\n  watchword admin accounts grant "AWS root" --to group:platform\n  watchword admin accounts grant "AWS root" --to person:anna --until 2026-12-31',
  },
})

const ungrantCommand = buildCommand<AdminFlags, [string, string], CliContext>({
  loader: async () => (await import('./accounts-run.ts')).ungrant,
  parameters: {
    flags: adminFlags,
    positional: {
      kind: 'tuple',
      parameters: [...oneAccount.parameters, { brief: 'Id of the grant', parse: text, placeholder: 'grant' }],
    },
  },
  docs: {
    brief: 'End a grant',
    fullDescription: 'Example:\n  watchword admin accounts ungrant "AWS root" 5f0c…  (ids: accounts grants)',
  },
})

const rotationsCommand = buildCommand<AdminFlags, [], CliContext>({
  loader: async () => (await import('./accounts-run.ts')).rotations,
  parameters: { flags: adminFlags },
  docs: {
    brief: 'List accounts whose secret somebody who left could have seen',
    fullDescription: 'Example:\n  watchword admin accounts rotations --json',
  },
})

/** `watchword admin accounts`: what the vault shares. */
export const accountRoutes = buildRouteMap<string, CliContext>({
  routes: {
    list: listCommand,
    show: accountCommand((runs) => runs.show, 'Show an account', 'show "AWS root"'),
    code: accountCommand((runs) => runs.code, 'Print the code of this moment', 'code "AWS root" --server URL'),
    add: addCommand,
    update: updateCommand,
    replace: replaceCommand,
    'undo-replace': accountCommand(
      (runs) => runs.undoReplace,
      'Take the secret before back',
      'undo-replace "AWS root"',
    ),
    grants: accountCommand((runs) => runs.grants, 'List who may do what', 'grants "AWS root"'),
    grant: grantCommand,
    ungrant: ungrantCommand,
    custody: accountCommand((runs) => runs.custody, 'List who could have seen the secret', 'custody "AWS root"'),
    rotations: rotationsCommand,
    delete: accountCommand((runs) => runs.remove, 'Delete an account; it can be restored', 'delete "AWS root"'),
    restore: accountCommand((runs) => runs.restore, 'Undo a deletion', 'restore "AWS root"'),
  },
  docs: { brief: 'Add, share and delete the accounts of the vault' },
})
