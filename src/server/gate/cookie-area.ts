import { parse } from 'tldts'
import { canonicalHost } from './host.ts'
import type { PortalDomain } from './portal-domain.ts'

/** Where the gate's cookie reaches: this host alone, a fixed domain, or the domain one logs in from. */
export type CookieArea =
  | { readonly kind: 'currentdomain' }
  | { readonly kind: 'fixed'; readonly domain: string }
  | { readonly kind: 'origindomain'; readonly allowed: readonly string[] }

/** Reads simpleotp's COOKIEARREA and our spellings of it; null for what is no domain at all. */
export function parseCookieArea(text: string, allowed: readonly string[]): CookieArea | null {
  if (text === 'currentdomain') return { kind: 'currentdomain' }
  if (text === 'origindomain') return { kind: 'origindomain', allowed }
  const domain = canonicalHost(text.replace(/^\./, ''))
  if (domain === null || !isShared(domain)) return null
  return { kind: 'fixed', domain }
}

/** How far the cookie of one login reaches; `nowhere` sets none. */
export type CookieReach =
  | { readonly kind: 'host' }
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'nowhere' }

const hostOnly: CookieReach = { kind: 'host' }

/**
 * How far the cookie reaches that a login sets.
 *
 * `origindomain` takes the registrable domain of the POST's Origin, never a public suffix, an address or a
 * single label (P29, T68); with an allow-list an Origin outside it gets no cookie at all.
 *
 * @param origin - the Origin header of the login's POST
 */
export function cookieReach(area: CookieArea, host: string, origin: string | undefined): CookieReach {
  switch (area.kind) {
    case 'currentdomain':
      return hostOnly
    case 'fixed':
      // A host without a dot is the upstream's name: the proxy forwarded no Host.
      return covers(area.domain, host) || !host.includes('.') ? { kind: 'domain', domain: area.domain } : hostOnly
    case 'origindomain':
      return originReach(area.allowed, origin)
  }
}

/** The same for a portal that the rules file names: its login is for its domain, however far others reach. */
export function loginReach(
  area: CookieArea,
  portals: readonly PortalDomain[],
  host: string,
  origin: string | undefined,
): CookieReach {
  const own = portals.find(({ portalUrl }) => new URL(portalUrl).hostname === host)
  return own === undefined ? cookieReach(area, host, origin) : { kind: 'domain', domain: own.domain }
}

/** Whether browsers share a cookie among the hosts of a domain: not below public suffixes, nor for addresses. */
export function isShared(domain: string): boolean {
  return registrableDomain(domain) !== null
}

/** The Domain attribute of a reach, null for a host-only cookie. */
export function domainOf(reach: CookieReach): string | null {
  return reach.kind === 'domain' ? reach.domain : null
}

function originReach(allowed: readonly string[], origin: string | undefined): CookieReach {
  const url = origin === undefined || origin === 'null' ? null : URL.parse(origin)
  const host = url === null ? null : canonicalHost(url.hostname)
  if (allowed.length > 0) {
    const domain = host === null ? undefined : allowed.find((name) => covers(name, host))
    return domain === undefined ? { kind: 'nowhere' } : { kind: 'domain', domain }
  }
  const domain = host === null ? null : registrableDomain(host)
  return domain === null ? hostOnly : { kind: 'domain', domain }
}

function covers(domain: string, host: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}

// Below a private suffix (duckdns.org) every name is somebody else's: no domain is shared there.
function registrableDomain(host: string): string | null {
  const { domain, isPrivate } = parse(host, { allowPrivateDomains: true, validateHostname: false })
  return isPrivate === true ? null : domain
}
