import type { RealmEntry } from '../../subjects/directory.ts'
import type { RealmRow } from '../../subjects/store.ts'

/** An issuer as go-tiny-mfa writes it. */
export interface Issuer {
  readonly id: string
  readonly name: string
  readonly contact: string
  readonly enabled: boolean
  readonly token_length: number
}

/** A user as go-tiny-mfa writes it. */
export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly issuer: Issuer
  readonly enabled: boolean
}

export function issuerOf(row: RealmRow): Issuer {
  return { id: row.id, name: row.name, contact: row.contact, enabled: row.enabled === 1, token_length: row.digits }
}

export function userOf(
  row: { readonly id: string; readonly name: string; readonly email: string; readonly enabled: number },
  issuer: Issuer,
): User {
  return { id: row.id, name: row.name, email: row.email, issuer, enabled: row.enabled === 1 }
}

/** RFC 3339 in UTC, as Go writes a time. */
export function timeOf(atMs: number): string {
  return new Date(atMs).toISOString()
}

/**
 * The URI of a user's QR code, exactly as go-tiny-mfa writes it: nothing is percent-encoded, the parameters stand in
 * this order, and the digits are the issuer's present ones.
 */
export function totpUri({ name: issuer, policy }: RealmEntry, user: string, secretBase32: string): string {
  const parameters = [
    'algorithm=SHA1',
    `digits=${policy.digits}`,
    `issuer=${issuer}`,
    `period=${policy.periodSeconds}`,
    `secret=${secretBase32}`,
  ]
  return `otpauth://totp/${issuer}:${user}@${issuer}?${parameters.join('&')}`
}
