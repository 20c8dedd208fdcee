import type { OtpAccount } from '../otp/account.ts'
import { encodeBase32 } from '../otp/base32.ts'
import { titleOf } from './report.ts'

/** What becomes of one entry when the import goes on. */
export type PlannedEntry =
  | { readonly kind: 'new'; readonly account: OtpAccount }
  /** The same secret makes the same codes here already, perhaps under another name. */
  | { readonly kind: 'duplicate'; readonly account: OtpAccount; readonly known: OtpAccount }
  /** The same issuer and name stand here with another secret or other settings. */
  | { readonly kind: 'changed'; readonly account: OtpAccount; readonly known: OtpAccount }

/**
 * Compares what a file holds with what is there, so that a person can look before anything is stored.
 *
 * Equal secret, type, algorithm, digits and period are a duplicate, also within the file; an equal
 * label alone is not.
 */
export function planImport(entries: readonly OtpAccount[], known: readonly OtpAccount[]): PlannedEntry[] {
  const byCodes = new Map(known.map((account) => [codeIdentity(account), account]))
  const byTitle = new Map(known.map((account) => [titleOf(account), account]))
  return entries.map((account) => {
    const identity = codeIdentity(account)
    const sameCodes = byCodes.get(identity)
    if (sameCodes !== undefined) return { kind: 'duplicate', account, known: sameCodes }
    byCodes.set(identity, account)
    const sameTitle = byTitle.get(titleOf(account))
    return sameTitle === undefined ? { kind: 'new', account } : { kind: 'changed', account, known: sameTitle }
  })
}

/** Everything that decides which codes an account shows, as one text. Holds the secret: keep it in memory only. */
function codeIdentity({ type, algorithm, digits, periodSeconds, secret }: OtpAccount): string {
  return [type, algorithm, digits, type === 'hotp' ? '' : periodSeconds, encodeBase32(secret)].join(' ')
}
