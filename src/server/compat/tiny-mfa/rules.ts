import { isReserved } from '../../subjects/reserved.ts'
import { notSafe, Refusal } from './refusal.ts'

const namePattern = /^[A-Za-z0-9_.-]{1,32}$/
// No control characters: PostgreSQL's text cannot hold NUL, and nobody's address has any.
const addressPattern = /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+\.[^\s@\p{Cc}]+$/u
const longestContact = 255
const longestEmail = 128

/** Whether a name may be an issuer's or a user's here: go-tiny-mfa's letters and the dot. */
export function isName(name: unknown): name is string {
  return typeof name === 'string' && namePattern.test(name) && name !== '.' && name !== '..'
}

/** A new issuer's name. @throws Refusal 400 `object not safe` */
export function issuerName(name: unknown): string {
  if (isName(name) && !isReserved(name.toLowerCase())) return name
  throw notSafe()
}

/** Whether this is an address for the contact of an issuer, at most 255 characters. */
export function isContact(text: string): boolean {
  return text.length <= longestContact && addressPattern.test(text)
}

/** Whether this is an address for a user, at most 128 characters. */
export function isEmail(text: string): boolean {
  return text.length <= longestEmail && addressPattern.test(text)
}

/** @throws Refusal 400 in go-tiny-mfa's words, which print the number as Go does */
export function checkedLength(length: number): number {
  if (Number.isInteger(length) && length >= 5 && length <= 8) return length
  throw new Refusal(400, `${length.toFixed(6)} is not a valid length for a token. try something between 5-8`)
}
