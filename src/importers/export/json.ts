import type { OtpAccount } from '../../otp/account.ts'
import { encodeBase32 } from '../../otp/base32.ts'

/** All accounts with everything we know of them, as the import reads it back. */
export function formatJson(accounts: readonly OtpAccount[]): string {
  const entries = accounts.map((account) => ({ ...account, secret: encodeBase32(account.secret) }))
  return `${JSON.stringify({ format: 'watchword', version: 1, accounts: entries }, null, 2)}\n`
}
