import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../../errors/failure.ts'
import { changePrivateFile } from '../agent/store/change-private-file.ts'
import { settingsFile, type AwsPaths } from './paths.ts'

/** What may be said of one role. */
export interface RoleSetting {
  readonly region?: string
  readonly duration_seconds?: number
}

/**
 * A settings file. The first five keys are those of the old program and always there; `password` and `google_2fa_totp`
 * are blank once their content lies in the agent's store.
 */
export interface SettingsFile {
  readonly sso_url: string
  readonly region: string
  readonly user_name: string
  readonly password: string
  readonly google_2fa_totp: string
  /** Another configuration whose keys count where this one has none. */
  readonly inherits?: string
  /** The account of the agent, or `team/NAME` of the vault, whose codes Okta takes. */
  readonly totp_account?: string
  /** The factor to use at Okta, as `chooseFactor` reads it. */
  readonly factor?: string
  readonly duration_seconds?: number
  /** Account ids and the names for them. */
  readonly aliases?: Readonly<Record<string, string>>
  readonly profile_template?: string
  readonly roles?: Readonly<Record<string, RoleSetting>>
  /** The device flow of Identity Engine. */
  readonly oidc_client_id?: string
  readonly okta_app_id?: string
  /** A file with certificates to trust beside the usual ones. */
  readonly ca_bundle?: string
}

/** The settings of one configuration, and where they stand. */
export interface Settings {
  readonly config: string
  /** The configuration itself and those it inherits from, nearest first: whose password counts. */
  readonly lineage: readonly string[]
  readonly path: string
  readonly file: SettingsFile
}

/** The region where nobody named one; the old program's. */
export const defaultRegion = 'ap-southeast-2'

/** Whether a text can be the name of a region: it becomes a line of a file and part of a host's name. */
export function isRegion(text: string): boolean {
  return /^[a-z0-9-]{1,32}$/.test(text)
}

const empty: SettingsFile = { sso_url: '', region: '', user_name: '', password: '', google_2fa_totp: '' }
const texts = new Set([
  ...Object.keys(empty),
  'inherits',
  'totp_account',
  'factor',
  'profile_template',
  'oidc_client_id',
  'okta_app_id',
  'ca_bundle',
])
const inheritanceLimit = 5

/**
 * The settings of a configuration, with what it inherits; null when it was never set up.
 *
 * @throws {@link Failure} `aws_settings_unreadable`, `aws_config_name`
 */
export function readSettings(paths: AwsPaths, config: string): Settings | null {
  const own = readOwn(paths, config)
  if (own === null) return null
  return { config, path: pathOf(paths, config), ...inherited(paths, config, own, inheritanceLimit) }
}

/** The same; blank where it was never set up, for what needs no Okta. */
export function readSettingsOrBlank(paths: AwsPaths, config: string): Settings {
  return readSettings(paths, config) ?? { config, path: pathOf(paths, config), lineage: [config], file: empty }
}

/**
 * Checks that a configuration says enough to sign in to Okta.
 *
 * @throws {@link Failure} `aws_not_set_up`, `aws_setting_missing`
 */
export function requireComplete({ config, path, file }: Settings): void {
  if (file.sso_url === '' && file.user_name === '') throw new Failure('aws_not_set_up', { detail: { config } })
  for (const key of ['sso_url', 'user_name'] as const) {
    if (file[key] === '') throw new Failure('aws_setting_missing', { detail: { path, key } })
  }
}

/** Changes some keys of a configuration's own file; owner-only from the first byte, whole or not at all. */
export async function saveSettings(paths: AwsPaths, config: string, changes: Partial<SettingsFile>): Promise<void> {
  const path = pathOf(paths, config)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  // The old program left its folder open to everyone.
  chmodSync(dirname(path), 0o700)
  await changePrivateFile(path, paths.stateFolder, () => {
    const next = { ...empty, ...readOwn(paths, config), ...changes }
    return `${JSON.stringify(next, null, 2)}\n`
  })
}

function pathOf(paths: AwsPaths, config: string): string {
  if (!/^[\w-]{1,64}$/.test(config)) throw new Failure('aws_config_name', { detail: { name: config.slice(0, 64) } })
  return settingsFile(paths, config, process.platform)
}

function inherited(
  paths: AwsPaths,
  config: string,
  own: SettingsFile,
  depth: number,
): Pick<Settings, 'file' | 'lineage'> {
  if (own.inherits === undefined || depth === 0) return { file: own, lineage: [config] }
  const parent = readOwn(paths, own.inherits)
  if (parent === null) throw new Failure('aws_not_set_up', { detail: { config: own.inherits } })
  const above = inherited(paths, own.inherits, parent, depth - 1)
  const said = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== ''))
  return { file: { ...above.file, password: '', google_2fa_totp: '', ...said }, lineage: [config, ...above.lineage] }
}

function readOwn(paths: AwsPaths, config: string): SettingsFile | null {
  const path = pathOf(paths, config)
  const unreadable = (reason: string, cause?: unknown) =>
    new Failure('aws_settings_unreadable', { detail: { path, reason }, cause })
  let parsed: unknown
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    // The parser's message quotes the text, which may hold a password.
    throw unreadable(cause instanceof SyntaxError ? 'its JSON is broken' : 'it cannot be opened', cause)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw unreadable('it is no object')
  for (const [key, value] of Object.entries(parsed)) {
    if (!fitsKey(key, value)) throw unreadable(`${key} is of the wrong kind`)
  }
  return { ...empty, ...parsed }
}

// What the file says beyond our keys is not ours to judge.
function fitsKey(key: string, value: unknown): boolean {
  if (key === 'roles') return isRecord(value) && Object.values(value).every(isRoleSetting)
  if (key === 'aliases') return isRecord(value)
  if (key === 'duration_seconds') return isDuration(value)
  if (key === 'region') return value === '' || (typeof value === 'string' && isRegion(value))
  return !texts.has(key) || typeof value === 'string'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isRoleSetting(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { region = defaultRegion, duration_seconds: duration = 3600 } = value
  return typeof region === 'string' && isRegion(region) && isDuration(duration)
}

function isDuration(value: unknown): boolean {
  return typeof value === 'number' && value >= 900 && value <= 43_200
}
