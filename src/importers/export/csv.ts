import type { OtpAccount } from '../../otp/account.ts'
import { encodeBase32 } from '../../otp/base32.ts'
import { formatOtpauthUri } from '../../otp/otpauth-uri.ts'
import { formatCsv } from '../containers/csv.ts'

const header = ['issuer', 'name', 'secret', 'type', 'algorithm', 'digits', 'period', 'counter', 'url']

/** A table with a header; the last column holds the whole URI. */
export function formatCsvExport(accounts: readonly OtpAccount[]): string {
  const rows = accounts.map((account) => [
    account.issuer,
    account.name,
    encodeBase32(account.secret),
    account.type,
    account.algorithm,
    String(account.digits),
    account.type === 'hotp' ? '' : String(account.periodSeconds),
    account.type === 'hotp' ? String(account.counter) : '',
    formatOtpauthUri(account),
  ])
  return formatCsv([header, ...rows])
}
