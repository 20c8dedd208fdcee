import type { OtpAccount } from '../../otp/account.ts'
import { bytesField, numberField } from '../containers/protobuf.ts'
import { titleOf } from '../report.ts'

/** QR codes for Google Authenticator, and what it cannot hold. */
export interface GoogleMigration {
  /** One URI for each QR code, to be scanned in any order. */
  readonly uris: readonly string[]
  readonly refused: readonly { readonly name: string; readonly reason: string }[]
}

/** Denser codes do not scan from a screen. */
const accountsPerCode = 10
const algorithms = { SHA1: 1, SHA256: 2, SHA512: 3 } as const

/**
 * Accounts as a transfer of Google Authenticator ("Transfer accounts", "Import").
 *
 * @param batchId - a random 32-bit number that ties the codes together
 */
export function formatGoogleMigration(accounts: readonly OtpAccount[], batchId: number): GoogleMigration {
  const judged = accounts.map((account) => ({ account, reason: obstacle(account) }))
  const fitting = judged.filter(({ reason }) => reason === null).map(({ account }) => account)
  const size = Math.ceil(fitting.length / accountsPerCode)
  const uris = Array.from({ length: size }, (_, index) => {
    const part = fitting.slice(index * accountsPerCode, (index + 1) * accountsPerCode)
    const message = Buffer.concat([
      ...part.map((account) => bytesField(1, encodeAccount(account))),
      numberField(2, 1n),
      numberField(3, BigInt(size)),
      numberField(4, BigInt(index)),
      numberField(5, BigInt(batchId | 0)),
    ])
    return `otpauth-migration://offline?data=${encodeURIComponent(message.toString('base64'))}`
  })
  const refused = judged.flatMap(({ account, reason }) => (reason === null ? [] : [{ name: titleOf(account), reason }]))
  return { uris, refused }
}

/** Google Authenticator would show wrong codes without a word, so what it cannot hold is refused here. */
function obstacle(account: OtpAccount): string | null {
  if (account.type === 'steam') return 'Google Authenticator knows no Steam codes'
  if (account.digits !== 6 && account.digits !== 8) return 'Google Authenticator knows 6 or 8 digits only'
  if (account.type === 'totp' && account.periodSeconds !== 30)
    return 'Google Authenticator knows a period of 30 seconds only'
  return null
}

function encodeAccount(account: OtpAccount): Uint8Array {
  const isHotp = account.type === 'hotp'
  return Buffer.concat([
    bytesField(1, account.secret),
    bytesField(2, Buffer.from(account.name)),
    bytesField(3, Buffer.from(account.issuer)),
    numberField(4, BigInt(algorithms[account.algorithm])),
    numberField(5, account.digits === 8 ? 2n : 1n),
    numberField(6, isHotp ? 1n : 2n),
    ...(isHotp ? [numberField(7, BigInt(account.counter))] : []),
  ])
}
