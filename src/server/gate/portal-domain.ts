import { isShared } from './cookie-area.ts'
import { canonicalHost } from './host.ts'
import type { DomainEntry } from './rules-shape.ts'

/** A domain whose apps share one login, and where its portal stands. */
export interface PortalDomain {
  readonly domain: string
  readonly portalUrl: string
}

/**
 * Reads a domain and its portal.
 *
 * @param others - the domains that stand before it in the file
 * @param complain - hears what is wrong
 * @returns null when something is
 */
export function compileDomain(
  entry: DomainEntry,
  others: readonly PortalDomain[],
  complain: (reason: string) => void,
): PortalDomain | null {
  const domain = canonicalHost(entry.domain)
  const url = URL.parse(entry.portal)
  const faults = [domainFault(entry, domain), portalFault(entry.portal, url)].filter((fault) => fault !== null)
  if (faults.length === 0 && domain !== null && url !== null) {
    const fault = pairFault({ domain, portalUrl: url.origin }, others)
    if (fault === null) return { domain, portalUrl: url.origin }
    faults.push(fault)
  }
  for (const fault of faults) complain(fault)
  return null
}

function domainFault({ domain: written }: DomainEntry, domain: string | null): string | null {
  if (domain === null) return `${written} is no domain`
  return isShared(domain) ? null : `${written} is a public suffix or an address, where no cookie is shared`
}

function portalFault(written: string, url: URL | null): string | null {
  if (url === null || !/^https?:$/.test(url.protocol))
    return `${written} is no address of a portal; write it as https://auth.example.com`
  // Anything behind the host would be dropped; whoever wrote it expects the login there.
  if (url.href === `${url.origin}/`) return null
  return `the portal ${written} is more than a host, and the login always stands below /auth/ of it: write ${url.origin}`
}

function pairFault({ domain, portalUrl }: PortalDomain, others: readonly PortalDomain[]): string | null {
  const { hostname } = new URL(portalUrl)
  if (hostname !== domain && !hostname.endsWith(`.${domain}`))
    return `the portal ${portalUrl} lies outside ${domain}, so its cookie could not reach the apps`
  const twin = others.find((other) => other.domain === domain)
  if (twin !== undefined) return `${domain} has a portal already, ${twin.portalUrl}: keep one of the two`
  // A login there makes one cookie, and its reach would be that of whichever stands first.
  const owner = others.find((other) => new URL(other.portalUrl).hostname === hostname)
  if (owner === undefined) return null
  return `${hostname} is the portal of ${owner.domain} already: give ${domain} a portal of its own, or leave it out`
}
