import { Failure } from '../../../errors/failure.ts'
import type { OtpAccount } from '../../../otp/account.ts'
import { formatOtpauthUri, longestUri, parseOtpauthUri } from '../../../otp/otpauth-uri.ts'

/** The parameter of our own that holds a name differing from what issuer and label give. */
const nameParameter = 'handle'

const longestName = 200

/** What nobody sees, except what joins two signs of a script that needs it, such as Persian, or two emoji into one. */
const hidden = /(?:(?!(?<=[^\0-\x7f])[\u200c\u200d][^\0-\x7f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}])+/gu

/** The name people type for an account: its own, or issuer and label as `Issuer:label`. */
export function nameOf(account: OtpAccount): string {
  return account.otherParameters?.[nameParameter] ?? defaultName(account)
}

/** The same account under another name. */
export function withName(account: OtpAccount, name: string): OtpAccount {
  const { otherParameters = {}, ...rest } = account
  const { [nameParameter]: _, ...others } = otherParameters
  const kept = name === defaultName(account) ? others : { ...others, [nameParameter]: name }
  return Object.keys(kept).length === 0 ? rest : { ...rest, otherParameters: kept }
}

/** The same account for another authenticator, which has no use for our name. */
export function withoutOwnName(account: OtpAccount): OtpAccount {
  const labelled = account.issuer === '' && account.name === '' ? { ...account, name: nameOf(account) } : account
  return withName(labelled, defaultName(labelled))
}

/**
 * A name as somebody typed it, checked.
 *
 * Names never become paths here, yet one with `..` between slashes is refused: it could only be meant as one.
 *
 * @throws {@link Failure} `agent_name_invalid`
 */
export function checkName(name: string): string {
  const isVisible = name.trim() === name && name !== '' && name.search(hidden) < 0
  const isPath = name.split(/[/\\]/).some((part) => part === '..' || part === '.')
  if (!isVisible || isPath || name.length > longestName || name.startsWith('-')) throw new Failure('agent_name_invalid')
  return name
}

/** A name made acceptable, for accounts that come with a name nobody here typed; `team/` leads to the vault. */
export function tameName(name: string): string {
  const visible = name.replace(hidden, ' ').trim()
  const short = visible.slice(0, longestName).toWellFormed().trim()
  const flat = short.replace(/(^|[/\\])\.{1,2}(?=$|[/\\])/g, '$1_')
  return (
    flat
      .replace(/^-+/, '')
      .replace(/^team\//, 'team-')
      .trim() || 'account'
  )
}

/**
 * The store's plaintext: one otpauth URI per line.
 *
 * @throws {@link Failure} `agent_account_too_large` for an account whose line {@link readLines} would not take
 */
export function writeLines(accounts: readonly OtpAccount[]): Buffer {
  return Buffer.from(accounts.map((account) => `${writeLine(account)}\n`).join(''))
}

function writeLine(account: OtpAccount): string {
  const line = formatOtpauthUri(account)
  if (line.length > longestUri) throw new Failure('agent_account_too_large', { detail: { name: nameOf(account) } })
  return line
}

/**
 * The accounts of the store's plaintext. Blank lines are left out, so that a store may also be made by hand with gpg.
 *
 * @throws {@link Failure} `agent_store_line_unreadable` naming the first line that is no account
 */
export function readLines(plaintext: Buffer): OtpAccount[] {
  const accounts: OtpAccount[] = []
  for (const [index, line] of plaintext.toString().split('\n').entries()) {
    if (line.trim() !== '') accounts.push(readLine(line, index + 1))
  }
  return accounts
}

function readLine(text: string, line: number): OtpAccount {
  try {
    return parseOtpauthUri(text).account
  } catch (cause) {
    throw new Failure('agent_store_line_unreadable', { detail: { line }, cause })
  }
}

function defaultName({ issuer, name }: OtpAccount): string {
  return issuer !== '' && name !== '' ? `${issuer}:${name}` : issuer || name
}
