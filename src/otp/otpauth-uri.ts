import { Failure } from '../errors/failure.ts'
import { type Remark, remark } from '../errors/remarks.ts'
import {
  type AccountSeed,
  completeAccount,
  type OtpAccount,
  type OtpType,
  parseAlgorithm,
  recommendedSecretBytes,
} from './account.ts'
import { decodeBase32, encodeBase32 } from './base32.ts'
import { readLabel } from './otpauth-label.ts'
import { decodePart, knownParameters, readQuery, splitQuery } from './otpauth-query.ts'

/** An account read from a URI, and what was odd about it. */
export interface ParsedOtpauth {
  readonly account: OtpAccount
  /** Sentences for the person who imports; none of them holds the secret. */
  readonly warnings: readonly Remark[]
}

/** The most characters of a URI that is read. */
export const longestUri = 32_768

/**
 * The account behind an otpauth URI, with all the liberties that services and authenticators take.
 *
 * A missing name stays empty: the caller asks for one.
 *
 * @throws {@link Failure} `otp_uri_unreadable`, or the failure of the one part that is wrong
 *   (`otp_secret_not_base32`, `otp_digits_out_of_range`, …)
 * @see Key URI Format of Google Authenticator; draft-linuxgemini-otpauth-uri-02
 */
export function parseOtpauthUri(text: string): ParsedOtpauth {
  const uri = text.trim()
  if (uri.length > longestUri) throw unreadable(`it is longer than ${longestUri} characters`)
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(uri)
  const rest = uri.slice(scheme?.[0].length ?? 0)
  switch (scheme?.[1]?.toLowerCase()) {
    case 'otpauth':
      return parseAfterScheme(rest)
    case 'steam':
      return parseSteamUri(rest)
    case 'otpauth-migration':
      throw unreadable('it is a transfer of Google Authenticator, which the import reads')
    case 'motp':
      throw unreadable('mOTP needs a PIN for each code and is not supported')
    default:
      throw unreadable('it does not start with otpauth://')
  }
}

/**
 * The account as one URI that every authenticator reads: all parameters, blanks as %20, secret without padding.
 *
 * {@link parseOtpauthUri} gives the same account back.
 */
export function formatOtpauthUri(account: OtpAccount): string {
  const issuer = encodePart(account.issuer)
  const label = account.issuer === '' ? encodePart(account.name) : `${issuer}:${encodePart(account.name)}`
  const parameters: [string, string][] = [
    ['secret', encodeBase32(account.secret)],
    ['issuer', account.issuer],
    ['algorithm', account.algorithm],
    ['digits', String(account.digits)],
    account.type === 'hotp' ? ['counter', String(account.counter)] : ['period', String(account.periodSeconds)],
  ]
  // Host "steam" and "encoder=steam": between them every program that knows Steam's letters finds one it understands.
  if (account.type === 'steam') parameters.push(['encoder', 'steam'])
  if (account.tags.length > 0) parameters.push(['tags', account.tags.map(encodePart).join(',')])
  if (account.note !== undefined) parameters.push(['note', account.note])
  if (account.icon !== undefined) parameters.push(['image', account.icon])
  parameters.push(...Object.entries(account.otherParameters ?? {}))
  const query = parameters.map(([key, value]) => `${encodePart(key)}=${encodePart(value)}`).join('&')
  return `otpauth://${account.type}/${label}?${query}`
}

function parseAfterScheme(rest: string): ParsedOtpauth {
  const { path, query } = splitQuery(rest)
  const slash = path.indexOf('/')
  const host = (slash < 0 ? path : path.slice(0, slash)).toLowerCase()
  const { parameters, warnings } = readQuery(query)
  const secretText = parameters.get('secret')
  if (secretText === undefined) throw unreadable('it carries no secret')
  // A fragment can only be an accident; before the secret it was part of the label.
  const secret = decodeBase32(secretText.replace(/#.*$/s, ''))
  if (secret.length < recommendedSecretBytes) warnings.push(remark('secret_short'))

  const label = readLabel(decodePart(slash < 0 ? '' : path.slice(slash + 1)), parameters.get('issuer'))
  warnings.push(...label.warnings)
  const type = readType(host, label.issuer || label.name, parameters)
  const seed: AccountSeed = {
    secret,
    type,
    issuer: label.issuer,
    name: label.name,
    tags: [...readTags(parameters.get('tags')), ...label.tags],
    ...readNumbers(type, parameters, warnings),
    ...readExtras(parameters),
  }
  return { account: completeAccount(seed), warnings }
}

function parseSteamUri(rest: string): ParsedOtpauth {
  const secret = decodeBase32(decodePart(rest.replace(/[/?#].*$/s, '')))
  const warnings = secret.length < recommendedSecretBytes ? [remark('secret_short')] : []
  return { account: completeAccount({ secret, type: 'steam', issuer: 'Steam' }), warnings }
}

/** Steam hides behind five spellings; `issuer=Steam` alone counts only while nothing contradicts it. */
function readType(host: string, title: string, parameters: ReadonlyMap<string, string>): OtpType {
  if (host === 'hotp' || host === 'steam') return host
  if (host === 'yaotp') throw unreadable('Yandex accounts need a PIN for each code and are not supported')
  if (host !== 'totp') throw unreadable('its type is neither totp nor hotp')
  if (parameters.has('steam') || parameters.get('encoder')?.toLowerCase() === 'steam') return 'steam'
  const digits = parameters.get('digits') ?? ''
  const couldBeSteam = (digits === '' || digits === '5') && !parameters.has('encoder')
  return couldBeSteam && title.toLowerCase() === 'steam' ? 'steam' : 'totp'
}

function readNumbers(
  type: OtpType,
  parameters: ReadonlyMap<string, string>,
  warnings: Remark[],
): Pick<AccountSeed, 'algorithm' | 'digits' | 'periodSeconds' | 'counter'> {
  const algorithm = parameters.get('algorithm')?.trim() ?? ''
  if (type === 'hotp' && !parameters.get('counter')) {
    warnings.push(remark('counter_missing'))
  }
  return {
    algorithm: algorithm === '' ? 'SHA1' : parseAlgorithm(algorithm),
    digits: wholeNumber(parameters.get('digits'), 6),
    periodSeconds: wholeNumber(parameters.get('period'), 30),
    counter: wholeNumber(parameters.get('counter'), 0),
  }
}

/** NaN for what is not a whole number, so that the range check of that value refuses it. */
function wholeNumber(text: string | undefined, missing: number): number {
  const trimmed = text?.trim() ?? ''
  if (trimmed === '') return missing
  return /^\d{1,16}$/.test(trimmed) ? Number(trimmed) : Number.NaN
}

function readTags(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(decodePart)
    .filter((tag) => tag !== '')
}

function readExtras(parameters: ReadonlyMap<string, string>): Pick<OtpAccount, 'note' | 'icon' | 'otherParameters'> {
  const icon = parameters.get('image') ?? parameters.get('icon')
  const note = parameters.get('note')
  const others = [...parameters].filter(([key]) => !knownParameters.has(key))
  return {
    ...(note === undefined ? {} : { note }),
    ...(icon === undefined ? {} : { icon }),
    ...(others.length === 0 ? {} : { otherParameters: Object.fromEntries(others) }),
  }
}

function encodePart(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function unreadable(reason: string): Failure {
  return new Failure('otp_uri_unreadable', { detail: { reason } })
}
