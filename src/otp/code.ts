import type { OtpAccount } from './account.ts'
import { hotp } from './hotp.ts'
import { steamCode } from './steam.ts'
import { totp } from './totp.ts'

/**
 * The code an account shows: at a moment for TOTP and Steam, at its next counter for HOTP.
 *
 * @param atMs - Unix time in milliseconds
 */
export function codeOf(account: OtpAccount, atMs: number): string {
  switch (account.type) {
    case 'totp':
      return totp(account.secret, atMs, account)
    case 'hotp':
      return hotp(account.secret, account.counter, account)
    case 'steam':
      return steamCode(account.secret, atMs)
  }
}
