import { join } from 'node:path'
import { Failure, isFailure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'
import { findOwnKeys, type GpgKey, resolveRecipient } from './gpg/keys.ts'
import { createKey } from './gpg/create-key.ts'
import { loadSettings, saveRecipients, saveSettings, type Settings, type StoreFlags } from './settings.ts'
import { passphraseEnvelope } from './store/passphrase-envelope.ts'
import { noUsableKey } from './store/gpg-envelope.ts'
import { memoryKeeper } from './store/key-keeper.ts'
import { keepInKeyring } from './store/keyring.ts'
import { knownPassphrase, terminalPassphrases } from './store/passphrases.ts'
import { sealedFile } from './store/sealed-file.ts'
import { type AgentStore, openStore, passphraseStoreName } from './store/store.ts'

/** How a new store is to be protected; GPG where it can be, else a passphrase. */
export interface Protection {
  /** Under a passphrase even where gpg has a key. */
  readonly underPassphrase?: boolean
  /** Make a GPG key with this user id. */
  readonly newKey?: string
  /** The new key has no passphrase, for machines nobody types at. */
  readonly unprotectedKey?: boolean
  /** What protects the store when there is no usable key at all. */
  readonly withoutKey: 'passphrase' | 'new key'
  /** The desktop's keyring keeps the passphrase, so that nobody types it again. */
  readonly inKeyring?: boolean
  /** The caller writes the file at once, so that an empty one need not be opened first. */
  readonly leaveUnwritten?: boolean
}

/** The user id of a key that nobody gave another one. */
const defaultUserId = 'watchword@local'

/** A store that was just made, and what to tell about it. */
export interface MadeStore {
  readonly store: AgentStore
  readonly recipients: readonly GpgKey[]
  readonly told: string
}

/**
 * Makes an empty store and remembers its recipients in the settings.
 *
 * @throws {@link Failure} `agent_store_exists`, `agent_several_keys`, `agent_no_key`, `agent_no_key_left`, or of a recipient
 *   that cannot be used
 */
export async function initialise(context: CliContext, flags: StoreFlags, how: Protection): Promise<MadeStore> {
  const store = requireNone(context, flags)
  if (how.underPassphrase === true) return underPassphrase(context, flags, how)
  const keys = await chooseKeys(context, store.settings, how)
  if (keys === null) return underPassphrase(context, flags, how)
  const recipients = keys.map((key) => key.fingerprint)
  const toThem = openStore(context, { ...flags, gpgrecipient: recipients })
  if (how.leaveUnwritten !== true) {
    requireNone(context, flags)
    await toThem.make()
  }
  await saveRecipients(store.settings, recipients)
  const people = keys.map((key) => key.userId || key.fingerprint).join(' and ')
  return { store: toThem, recipients: keys, told: `${made(how)} the store ${store.path}, encrypted to ${people}.` }
}

/** The place of a store that is not there yet. Asked again after every question: a person takes time to answer. */
function requireNone(context: CliContext, flags: StoreFlags): AgentStore {
  const store = openStore(context, flags)
  if (store.exists()) throw new Failure('agent_store_exists', { detail: { path: store.path } })
  return store
}

/** The keys to encrypt to; null when there is none and a passphrase has to do. */
async function chooseKeys(context: CliContext, settings: Settings, how: Protection): Promise<GpgKey[] | null> {
  const newKey = (userId: string) => {
    if (how.unprotectedKey !== true)
      context.say(`gpg makes a key for ${userId} and asks for a passphrase of your choice.`)
    return createKey(settings.gpg, userId, how.unprotectedKey === true)
  }
  if (how.newKey !== undefined) return [await newKey(how.newKey)]
  if (settings.recipients.length > 0) {
    const chosen: GpgKey[] = []
    for (const recipient of settings.recipients) chosen.push(await resolveRecipient(settings.gpg, recipient))
    return chosen
  }
  const own = await ownKeys(settings)
  const usable = own.filter((key) => key.unusable === null)
  if (usable.length === 1) return usable
  if (usable.length > 1) throw new Failure('agent_several_keys', { detail: { keys: usable.map(nameOfKey).join(', ') } })
  if (how.withoutKey === 'new key') return [await newKey(defaultUserId)]
  if (settings.passphraseFile === undefined && !context.canAsk()) throw noUsableKey(own)
  return null
}

async function ownKeys({ gpg }: Settings): Promise<GpgKey[]> {
  try {
    return await findOwnKeys(gpg)
  } catch (cause) {
    if (isFailure(cause, 'agent_gpg_missing')) return []
    throw cause
  }
}

async function underPassphrase(context: CliContext, flags: StoreFlags, how: Protection): Promise<MadeStore> {
  const settings = loadSettings(context.env, flags)
  const path = settings.storePath ?? join(settings.paths.data, passphraseStoreName)
  const keeper = memoryKeeper()
  const source = terminalPassphrases(context, settings)
  const given = await source.given()
  if (given === null)
    context.say(`Choose a passphrase for the new store ${path}: whoever has both reads everything in it.`)
  const passphrase = given ?? (await source.askNew())
  if (passphrase === null) throw new Failure('agent_passphrase_needed')
  requireNone(context, flags)
  if (how.inKeyring === true) await keepInKeyring(settings, passphrase)
  const envelope = passphraseEnvelope(knownPassphrase(passphrase), keeper)
  await sealedFile(path, 'accounts', async () => envelope).make(Buffer.alloc(0))
  if (how.inKeyring === true) await saveSettings(settings, { keyring: true })
  const store = openStore(context, { ...flags, store: path }, { keeper })
  return { store, recipients: [], told: `Made the store ${path}, protected by your passphrase.` }
}

/** What the caller has yet to write is not said to be there. */
function made({ leaveUnwritten }: Protection): string {
  return leaveUnwritten === true ? 'Making' : 'Made'
}

function nameOfKey({ userId, fingerprint }: GpgKey): string {
  return `${userId} (${fingerprint.slice(-16)})`
}
