import { type Remark, remark } from '../errors/remarks.ts'

/** Who an account belongs to, read from label and issuer parameter together. */
export interface Label {
  readonly issuer: string
  readonly name: string
  readonly tags: readonly string[]
  readonly warnings: readonly Remark[]
}

/**
 * Settles issuer and name, which a URI may say twice and differently.
 *
 * The issuer parameter wins. A label prefix that says something else (Microsoft sends the tenant
 * there) is kept as a tag, because it tells accounts apart.
 *
 * @param label - already percent-decoded
 * @param parameter - the issuer parameter, undefined when absent
 */
export function readLabel(label: string, parameter: string | undefined): Label {
  const whole = label.trim()
  const issuer = parameter?.trim()
  if (issuer === '') return plain('', whole)
  const colon = whole.indexOf(':')
  if (issuer === undefined) {
    return colon <= 0 ? plain('', whole) : plain(whole.slice(0, colon).trim(), whole.slice(colon + 1).trim())
  }
  const stripped = withoutPrefix(whole, issuer)
  if (stripped !== null) return plain(issuer, stripped)
  if (colon <= 0) return plain(issuer, whole)
  return besideIssuer(issuer, whole.slice(0, colon).trim(), whole.slice(colon + 1).trim())
}

/** The label behind `<issuer>:`, which may itself hold colons; null when it starts otherwise. */
function withoutPrefix(label: string, issuer: string): string | null {
  const start = label.slice(0, issuer.length + 1)
  return fold(start) === fold(`${issuer}:`) ? label.slice(issuer.length + 1).trim() : null
}

function besideIssuer(issuer: string, prefix: string, name: string): Label {
  if (fold(prefix) === fold(issuer)) return plain(issuer, name)
  return { issuer, name, tags: [prefix], warnings: [remark('uri_issuer_differs', { prefix, issuer })] }
}

function plain(issuer: string, name: string): Label {
  return { issuer, name, tags: [], warnings: [] }
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
