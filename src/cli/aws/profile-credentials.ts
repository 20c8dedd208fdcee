import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { AwsCredentials, SessionCredentials } from '../../aws/credentials.ts'
import { withServerClock } from '../../aws/server-clock.ts'
import { assumeRole, getCallerIdentity, getSessionToken, partitionOfDevice, type ChainWishes } from '../../aws/sts.ts'
import { Failure } from '../../errors/failure.ts'
import { withLock } from '../agent/store/lock.ts'
import { isFreshEnough, readCached, writeCached, type CachedCredentials } from './credential-cache.ts'
import { lockPath, openHelper, stsPlace, type AwsHelper } from './helper.ts'
import { cacheName } from './paths.ts'
import { optionOf, parseProfileFile, profileInConfig, type ProfileSection } from './profile-file.ts'
import { ownershipMark } from './profile-plan.ts'
import { roleCredentials } from './role-credentials.ts'
import { readText } from './shared-file.ts'

/** A profile of the AWS tools: what the config and the credentials file say of it together. */
export interface NamedProfile {
  readonly name: string
  readonly options: Readonly<Record<string, string>>
}

const relevant = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'credential_process',
  'source_profile',
  'role_arn',
  'mfa_serial',
  'duration_seconds',
  'external_id',
  'role_session_name',
  'region',
  ownershipMark,
  'x_watchword_account',
]
const sessionWaitMs = 5 * 60_000
const chainLimit = 4

/**
 * Reads a profile; the credentials file wins over the config file, as with the AWS tools.
 *
 * @throws {@link Failure} `aws_profile_unknown`, `aws_file_unreadable`
 */
export async function readProfile({ paths }: Pick<AwsHelper, 'paths'>, name: string): Promise<NamedProfile> {
  const credentials = parseProfileFile(await readText(paths.credentialsFile), paths.credentialsFile)
  const config = parseProfileFile(await readText(paths.configFile), paths.configFile)
  const inConfig = config.sections.filter((section) => profileInConfig(section.name) === name)
  const sections = [
    // Of [default] and [profile default] the latter wins.
    inConfig.find((section) => section.name !== name) ?? inConfig[0],
    credentials.sections.find((section) => section.name === name),
  ].filter((section) => section !== undefined)
  if (sections.length === 0) {
    throw new Failure('aws_profile_unknown', {
      detail: { profile: name, path: `${paths.credentialsFile} or ${paths.configFile}` },
    })
  }
  return { name, options: Object.assign({}, ...sections.map(optionsOf)) as Record<string, string> }
}

/** The role that a profile of ours serves, and the configuration it belongs to; null for any other profile. */
export function servedRole({ options }: NamedProfile): { roleArn: string; config: string } | null {
  const roleArn = /"?--role-arn"?\s+"?(arn:[^"\s]+)/.exec(options['credential_process'] ?? '')?.[1]
  if (roleArn === undefined) return null
  const isOld = /okta-aws-cred-helper/.test(options['credential_process'] ?? '')
  const config = options[ownershipMark] ?? (isOld ? 'default' : undefined)
  return config === undefined ? null : { roleArn, config }
}

/** Whether a profile is the long-term keys of an IAM user and nothing more. */
export function hasOnlyKeys({ options }: NamedProfile): boolean {
  const more = ['aws_session_token', 'mfa_serial', 'role_arn', 'credential_process']
  return options['aws_access_key_id'] !== undefined && more.every((name) => options[name] === undefined)
}

/**
 * Credentials of a profile: a role from Okta, the keys in the file, a session with MFA, a chained role.
 *
 * @throws {@link Failure} `aws_profile_shape` where the profile lacks what it needs
 */
