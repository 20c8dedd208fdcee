import { readFileSync } from 'node:fs'
import { buildCommand } from '@stricli/core'
import { Failure } from '../errors/failure.ts'
import type { CliContext } from './context.ts'
import { type StoreFlags, storeFlags } from './server-options.ts'

interface InitFlags extends StoreFlags {
  readonly admin: string
  readonly passphraseFile?: string
  readonly json: boolean
}

const text = (value: string) => value

/** `watchword init`: makes a store ready without a browser. */
export const initCommand = buildCommand<InitFlags, [], CliContext>({
  func: init,
  parameters: {
    flags: {
      ...storeFlags,
      admin: { kind: 'parsed', parse: text, brief: 'User name of the first administrator', placeholder: 'NAME' },
      passphraseFile: {
        kind: 'parsed',
        parse: text,
        optional: true,
        brief: 'File with the passphrase; asked for without it',
        placeholder: 'FILE',
      },
      json: { kind: 'boolean', default: false, withNegated: false, brief: 'Answer as JSON' },
    },
  },
  docs: {
    brief: 'Make a store ready: keys, first administrator, root token',
    fullDescription: [
      'Makes database and root key, the first administrator and the root token. Everything secret is shown this once.',
      '',
      'Example:',
      '  watchword init --data-dir data --admin ada --passphrase-file passphrase --json > init.json',
    ].join('\n'),
  },
})

async function init(this: CliContext, flags: InitFlags): Promise<void> {
  const passphrase = await readPassphrase(this, flags)
  const { openStoreRooms } = await import('./admin/store-rooms.ts')
  const rooms = await openStoreRooms(this.env, flags, { schema: 'begin' })
  try {
    const { rootToken, otpauthUri, recoveryCodes } = await rooms.access.initialise({
      username: flags.admin,
      passphrase,
    })
    if (flags.json) return this.printJson({ rootToken, admin: { otpauthUri, recoveryCodes } })
    this.print(`Root token (opens everything; keep it offline):\n  ${rootToken}`)
    this.print(`Authenticator of ${flags.admin}:\n  ${otpauthUri}`)
    this.print(`Recovery codes, each good once:\n${recoveryCodes.map((code) => `  ${code}`).join('\n')}`)
    this.say('None of these is shown again.')
  } finally {
    await rooms.stop()
    await rooms.core.close()
  }
}

async function readPassphrase(context: CliContext, flags: InitFlags): Promise<string> {
  if (flags.passphraseFile === undefined) {
    return context.ask({
      text: `Passphrase of ${flags.admin}: `,
      asks: 'the passphrase',
      instead: 'Give --passphrase-file.',
    })
  }
  try {
    return readFileSync(flags.passphraseFile, 'utf8').replace(/\r?\n$/, '')
  } catch (cause) {
    throw new Failure('file_unreadable', { detail: { file: flags.passphraseFile }, cause })
  }
}
