import { hostOf } from './host.ts'
import { pathReadings } from './path-readings.ts'

/** What a visitor asked of the app behind the proxy, in a form that rules can judge. */
export interface Visit {
  readonly method: string
  readonly scheme: 'http' | 'https'
  /** Lower case, IDNA, without trailing dot. */
  readonly host: string
  /** Empty for the scheme's own port. */
  readonly port: string
  /** Raw path and query as the visitor sent them, for the way back. */
  readonly target: string
  readonly readings: readonly string[]
}

/** Longest URL a visitor may ask for, in characters. */
const maxUrlLength = 8192

/**
 * A visit from its parts.
 *
 * @returns null for anything malformed: the gate answers 400 and never guesses (P10, P15)
 */
export function parseVisit(method: string, scheme: string, authority: string, rawTarget: string): Visit | null {
  const target = asciiQuery(rawTarget)
  if (target.length > maxUrlLength || !/^[\x21-\x7e]+$/.test(target)) return null
  if (scheme !== 'http' && scheme !== 'https') return null
  if (!/^[A-Za-z][A-Za-z-]{0,31}$/.test(method)) return null
  const place = hostOf(authority, scheme)
  const readings = pathReadings(target)
  if (place === null || readings === null) return null
  return { method: method.toUpperCase(), scheme, ...place, target, readings }
}

// Some clients send letters in a query as they are, and Node.js hands each byte over as a character. They are as good
// as escaped, for no rule looks there; in a path they are refused (P10).
function asciiQuery(target: string): string {
  const at = target.indexOf('?')
  if (at < 0 || !/[\x80-\xff]/.test(target)) return target
  const query = target.slice(at).replaceAll(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`)
  return target.slice(0, at) + query
}

/** A visit from an absolute URL such as nginx's `X-Original-URL`. */
export function parseVisitUrl(method: string, url: string): Visit | null {
  const match = /^(https?):\/\/([^/?#\\]+)(\/[\x21-\xff]*)?$/i.exec(url)
  if (match === null || url.length > maxUrlLength) return null
  const [, scheme = '', authority = '', target = '/'] = match
  return parseVisit(method, scheme.toLowerCase(), authority, target)
}

/** Addresses remembered at most; a page asks for the same few again and again. */
const maxRemembered = 1000
const longestRemembered = 512
const remembered = new Map<string, Visit>()

/** The same, remembered: reading an address costs a check more than anything else, and never comes out otherwise. */
export function recallVisitUrl(method: string, url: string): Visit | null {
  const known = remembered.get(url)
  if (known?.method === method) return known
  const visit = parseVisitUrl(method, url)
  if (visit === null || url.length > longestRemembered) return visit
  if (remembered.size >= maxRemembered) remembered.clear()
  remembered.set(url, visit)
  return visit
}

/** The visited URL as it goes into `rd`, re-serialised from the parsed parts. */
export function visitUrl(visit: Visit): string {
  return `${visit.scheme}://${visit.host}${visit.port === '' ? '' : `:${visit.port}`}${visit.target}`
}
