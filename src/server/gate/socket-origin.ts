import type { IncomingHttpHeaders } from 'node:http'
import { getDomain } from 'tldts'
import { canonicalHost } from './host.ts'
import type { Visit } from './visit.ts'

/**
 * Whether a websocket is opened from a page of another site. Browsers send cookies along with such a handshake and
 * ask nobody, so a page anywhere could talk to the app as its visitor (P34).
 *
 * A handshake without Origin counts as foreign: browsers always send one (RFC 6455 section 4.1). Not every proxy
 * passes `Upgrade` on to a check, but the version of the protocol reaches it.
 */
export function isForeignSocket(headers: IncomingHttpHeaders, visit: Pick<Visit, 'scheme' | 'host'>): boolean {
  const isHandshake = headers.upgrade?.toLowerCase() === 'websocket' || headers['sec-websocket-version'] !== undefined
  return isHandshake && !isSameSite(headers.origin, visit)
}

function isSameSite(origin: string | undefined, { scheme, host }: Pick<Visit, 'scheme' | 'host'>): boolean {
  const page = origin === undefined ? null : URL.parse(origin)
  const pageHost = page === null ? null : canonicalHost(page.hostname)
  if (page === null || pageHost === null || !/^https?:$/.test(page.protocol)) return false
  // A page over plain HTTP may be anybody's on the way.
  if (scheme === 'https' && page.protocol === 'http:') return false
  return pageHost === host || (siteOf(pageHost) !== null && siteOf(pageHost) === siteOf(host))
}

function siteOf(host: string): string | null {
  return getDomain(host, { allowPrivateDomains: true })
}