export async function profileCredentials(helper: AwsHelper, name: string, depth = chainLimit): Promise<AwsCredentials> {
  const profile = await readProfile(helper, name)
  const served = servedRole(profile)
  if (served !== null) return roleCredentials(await helperFor(helper, served.config), served.roleArn)
  const { role_arn: roleArn, source_profile: source } = profile.options
  if (roleArn === undefined) return sessionOrKeys(helper, profile, keysOf(profile))
  if (source === undefined) throw new Failure('aws_profile_shape', { detail: { profile: name, key: 'source_profile' } })
  if (depth === 0) throw new Failure('aws_profile_chain', { detail: { profile: name, most: chainLimit } })
  const own = profile.options['aws_access_key_id'] === undefined ? null : keysOf(profile)
  const base = own ?? (source === name ? keysOf(profile) : await profileCredentials(helper, source, depth - 1))
  const first = await sessionOrKeys(helper, profile, base)
  return assumeRole(helper.transport, first, roleArn, chainWishes(profile), stsPlace(helper, roleArn))
}

/** Credentials that end; long-term keys are refused where they would be handed on. */
export async function sessionOfProfile(helper: AwsHelper, name: string): Promise<SessionCredentials> {
  const credentials = await profileCredentials(helper, name)
  if (credentials.sessionToken === undefined)
    throw new Failure('aws_profile_shape', { detail: { profile: name, key: 'mfa_serial' } })
  return {
    ...credentials,
    sessionToken: credentials.sessionToken,
    expiresAtMs: credentials.expiresAtMs ?? helper.transport.nowMs() + 900_000,
  }
}

/** The agent's account for a device: named in the profile, else called as its serial number. */
function accountOfDevice(profile: NamedProfile): string {
  return profile.options['x_watchword_account'] ?? profile.options['mfa_serial'] ?? ''
}

async function helperFor(helper: AwsHelper, config: string): Promise<AwsHelper> {
  return helper.settings.config === config
    ? helper
    : openHelper(helper.context, { config }, helper.person !== undefined)
}

/** A session with MFA where the profile names a device; one serves every role behind it, so one code does. */
async function sessionOrKeys(helper: AwsHelper, profile: NamedProfile, keys: AwsCredentials): Promise<AwsCredentials> {
  const serialNumber = profile.options['mfa_serial']
  if (serialNumber === undefined || keys.sessionToken !== undefined) return keys
  const name = cacheName('iam-user', `${keys.accessKeyId} ${serialNumber}`)
  const cached = () => {
    const found = readCached<CachedCredentials>(helper.paths, name)
    return found !== null && isFreshEnough(found, helper.transport.nowMs()) ? found : null
  }
  const path = lockPath(helper, name)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  return (
    cached() ??
    withLock(path, async () => cached() ?? newSession(helper, profile, keys, serialNumber, name), sessionWaitMs)
  )
}

async function newSession(
  helper: AwsHelper,
  profile: NamedProfile,
  keys: AwsCredentials,
  serialNumber: string,
  name: string,
): Promise<SessionCredentials> {
  const transport = withServerClock(helper.transport)
  const place = stsPlace(helper)
  // Asked first so that no code is spent on wrong keys, and made for the clock that judges it.
  await getCallerIdentity(transport, keys, partitionOfDevice(serialNumber), place)
  const { code } = await helper.secrets.code(accountOfDevice(profile), { clockOffsetMs: transport.offsetMs() })
  const session = await getSessionToken(transport, keys, { serialNumber, code }, undefined, place)
  writeCached(helper.paths, name, { ...session, issuedAtMs: helper.transport.nowMs() } satisfies CachedCredentials)
  return session
}

function keysOf({ name, options }: NamedProfile): AwsCredentials {
  const {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    aws_session_token: sessionToken,
  } = options
  if (options['credential_process'] !== undefined)
    throw new Failure('aws_profile_foreign', { detail: { profile: name } })
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Failure('aws_profile_shape', {
      detail: { profile: name, key: 'aws_access_key_id and aws_secret_access_key' },
    })
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}

function chainWishes({ options }: NamedProfile): ChainWishes {
  const { role_session_name: sessionName = 'watchword', external_id: externalId, duration_seconds: duration } = options
  return {
    sessionName,
    ...(externalId === undefined ? {} : { externalId }),
    ...(duration === undefined ? {} : { durationSeconds: Number(duration) }),
  }
}

function optionsOf(section: ProfileSection): Record<string, string> {
  const found = relevant.map((name) => [name, optionOf(section, name)] as const)
  return Object.fromEntries(found.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}
