import type { Static } from 'typebox'
import type { AccountCreate, AccountUpdate, SecretReplace } from '../../api/accounts.ts'
import { Failure } from '../../errors/failure.ts'
import { type Remark, remark } from '../../errors/remarks.ts'
import { completeAccount, type OtpAccount, recommendedSecretBytes } from '../../otp/account.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import { parseOtpauthUri } from '../../otp/otpauth-uri.ts'
import type { AccountText } from './account.ts'

/** A secret as somebody gave it, and what was odd about it. */
export interface ReadSecret {
  readonly otp: OtpAccount
  readonly warnings: readonly Remark[]
}

/**
 * The secret and shape of codes from an otpauth URI or from fields; a field wins over the URI.
 *
 * A URI pasted into the field for the secret is read as one: people paste what they have.
 *
 * @throws {@link Failure} `account_secret_missing`, and what `src/otp` says of a wrong part
 */
export function readSecret(given: Static<typeof SecretReplace>): ReadSecret {
  const pastedUri = /^\s*(?:otpauth|steam):\/\//i.test(given.secretBase32 ?? '') ? given.secretBase32 : undefined
  const uri = given.uri ?? pastedUri
  const parsed = uri === undefined ? null : parseOtpauthUri(uri)
  const typed = pastedUri === undefined && given.secretBase32 !== undefined ? decodeBase32(given.secretBase32) : null
  const secret = typed ?? parsed?.account.secret
  if (secret === undefined) throw new Failure('account_secret_missing')
  const { type, algorithm, digits, periodSeconds, counter } = given
  const shape = withoutUndefined({ type, algorithm, digits, periodSeconds, counter })
  const otp = completeAccount({ ...parsed?.account, ...shape, secret })
  const isShort = typed !== null && secret.length < recommendedSecretBytes
  const warnings = [...(parsed?.warnings ?? []), ...(isShort ? [remark('secret_short')] : [])]
  return { otp, warnings }
}

/** What people read of a new account: given fields first, then what the URI said. */
export function readText(given: Static<typeof AccountCreate>, otp: OtpAccount): AccountText {
  const issuer = given.issuer ?? otp.issuer
  const named = issuer !== '' && otp.name !== '' ? `${issuer} (${otp.name})` : issuer || otp.name
  return checkText({
    label: given.label ?? named,
    identifier: given.identifier ?? otp.name,
    issuer,
    url: given.url ?? '',
    tags: given.tags ?? otp.tags,
    note: given.note ?? otp.note ?? '',
  })
}

/** Changed fields over the present ones, checked. */
export function mergeText(present: AccountText, given: Static<typeof AccountUpdate>): AccountText {
  const { label, identifier, issuer, url, tags, note } = present
  return checkText({ label, identifier, issuer, url, tags, note, ...withoutUndefined(given) })
}

/**
 * Text that can be shown in one line: no blanks around it, no control characters (T62), an address only by http.
 *
 * @throws {@link Failure} `account_label_missing`, `account_text_unprintable`, `account_url_not_http`
 */
function checkText(text: AccountText): AccountText {
  const tags = [...new Set(text.tags.map((tag) => tag.trim()).filter((tag) => tag !== ''))]
  const line = {
    label: text.label.trim(),
    identifier: text.identifier.trim(),
    issuer: text.issuer.trim(),
    url: text.url.trim(),
  }
  for (const [field, value] of [...Object.entries(line), ...tags.map((tag) => ['tags', tag] as const)]) {
    if (/\p{Cc}/u.test(value)) throw new Failure('account_text_unprintable', { detail: { field } })
  }
  if (line.label === '') throw new Failure('account_label_missing', { detail: { field: 'label' } })
  if (line.url !== '' && !/^https?:\/\//i.test(line.url))
    throw new Failure('account_url_not_http', { detail: { field: 'url' } })
  return { ...line, tags, note: text.note.trim() }
}

type Defined<T> = { [key in keyof T]?: Exclude<T[key], undefined> }

function withoutUndefined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>
}
