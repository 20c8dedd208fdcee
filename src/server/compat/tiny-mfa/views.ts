import type { AccessToken } from '../../access/tokens/store.ts'
import type { ShownSecret } from '../../subjects/enrol.ts'
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

/** A realm as this door shows it. */
export function issuerOf(row: RealmRow): Issuer {
  return { id: row.id, name: row.name, contact: row.contact, enabled: row.enabled === 1, token_length: row.digits }
}

/** A subject as this door shows it, with its issuer inside. */
export function userOf(
  row: { readonly id: string; readonly name: string; readonly email: string; readonly enabled: number },
  issuer: Issuer,
): User {
  return { id: row.id, name: row.name, email: row.email, issuer, enabled: row.enabled === 1 }
}

/** A token as this door lists it: by description and times, never again itself. */
export function tokenOf({ id, name, createdAtMs, lastUsedAtMs }: AccessToken): object {
  const lastAccess = lastUsedAtMs === null ? '' : timeOf(lastUsedAtMs)
  return { id, description: name, created_on: timeOf(createdAtMs), last_access_time: lastAccess }
}

/** RFC 3339 in UTC, as Go writes a time. */
export function timeOf(atMs: number): string {
  return new Date(atMs).toISOString()
}

/**
 * The URI of a user's QR code, exactly as go-tiny-mfa writes it: nothing is percent-encoded and the parameters stand in
 * this order. Digits are the issuer's present ones, unless the user's codes were made to stay as they were.
 */
export function totpUri(issuer: string, user: string, { secretBase32, shape }: ShownSecret): string {
  const parameters = [
    `algorithm=${shape.algorithm}`,
    `digits=${shape.digits}`,
    `issuer=${issuer}`,
    `period=${shape.periodSeconds}`,
    `secret=${secretBase32}`,
  ]
  return `otpauth://totp/${issuer}:${user}@${issuer}?${parameters.join('&')}`
}
