import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../errors/failure.ts'
import { systemFailure } from '../system-error.ts'
import type { Gpg } from './gpg/run.ts'
import { agentPaths, type AgentPaths, type Environment } from './paths.ts'
import { reasonOf } from './private-file.ts'

/** What a person may put into `agent.json`; every key is optional. */
export interface SettingsFile {
  /** The keys that can read the store, as fingerprints. */
  readonly gpgrecipient?: readonly string[]
  /** The folder of gpg's keys. */
  readonly gnupgHome?: string
  /** The file of the accounts. */
  readonly store?: string
  /** Seconds until a copied code leaves the clipboard: 45 unless set. */
  readonly clearClipboardAfterSeconds?: number
  /** Minutes without use until the web page and an unlocked passphrase store lock themselves: 10 unless set. */
  readonly lockAfterMinutes?: number
  /** Whether every revealed code leaves a line (time, account, way; no code) in the state folder. */
  readonly logReveals?: boolean
  /** Whether the store's passphrase is kept in the desktop's keyring. */
  readonly keyring?: boolean
  /** The Watchword server of the team. */
  readonly server?: string
}

/** What every command that touches the store takes on its command line. */
export interface StoreFlags {
  readonly store?: string
  readonly gpgrecipient?: readonly string[]
  readonly gnupgHome?: string
  readonly passphraseFile?: string
}

// Node's timers wait for at most 2^31-1 ms, about 24 days; a longer one would end at once.
const longestSeconds = 2_147_483

/** Everything the agent needs to know, settled from the command line, the environment and the settings file. */
export interface Settings {
  readonly paths: AgentPaths
  readonly settingsPath: string
  readonly file: SettingsFile
  readonly storePath: string | undefined
  readonly recipients: readonly string[]
  /** A store named for this call alone keeps its own recipients: those of the settings are another store's. */
  readonly keepsRecipients: boolean
  readonly gpg: Gpg
  readonly passphraseFile: string | undefined
  readonly clearClipboardAfterSeconds: number
  readonly lockAfterMinutes: number
}

/**
 * Settles the settings: a flag wins over the environment, the environment over the file.
 *
 * `WATCHWORD_GPGRECIPIENT` takes several keys with commas between them.
 *
 * @throws {@link Failure} `agent_settings_unreadable`
 */
export function loadSettings(env: Environment, flags: StoreFlags = {}): Settings {
  const paths = agentPaths(env)
  const settingsPath = join(paths.config, 'agent.json')
  const file = readSettings(settingsPath)
  const named = flags.gpgrecipient ?? splitList(env['WATCHWORD_GPGRECIPIENT'])
  const namesRecipients = named !== undefined && named.length > 0
  const namedStore = flags.store ?? env['WATCHWORD_STORE']
  const home = flags.gnupgHome ?? env['GNUPGHOME'] ?? file.gnupgHome
  return {
    paths,
    settingsPath,
    file,
    storePath: namedStore ?? file.store,
    recipients: namesRecipients ? named : (file.gpgrecipient ?? []),
    keepsRecipients: !namesRecipients && isOther(namedStore, file),
    gpg: { program: env['WATCHWORD_GPG'] ?? 'gpg', env, ...(home === undefined ? {} : { home }) },
    passphraseFile: flags.passphraseFile ?? env['WATCHWORD_PASSPHRASE_FILE'],
    clearClipboardAfterSeconds: Math.min(file.clearClipboardAfterSeconds ?? 45, longestSeconds),
    lockAfterMinutes: Math.min(file.lockAfterMinutes ?? 10, Math.floor(longestSeconds / 60)),
  }
}

/** Remembers who can read the store, unless it is one that was named for this call alone. */
export async function saveRecipients(settings: Settings, gpgrecipient: readonly string[]): Promise<void> {
  if (!isOther(settings.storePath, settings.file)) await saveSettings(settings, { gpgrecipient })
}

function isOther(store: string | undefined, { store: usual }: SettingsFile): boolean {
  return store !== undefined && store !== usual
}

/** Settings to write; undefined takes one out of the file. */
export type SettingsChanges = { readonly [Key in keyof SettingsFile]?: SettingsFile[Key] | undefined }

/** Writes some settings over those of the file, whole or not at all; what another command wrote meanwhile stays. */
export async function saveSettings({ settingsPath, paths }: Settings, changes: SettingsChanges): Promise<void> {
  // Loaded for the few commands that write: the others should answer at once.
  const { changePrivateFile } = await import('./store/change-private-file.ts')
  await changePrivateFile(
    settingsPath,
    paths.state,
    () => `${JSON.stringify({ ...readSettings(settingsPath), ...changes }, null, 2)}\n`,
  )
}

function readSettings(path: string): SettingsFile {
  try {
    return checkSettings(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    const refused = systemFailure(cause)
    const isMissing = refused?.code === 'path_missing'
    if (isMissing && lstatSync(path, { throwIfNoEntry: false }) === undefined) return {}
    // A file that is there and cannot be read names recipients: without them nothing goes on.
    const said = cause instanceof Error ? cause.message : 'unknown'
    const reason = isMissing ? 'it is a link to nothing' : refused === null ? said : reasonOf(cause)
    throw new Failure('agent_settings_unreadable', { detail: { path, reason }, cause })
  }
}

const kinds: Readonly<Record<keyof SettingsFile, (value: unknown) => boolean>> = {
  gpgrecipient: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  gnupgHome: (value) => typeof value === 'string',
  store: (value) => typeof value === 'string',
  clearClipboardAfterSeconds: (value) => typeof value === 'number' && value > 0,
  lockAfterMinutes: (value) => typeof value === 'number' && value > 0,
  logReveals: (value) => typeof value === 'boolean',
  keyring: (value) => typeof value === 'boolean',
  server: (value) => typeof value === 'string',
}

function checkSettings(value: unknown): SettingsFile {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it holds no object')
  // simpleotp has one recipient, written as a plain string.
  const one = 'gpgrecipient' in value && typeof value.gpgrecipient === 'string' ? [value.gpgrecipient] : undefined
  const settings = one === undefined ? value : { ...value, gpgrecipient: one }
  for (const [key, item] of Object.entries(settings)) {
    const fits = Object.hasOwn(kinds, key) ? kinds[key as keyof SettingsFile](item) : false
    if (!fits) throw new Error(`"${key}" is unknown or of the wrong kind`)
  }
  return settings
}

function splitList(text: string | undefined): string[] | undefined {
  return text
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
