import { domainToASCII } from 'node:url'
import { isIP } from 'node:net'

/** A host and the port that is not the scheme's own. */
export interface HostAndPort {
  readonly host: string
  readonly port: string
}

/**
 * Reads `host[:port]`: lower case, IDNA, no trailing dot, no default port (P12).
 *
 * @returns null for userinfo, empty labels, bad ports and whatever else a Host header must not hold
 */
export function hostOf(authority: string, scheme: 'http' | 'https'): HostAndPort | null {
  const match = /^(\[[0-9a-f:.]+\]|[^\s:@/\\?#%[\]<>"'`{}|^,;]+)(?::(\d{1,5}))?$/i.exec(authority)
  if (match === null) return null
  const [, name = '', port = ''] = match
  const host = canonicalHost(name)
  if (host === null || Number(port) > 65_535) return null
  const isUsual = port === '' || Number(port) === (scheme === 'https' ? 443 : 80)
  return { host, port: isUsual ? '' : String(Number(port)) }
}

// Names that are their own canonical spelling: no numbers at the end that could be an address, no IDNA to look up.
const plainName = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.){0,9}[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/** The one spelling of a host name or address, or null. */
export function canonicalHost(name: string): string | null {
  if (plainName.test(name) && !name.includes('xn--')) return name.length <= 253 ? name : null
  // The URL parser writes every spelling of an IPv6 address in one way.
  if (name.startsWith('['))
    return isIP(name.slice(1, -1)) === 6 ? (URL.parse(`http://${name}`)?.hostname ?? null) : null
  const ascii = domainToASCII(name.replace(/\.$/, '')).toLowerCase()
  const labels = ascii.split('.')
  const fits =
    ascii !== '' &&
    ascii.length <= 253 &&
    labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
  return fits ? ascii : null
}
