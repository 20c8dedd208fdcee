import { Failure } from '../../errors/failure.ts'
import { completeAccount, type OtpAccount } from '../../otp/account.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import { parseOtpauthUri } from '../../otp/otpauth-uri.ts'
import type { CliContext } from '../context.ts'
import { readGivenFile } from './private-file.ts'

/** Where the secret of a new account comes from. At most one of them. */
export interface SecretFlags {
  readonly secret?: string
  readonly uri?: string
  readonly qr?: string
  readonly screen: boolean
}

/** A new account and what was odd about what it came from. */
export interface NewAccount {
  readonly account: OtpAccount
  readonly warnings: readonly string[]
}

/**
 * The account behind whatever a person gave: a secret or an otpauth URI from standard input or the terminal, a QR code
 * in an image or on the screen.
 *
 * @param settled - what the command line says; it wins over what the URI says
 * @throws Failure when nothing usable was given; messages never hold the secret
 */
export async function readNewAccount(
  context: CliContext,
  flags: SecretFlags,
  settled: Partial<OtpAccount>,
): Promise<NewAccount> {
  const given = [flags.secret, flags.uri, flags.qr, flags.screen || undefined].filter((source) => source !== undefined)
  if (given.length > 1) throw usage('Give one of --secret, --uri, --qr and --screen.')
  if (flags.qr !== undefined) return fromImage(await readGivenFile(context, flags.qr), flags.qr, settled)
  if (flags.screen) return fromScreen(context, settled)
  if (flags.uri !== undefined) return fromText(await standardInput(context, '--uri', flags.uri), settled)
  if (flags.secret !== undefined) return fromText(await standardInput(context, '--secret', flags.secret), settled)
  const instead = 'Pipe it in with --secret - or --uri -, or give --qr FILE.'
  return fromText(await context.ask({ text: 'Secret: ', asks: 'the secret', instead }), settled)
}

/** An account from a Base32 secret or a whole otpauth URI, whichever the text is. */
export function fromText(text: string, settled: Partial<OtpAccount>): NewAccount {
  const given = text.trim()
  if (/^[a-z-]+:\/\//i.test(given)) {
    const { account, warnings } = parseOtpauthUri(given)
    return { account: completeAccount({ ...account, ...settled }), warnings: warnings.map(({ message }) => message) }
  }
  const secret = decodeBase32(given)
  const warnings = secret.length < 16 ? ['The secret is shorter than 128 bits; check that it is complete.'] : []
  return { account: completeAccount({ secret, ...settled }), warnings }
}

/** The one account in an image. */
export async function fromImage(image: Uint8Array, file: string, settled: Partial<OtpAccount>): Promise<NewAccount> {
  const { readQrCodes } = await import('../../qr/read.ts')
  const texts = (await readQrCodes(image)).filter((text) => /^(otpauth|steam|otpauth-migration):/i.test(text))
  const [only] = texts
  if (only === undefined) throw new Failure('agent_qr_empty', { detail: { file } })
  if (texts.length > 1 || /^otpauth-migration:/i.test(only)) {
    throw usage(`${file} holds several accounts. Take them over with \`watchword import ${file}\`.`)
  }
  return fromText(only, settled)
}

async function fromScreen(context: CliContext, settled: Partial<OtpAccount>): Promise<NewAccount> {
  const { grabScreen } = await import('./grab-screen.ts')
  return fromImage(await grabScreen(context.env), 'the screen', settled)
}

async function standardInput(context: CliContext, flag: string, value: string): Promise<string> {
  // A secret on the command line is seen by everyone on the computer and stays in the shell's history.
  if (value !== '-') throw usage(`A secret does not belong on the command line: give ${flag} - and pipe it in.`)
  return (await context.readStdin()).toString()
}

function usage(reason: string): Failure {
  return new Failure('agent_usage', { detail: { reason } })
}
