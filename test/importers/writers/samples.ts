import { completeAccount, type OtpAccount } from '../../../src/otp/account.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'

/** A file of another authenticator, written by the tests themselves. */
export interface WrittenFile {
  /** The format the import must recognise. */
  readonly format: string
  readonly what: string
  /** Present when the file is encrypted. */
  readonly password?: string
  /** What the import must find, in this order. */
  readonly accounts: readonly OtpAccount[]
  readonly skipped?: number
  write(): Uint8Array | Promise<Uint8Array>
}

export const password = 'pässword 1'

const secret = decodeBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')

/** What every authenticator can hold. */
export const basic = completeAccount({ secret, issuer: 'ACME', name: 'ann@example.com' })
export const second = completeAccount({
  secret: decodeBase32('MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U'),
  issuer: 'Käse & Co',
  name: 'bob',
})
/** Nothing is as usual. */
export const strong = completeAccount({
  secret,
  algorithm: 'SHA512',
  digits: 8,
  periodSeconds: 60,
  issuer: 'Sicher',
  name: 'ann',
})
export const counted = completeAccount({
  secret,
  type: 'hotp',
  algorithm: 'SHA256',
  digits: 7,
  counter: 41,
  issuer: 'Zähler',
  name: 'ann',
})
export const steamed = completeAccount({ secret, type: 'steam', issuer: 'Steam', name: 'gamer' })

export const every = [basic, second, strong, counted, steamed]

/** The fields that decide about codes and labels. */
export function essentials({
  type,
  secret,
  algorithm,
  digits,
  periodSeconds,
  counter,
  issuer,
  name,
}: OtpAccount): unknown {
  return { type, secret: Buffer.from(secret).toString('hex'), algorithm, digits, periodSeconds, counter, issuer, name }
}

export function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

/** The bytes of a secret as Java writes them, from -128 to 127. */
export function signed(bytes: Uint8Array): number[] {
  return [...new Int8Array(bytes)]
}
