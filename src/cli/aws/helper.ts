import { join } from 'node:path'
import type { Person } from '../../aws/okta-authn.ts'
import { regionFor } from '../../aws/partition.ts'
import { parseRoleArn } from '../../aws/role-arn.ts'
import type { StsPlace } from '../../aws/sts.ts'
import type { Transport } from '../../aws/transport.ts'
import { Failure, isFailure } from '../../errors/failure.ts'
import { completeAccount, type OtpAccount } from '../../otp/account.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import { parseOtpauthUri } from '../../otp/otpauth-uri.ts'
import { openStore } from '../agent/store/store.ts'
import type { CliContext } from '../context.ts'
import { withStoredKey } from './cache-key.ts'
import { networkTransport } from './network.ts'
import { awsPaths, cacheName, type AwsPaths } from './paths.ts'
import { agentSecrets, withGiven, type GivenSecrets, type SecretSource } from './secret-source.ts'
import { forgetRefusal } from './refused-sign-in.ts'
import { defaultRegion, readSettingsOrBlank, saveSettings, type Settings } from './settings.ts'

/** What every command may be told about where things are. */
export interface PlaceFlags {
  readonly config?: string
  readonly home?: string
  readonly awsCredentialsFilePath?: string
}

/** Everything that a command for one configuration works with. */
export interface AwsHelper {
  readonly context: CliContext
  readonly paths: AwsPaths
  readonly settings: Settings
  readonly transport: Transport
  readonly secrets: SecretSource
  /** The account whose codes Okta takes. */
  readonly totpAccount: string
  /** Somebody who can be asked; absent in `credential-process` and without a terminal. */
  readonly person?: Person
}

/** The paths for a command that needs the cache and nothing else; nobody is asked for a passphrase. */
export function openPaths(context: CliContext, flags: PlaceFlags): Promise<AwsPaths> {
  return withStoredKey(openStore(unasked(context), {}, { gpgAsksNothing: true }), pathsFor(context, flags))
}

function pathsFor(context: CliContext, flags: PlaceFlags): AwsPaths {
  const { home, awsCredentialsFilePath } = flags
  const given = {
    ...(home === undefined ? {} : { home }),
    ...(awsCredentialsFilePath === undefined ? {} : { credentialsFile: awsCredentialsFilePath }),
  }
  return awsPaths(context.env, given, process.platform, process.getuid?.())
}

/**
 * Makes ready for one configuration; secrets that somebody wrote into the settings by hand move into the store.
 *
 * @param mayAsk - whether a person may be asked at all
 */
export async function openHelper(context: CliContext, flags: PlaceFlags, mayAsk: boolean): Promise<AwsHelper> {
  const asked = mayAsk ? context : unasked(context)
  // Nobody looks at the pinentry of a process that the AWS tools start, ten of them at once.
  const store = openStore(asked, {}, { gpgAsksNothing: !mayAsk })
  const paths = await withStoredKey(store, pathsFor(context, flags))
  const settings = readSettingsOrBlank(paths, flags.config ?? 'default')
  const transport = await networkTransport(context.env, settings.file.ca_bundle, () => context.now())
  const totpAccount = totpAccountOf(settings)
  const stored = agentSecrets(asked, store, transport)
  const unmoved = await moveClearSecrets(context, paths, settings, stored)
  const secrets = unmoved === null ? stored : withGiven(context, stored, unmoved, transport)
  const person = mayAsk && context.canAsk() ? { person: terminalPerson(context) } : {}
  return { context, paths, settings, transport, secrets, totpAccount, ...person }
}

/** The account of the agent for a configuration: the one it names, else one called after the user. */
export function totpAccountOf({ file }: Pick<Settings, 'file'>): string {
  return file.totp_account ?? `Okta:${file.user_name}`
}

/** An account for a secret that was given as Base32 or as an otpauth URI. */
function oktaAccount(secretText: string, userName: string): OtpAccount {
  const text = secretText.trim()
  const account = /^otpauth:/i.test(text) ? parseOtpauthUri(text).account : { secret: decodeBase32(text) }
  return completeAccount({ ...account, issuer: 'Okta', name: userName })
}

/** Where STS is called for a role. */
export function stsPlace(helper: Pick<AwsHelper, 'context' | 'settings'>, roleArn?: string): StsPlace {
  const endpointUrl = endpointOf(helper.context, 'STS')
  return { region: regionOf(helper.settings, roleArn), ...(endpointUrl === undefined ? {} : { endpointUrl }) }
}

/**
 * The region for a role's profile and its calls: its own setting, else the configuration's where that is one of the role's
 * partition. Credentials of GovCloud or China are unknown in every region of another partition.
 */
export function regionOf(settings: Settings, roleArn?: string): string {
  const usual = settings.file.region || defaultRegion
  if (roleArn === undefined) return usual
  return settings.file.roles?.[roleArn]?.region ?? regionFor(parseRoleArn(roleArn).partition, usual)
}

/** An address that replaces AWS's own, as AWS's SDKs read it from the environment; an empty variable names none. */
export function endpointOf(context: CliContext, service: 'STS' | 'IAM' | 'SIGNIN'): string | undefined {
  return context.env[`AWS_ENDPOINT_URL_${service}`] || context.env['AWS_ENDPOINT_URL'] || undefined
}

/** The file of a lock for one thing of one configuration. */
export function lockPath(helper: Pick<AwsHelper, 'paths' | 'settings'>, thing: string): string {
  return join(helper.paths.stateFolder, 'aws-locks', `${cacheName(helper.settings.path, thing).slice(0, 16)}.lock`)
}

/**
 * Moves secrets out of the settings and blanks them there.
 *
 * @returns the secrets where the store cannot be written: they stay, and serve this once; null otherwise
 */
async function moveClearSecrets(
  context: CliContext,
  paths: AwsPaths,
  settings: Settings,
  secrets: SecretSource,
): Promise<GivenSecrets | null> {
  const { password, google_2fa_totp: secret, user_name: userName } = settings.file
  if (password === '' && secret === '') return null
  const accountName = totpAccountOf(settings)
  const account = secret === '' ? null : oktaAccount(secret, userName)
  try {
    if (password !== '') await secrets.storePassword(settings.config, password)
    if (account !== null) await secrets.storeAccount(accountName, account)
  } catch (thrown) {
    if (!isFailure(thrown)) throw thrown
    context.say(`The secrets in ${settings.path} stay there, because they could not be stored: ${thrown.message}`)
    return { password, account, accountName }
  }
  await saveSettings(paths, settings.config, { password: '', google_2fa_totp: '' })
  forgetRefusal(paths, settings.path)
  context.say(`The secrets in ${settings.path} were moved into the agent's store and blanked there.`)
  return null
}

/** A context that never asks: what needs a person fails with a sentence instead. */
function unasked(context: CliContext): CliContext {
  const ask: CliContext['ask'] = ({ asks, instead }) =>
    Promise.reject(new Failure('agent_terminal_missing', { detail: { question: asks, instead } }))
  return { ...context, canAsk: () => false, ask }
}

function terminalPerson(context: CliContext): Person {
  const instead = 'Run this in a terminal.'
  return {
    ask: (question) => context.ask({ text: question, asks: 'the second factor', instead, echo: true }),
    tell: (text) => context.say(text),
  }
}
