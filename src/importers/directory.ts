import { isFailure } from '../errors/failure.ts'
import { completeAccount } from '../otp/account.ts'
import { type ParsedOtpauth, parseOtpauthUri } from '../otp/otpauth-uri.ts'
import { accountOfField, accountOf } from './draft.ts'
import { type ImportReport, ReportBuilder } from './report.ts'

/** The files of a folder by their paths below it, with `/` between. */
export type FolderFiles = ReadonlyMap<string, Uint8Array>

/** Opens one OpenPGP message; throws when it cannot. */
export type OpenMessage = (message: Uint8Array) => Promise<Uint8Array>

const simpleotpSecret = /(?:^|\/)\.totp_(.+)_secret$/
const pgpHeader = '-----BEGIN PGP MESSAGE-----'

/** Whether a file of a folder could be part of a store; whatever else lies there need not be read. */
export function isOfStore(path: string): boolean {
  return path.endsWith('.gpg') || /(?:^|\/)\.totp_[^/]+_(?:secret|options)$/.test(path)
}

/**
 * The store of simpleotp's agent: `.totp_NAME_secret` and beside it `.totp_NAME_options`.
 *
 * Its login server keeps clear text files of the same name pattern, which are no accounts: only
 * files with the OpenPGP header are taken.
 */
export async function importSimpleotpStore(files: FolderFiles, open: OpenMessage): Promise<ImportReport> {
  const report = new ReportBuilder()
  for (const [path, bytes] of files) {
    const name = simpleotpSecret.exec(path)?.[1]
    if (name === undefined) continue
    if (bytes.length === 0) {
      // Its web page left such a file when gpg would not encrypt, and listed the account all the same.
      report.skip('simpleotp_empty')
      continue
    }
    if (!isOpenPgp(bytes)) {
      report.skip('simpleotp_users')
      continue
    }
    const options = files.get(path.replace(/_secret$/, '_options'))
    await addOpened(report, name, bytes, open, (text) => readSimpleotp(name, text, textOf(options)))
  }
  return report.finish('simpleotp', "simpleotp's agent")
}

/**
 * A store of pass or gopass: one encrypted file for each entry, the path is its name.
 *
 * Entries without a one-time password are counted and left out.
 */
export async function importPassTree(files: FolderFiles, open: OpenMessage): Promise<ImportReport> {
  const report = new ReportBuilder()
  for (const [path, bytes] of files) {
    if (!path.endsWith('.gpg') || path.split('/').some((part) => part.startsWith('.'))) continue
    const name = path.slice(0, -'.gpg'.length)
    try {
      const field = otpFieldOf(textOf(await open(bytes)))
      if (field === null) report.skip('entries_without')
      else report.add(name, () => readPassEntry(name, field))
    } catch (thrown) {
      refuseUnlessInterrupted(report, name, thrown)
    }
  }
  return report.finish('pass', 'pass')
}

async function addOpened(
  report: ReportBuilder,
  name: string,
  sealed: Uint8Array,
  open: OpenMessage,
  read: (text: string) => ParsedOtpauth,
): Promise<void> {
  try {
    const text = textOf(await open(sealed))
    report.add(name, () => read(text))
  } catch (thrown) {
    refuseUnlessInterrupted(report, name, thrown)
  }
}

/** Whoever says no to gpg's question for one message is not asked for all the others. */
function refuseUnlessInterrupted(report: ReportBuilder, name: string, thrown: unknown): void {
  if (isFailure(thrown, 'agent_interrupted')) throw thrown
  report.refuse(name, thrown)
}

/** Options are one line, `digits=6,digest=None,name=None,issuer=None,interval=30`; `None` means the default. */
function readSimpleotp(name: string, text: string, optionLine: string): ParsedOtpauth {
  const pairs = optionLine.split(',').map((pair) => pair.split('=').map((part) => part.trim()))
  const options = new Map(pairs.map(([key = '', value = '']) => [key, value === 'None' ? '' : value]))
  const labels = { issuer: options.get('issuer') ?? '', name: options.get('name') || name }
  const secret = text.trim()
  if (/^otpauth:/i.test(secret)) return accountOfField(secret, labels)
  const number = (key: string): number | undefined => (options.get(key) ? Number(options.get(key)) : undefined)
  const algorithm = options.get('digest')?.replace(/^hashlib\./, '') ?? ''
  return accountOf({ ...labels, secret, algorithm, digits: number('digits'), periodSeconds: number('interval') })
}

/** The first line that is a URI, else gopass's own field. */
function otpFieldOf(text: string): string | null {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const uri = lines.find((line) => /^otpauth:\/\//i.test(line))
  const field = lines
    .map((line) => /^(?:totp|hotp|otpauth):\s*(\S.*)$/i.exec(line)?.[1])
    .find((value) => value !== undefined)
  return uri ?? field ?? null
}

function readPassEntry(path: string, field: string): ParsedOtpauth {
  const parts = path.split('/')
  const labels = { issuer: parts.slice(0, -1).join('/'), name: parts.at(-1) ?? '' }
  if (!/^otpauth:/i.test(field)) return accountOfField(field, labels)
  const { account, warnings } = parseOtpauthUri(field)
  const isNameless = account.issuer === '' && account.name === ''
  const named = isNameless ? { ...account, ...labels } : account
  // pass-otp raises the counter before it makes a code, so the stored one is used already.
  return {
    account: named.type === 'hotp' ? completeAccount({ ...named, counter: named.counter + 1 }) : named,
    warnings,
  }
}

/** An OpenPGP message, armoured or not; what stands in clear is Base32. */
function isOpenPgp(bytes: Uint8Array): boolean {
  // Every OpenPGP packet begins with this bit (RFC 9580 section 4.2), and no ASCII text does.
  return ((bytes[0] ?? 0) & 0x80) !== 0 || textOf(bytes).trimStart().startsWith(pgpHeader)
}

function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes)
}
