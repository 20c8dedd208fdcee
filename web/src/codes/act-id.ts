/**
 * A name for one act, so that a request sent twice is not a second act.
 *
 * Not `crypto.randomUUID`, which plain HTTP has not.
 */
export function newActId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
