import type { OtpAccount } from '../../otp/account.ts'
import { formatOtpauthUri } from '../../otp/otpauth-uri.ts'

/** One URI a line, which nearly every authenticator reads. */
export function formatUriList(accounts: readonly OtpAccount[]): string {
  return accounts.map((account) => `${formatOtpauthUri(account)}\n`).join('')
}
