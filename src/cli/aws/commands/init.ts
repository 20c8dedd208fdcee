import { existsSync, renameSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { safeUrl } from '../../../aws/transport.ts'
import { Failure, isFailure } from '../../../errors/failure.ts'
import { completeAccount, type OtpAccount } from '../../../otp/account.ts'
import { fromImage, fromText } from '../../agent/secret-input.ts'
import type { CliContext } from '../../context.ts'
import { counted } from '../../counted.ts'
import { openHelper, totpAccountOf, type AwsHelper, type PlaceFlags } from '../helper.ts'
import { forgetRefusal } from '../refused-sign-in.ts'
import { withGiven } from '../secret-source.ts'
import {
  defaultRegion,
  isRegion,
  readSettingsOrBlank,
  saveSettings,
  type Settings,
  type SettingsFile,
} from '../settings.ts'
import { obtainAssertion } from '../sign-in.ts'
import { dropCached } from '../credential-cache.ts'
import { cacheName } from '../paths.ts'

/** The options of `init`: each answers a question, or sets what is never asked. */
export interface InitFlags extends PlaceFlags {
  readonly ssoUrl?: string
  readonly region?: string
  readonly userName?: string
  /** A file with the password, or `-` for standard input. */
  readonly passwordFile?: string
  /** A file with the secret, an otpauth URI or a QR code's image. */
  readonly totpFile?: string
  readonly totpAccount?: string
  readonly factor?: string
  readonly durationSeconds?: number
  readonly inherits?: string
  readonly oidcClientId?: string
  readonly oktaAppId?: string
  readonly caBundle?: string
  readonly check: boolean
}

/** What the questions yielded; an empty password or no account keeps what is stored. */
interface Answers {
  readonly file: Partial<SettingsFile>
  readonly password: string
  readonly account: OtpAccount | null
}

/**
 * `watchword aws init`: asks what signing in needs, tries it, and only then keeps it.
 *
 * The questions and their order are the old program's; what is secret is not shown while it is typed.
 */
export async function init(this: CliContext, flags: InitFlags): Promise<void> {
  const opened = await openAnew(this, flags)
  const before = { ...opened, settings: withParent(opened, flags.inherits) }
  const answers = await ask(this, before, flags)
  const settings = { ...before.settings, file: { ...before.settings.file, ...answers.file } }
  const totpAccount = totpAccountOf(settings)
  const given = { ...answers, accountName: totpAccount }
  const secrets = withGiven(this, before.secrets, given, before.transport)
  const trial: AwsHelper = { ...before, settings, totpAccount, secrets }
  // What was refused was refused for what stood here before.
  if (answers.password !== '' || answers.account !== null) forgetRefusal(before.paths, settings.path)
  if (flags.check) this.say(`Signed in. Okta offers ${counted(await tryOut(trial), 'role')}.`)
  if (answers.account !== null) await before.secrets.storeAccount(totpAccount, answers.account)
  if (answers.password !== '') await before.secrets.storePassword(settings.config, answers.password)
  await saveSettings(before.paths, settings.config, answers.file)
  forgetRefusal(before.paths, settings.path)
  this.say(
    `Saved in ${settings.path}; the password and the secret are in the agent's store. Next: watchword aws refresh`,
  )
}

/** Settings that cannot be read are put aside: this is the command that every other one sends to. */
async function openAnew(context: CliContext, flags: InitFlags): Promise<AwsHelper> {
  try {
    return await openHelper(context, flags, true)
  } catch (thrown) {
    const path = isFailure(thrown, 'aws_settings_unreadable') ? thrown.detail['path'] : undefined
    if (typeof path !== 'string' || !existsSync(path)) throw thrown
    renameSync(path, `${path}.bak`)
    context.say(`${isFailure(thrown) ? thrown.message : ''} It was kept as ${path}.bak.`)
    return openHelper(context, flags, true)
  }
}

/** The present settings; a configuration that is to inherit begins with what it will inherit. */
function withParent({ paths, settings }: AwsHelper, inherits: string | undefined): Settings {
  if (inherits === undefined) return settings
  const parent = readSettingsOrBlank(paths, inherits)
  const said = Object.fromEntries(Object.entries(settings.file).filter(([, value]) => value !== ''))
  return { ...settings, file: { ...parent.file, ...said }, lineage: [settings.config, ...parent.lineage] }
}

/** Signs in with what was just given: a session or an assertion of earlier settings would prove nothing. */
async function tryOut(helper: AwsHelper): Promise<number> {
  for (const thing of ['assertion', 'okta', 'device']) dropCached(helper.paths, cacheName(helper.settings.path, thing))
  return (await obtainAssertion(helper)).content.roles.length
}

async function ask(context: CliContext, { settings }: AwsHelper, flags: InitFlags): Promise<Answers> {
  const now = settings.file
  const ssoUrl = flags.ssoUrl ?? (await askOpen(context, 'Okta app SSO URL', now.sso_url, '--sso-url'))
  safeUrl(ssoUrl)
  const region = flags.region ?? (await askOpen(context, 'AWS region', now.region || defaultRegion, '--region'))
  if (!isRegion(region))
    throw new Failure('aws_option_invalid', {
      detail: { option: '--region', expected: 'a region such as eu-central-1' },
    })
  const userName = flags.userName ?? (await askOpen(context, 'Okta user name (email)', now.user_name, '--user-name'))
  const password =
    flags.passwordFile === undefined
      ? await askHidden(context, 'Okta password (Enter keeps the stored one)', '--password-file')
      : firstLine(await readGiven(context, flags.passwordFile))
  const account = flags.totpAccount === undefined ? await askAccount(context, flags) : null
  const asked = { sso_url: ssoUrl, region, user_name: userName }
  return { file: { ...asked, ...unasked(flags) }, password, account }
}

/** What has no question of its own. */
function unasked(flags: InitFlags): Partial<SettingsFile> {
  const given = {
    totp_account: flags.totpAccount,
    factor: flags.factor,
    duration_seconds: flags.durationSeconds,
    inherits: flags.inherits,
    oidc_client_id: flags.oidcClientId,
    okta_app_id: flags.oktaAppId,
    ca_bundle: flags.caBundle,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

async function askAccount(context: CliContext, flags: InitFlags): Promise<OtpAccount | null> {
  if (flags.totpFile !== undefined) return accountFrom(await readGiven(context, flags.totpFile), flags.totpFile)
  context.say(
    'Scan the QR code with your phone as well, before you confirm at Okta: the phone is your way in without this machine.',
  )
  const typed = (
    await askHidden(context, 'TOTP secret: Base32, otpauth URI or path of a QR image (Enter keeps)', '--totp-file')
  ).trim()
  if (typed === '') return null
  const image = /[./\\]/.test(typed) && !typed.startsWith('otpauth:') ? await readFile(typed).catch(() => null) : null
  return image === null ? fromText(typed, {}).account : accountFrom(image, typed)
}

/** An account from the bytes of a file: an image with a QR code, or text. */
async function accountFrom(bytes: Buffer, name: string): Promise<OtpAccount> {
  const { isImage } = await import('../../../qr/image-header.ts')
  const { account } = isImage(bytes) ? await fromImage(bytes, name, {}) : fromText(bytes.toString('utf8'), {})
  return completeAccount(account)
}

/** Asks with the present value as the answer of an empty line. */
async function askOpen(context: CliContext, what: string, present: string, flag: string): Promise<string> {
  const shown = present === '' ? '' : ` [${present}]`
  const typed = await context.ask({ text: `${what}${shown}: `, asks: what, instead: `Give ${flag}.`, echo: true })
  return typed.trim() || present
}

async function askHidden(context: CliContext, what: string, flag: string): Promise<string> {
  try {
    return await context.ask({ text: `${what}: `, asks: what, instead: `Give ${flag}.` })
  } catch (thrown) {
    // Without a terminal the stored secret stays.
    if (isFailure(thrown, 'agent_terminal_missing')) return ''
    throw thrown
  }
}

function readGiven(context: CliContext, file: string): Promise<Buffer> {
  return file === '-' ? context.readStdin() : readFile(file)
}

function firstLine(bytes: Buffer): string {
  return bytes.toString('utf8').split(/\r?\n/, 1)[0] ?? ''
}
