import { Failure } from '../errors/failure.ts'
import { remark } from '../errors/remarks.ts'
import {
  type AccountSeed,
  completeAccount,
  type OtpType,
  parseAlgorithm,
  recommendedSecretBytes,
} from '../otp/account.ts'
import { decodeBase32 } from '../otp/base32.ts'
import { type ParsedOtpauth, parseOtpauthUri } from '../otp/otpauth-uri.ts'

/** An entry as files spell it; what is missing or empty takes the default every authenticator shares. */
export interface Draft extends Pick<AccountSeed, 'issuer' | 'name' | 'note' | 'icon' | 'tags'> {
  /** Raw bytes, or Base32 as people paste it. */
  readonly secret: Uint8Array | string
  /** Any spelling of totp, hotp, steam; TOTP when missing. */
  readonly type?: string | undefined
  readonly algorithm?: string | undefined
  readonly digits?: number | undefined
  readonly periodSeconds?: number | undefined
  readonly counter?: number | undefined
}

/** Kinds of account that need more than a secret, so that we cannot show their codes. */
const unsupportedTypes: Readonly<Record<string, string>> = {
  motp: 'mOTP',
  yandex: 'Yandex',
  yaotp: 'Yandex',
  ocra: 'OCRA',
  tan: 'TAN list',
  'yubikey-aes': 'Yubico AES',
  pin: 'PIN',
  pw: 'static password',
}

/**
 * The account behind a draft.
 *
 * @throws {@link Failure} naming the part that is wrong
 */
export function accountOf(draft: Draft): ParsedOtpauth {
  const secret = typeof draft.secret === 'string' ? secretOf(draft.secret) : draft.secret
  const type = typeOf(draft.type ?? '')
  const account = completeAccount({
    secret,
    type,
    ...(draft.algorithm === undefined || draft.algorithm === '' ? {} : { algorithm: parseAlgorithm(draft.algorithm) }),
    ...(draft.digits === undefined ? {} : { digits: draft.digits }),
    ...(draft.periodSeconds === undefined ? {} : { periodSeconds: draft.periodSeconds }),
    ...(draft.counter === undefined ? {} : { counter: draft.counter }),
    ...labelsOf(draft),
  })
  return { account, warnings: secret.length < recommendedSecretBytes ? [remark('secret_short')] : [] }
}

/**
 * The account behind a field that holds a whole URI, `steam://SECRET` or a bare Base32 secret, as password managers
 * keep it.
 *
 * @param labels - used where the field itself names no issuer or name
 */
export function accountOfField(field: string, labels: Pick<Draft, 'issuer' | 'name' | 'note' | 'tags'>): ParsedOtpauth {
  const text = field.trim()
  if (!/^[a-z][a-z-]*:\/\//i.test(text)) return accountOf({ secret: text, ...labels })
  const { account, warnings } = accountOfUri(text)
  const isNameless = /^steam:/i.test(text) || (account.issuer === '' && account.name === '')
  const issuer = isNameless ? (labels.issuer ?? '') || account.issuer : account.issuer
  const name = account.name === '' ? (labels.name ?? '') : account.name
  return {
    account: completeAccount({
      ...labelsOf(labels),
      ...account,
      issuer,
      name,
      tags: [...(labelsOf(labels).tags ?? []), ...account.tags],
    }),
    warnings,
  }
}

/**
 * The account behind a URI that another program wrote.
 *
 * Some programs fill an empty issuer with the name (`/NoIssuer?issuer=NoIssuer`): said twice, it is the name alone.
 */
export function accountOfUri(uri: string): ParsedOtpauth {
  const { account, warnings } = parseOtpauthUri(uri)
  const isSaidTwice = account.issuer === account.name && !/^[^?]*(:|%3A)[^?]*\?/i.test(uri.replace(/^\s*\w+:\/\//, ''))
  return { account: isSaidTwice ? { ...account, issuer: '' } : account, warnings }
}

/** The type behind any spelling; empty means TOTP. */
function typeOf(word: string): OtpType {
  const folded = word.trim().toLowerCase()
  if (folded === '' || folded === 'totp') return 'totp'
  if (folded === 'hotp') return 'hotp'
  if (folded === 'steam' || folded === 'steamtotp') return 'steam'
  throw new Failure('import_type_unsupported', { detail: { type: unsupportedTypes[folded] ?? 'Unknown' } })
}

/** Bytes of a hexadecimal secret. */
export function bytesOfHex(text: string): Uint8Array {
  const hex = text.trim()
  if (hex === '') throw new Failure('import_secret_missing')
  if (!/^([0-9a-f]{2})+$/i.test(hex)) throw new Failure('import_secret_not_hexadecimal')
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

/** Bytes of a Base64 secret. */
export function bytesOfBase64(text: string): Uint8Array {
  const packed = text.replace(/\s/g, '')
  if (packed === '') throw new Failure('import_secret_missing')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) {
    throw new Failure('import_secret_not_base64')
  }
  return Uint8Array.from(Buffer.from(packed, 'base64'))
}

function secretOf(text: string): Uint8Array {
  if (text.trim() === '') throw new Failure('import_secret_missing')
  return decodeBase32(text)
}

function labelsOf(draft: Pick<Draft, 'issuer' | 'name' | 'note' | 'icon' | 'tags'>): Partial<AccountSeed> {
  return {
    issuer: draft.issuer ?? '',
    name: draft.name ?? '',
    tags: (draft.tags ?? []).filter((tag) => tag.trim() !== ''),
    ...(draft.note ? { note: draft.note } : {}),
    ...(draft.icon ? { icon: draft.icon } : {}),
  }
}
