import { buildCommand } from '@stricli/core'
import type { CliContext } from '../../context.ts'
import { initialise, type MadeStore } from '../initialise.ts'
import { type AgentFlags, jsonFlag, storeFlags, switchFlag, textFlag } from '../store-flags.ts'

interface InitFlags extends AgentFlags {
  readonly passphrase: boolean
  readonly keyring: boolean
  readonly newKey?: string
  readonly unprotectedKey: boolean
}

/** `watchword agent init`: find or make a key, make the store, say how to keep the key safe. */
export const initCommand = buildCommand<InitFlags, [], CliContext>({
  func: init,
  parameters: {
    flags: {
      passphrase: switchFlag('Protect the store with a passphrase instead of a GPG key'),
      keyring: switchFlag("Let the desktop's keyring keep that passphrase"),
      newKey: textFlag('Make a GPG key with this user id', 'name@local'),
      unprotectedKey: switchFlag('The new key has no passphrase'),
      json: jsonFlag,
      ...storeFlags,
    },
  },
  docs: {
    brief: 'Make the store of this computer',
    fullDescription:
      'Makes the store. It is encrypted to --gpgrecipient, else to your only GPG key, else to a new key made for it;\nwith --passphrase it is sealed under a passphrase (Argon2id, AES-256-GCM).',
  },
})

async function init(this: CliContext, flags: InitFlags): Promise<void> {
  const made = await initialise(this, flags, {
    underPassphrase: flags.passphrase || flags.keyring,
    inKeyring: flags.keyring,
    unprotectedKey: flags.unprotectedKey,
    withoutKey: 'new key',
    ...(flags.newKey === undefined ? {} : { newKey: flags.newKey }),
  })
  if (flags.json) {
    this.printJson({ path: made.store.path, recipients: made.recipients.map(({ fingerprint }) => fingerprint) })
  }
  this.say(made.told)
  for (const line of backupAdvice(made)) this.say(line)
}

function backupAdvice({ recipients, store }: MadeStore): string[] {
  if (recipients.length === 0)
    return [`Without the passphrase nobody opens ${store.path}: write it down, and back up the file.`]
  const keys = recipients.map(({ fingerprint }) => fingerprint).join(' ')
  return [
    `Without the key nobody opens ${store.path}. Back up both, the key with:`,
    `  gpg --armor --export-secret-keys ${keys} > watchword-key.asc`,
    'and keep that file offline.',
  ]
}
