import { parse } from 'tldts'
import { canonicalHost } from './host.ts'

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
  if (domain === null || registrableDomain(domain) === null) return null
  return { kind: 'fixed', domain }
}

/**
 * The Domain attribute of the cookie set at a login, or null for a host-only cookie.
 *
 * `origindomain` takes the registrable domain of the POST's Origin, never a public suffix, an address or a
 * single label (P29, T68); with an allow-list an Origin outside it gets no cookie at all.
 *
 * @param origin - the Origin header of the login's POST
 */
export function cookieDomain(area: CookieArea, host: string, origin: string | undefined): string | null | 'no_cookie' {
  switch (area.kind) {
    case 'currentdomain':
      return null
    case 'fixed':
      return host === area.domain || host.endsWith(`.${area.domain}`) || !host.includes('.') ? area.domain : null
    case 'origindomain':
      return originDomain(area.allowed, origin)
  }
}

function originDomain(allowed: readonly string[], origin: string | undefined): string | null | 'no_cookie' {
  const url = origin === undefined || origin === 'null' ? null : URL.parse(origin)
  const host = url === null ? null : canonicalHost(url.hostname)
  if (allowed.length > 0) {
    const domain = host === null ? undefined : allowed.find((name) => host === name || host.endsWith(`.${name}`))
    return domain ?? 'no_cookie'
  }
  return host === null ? null : registrableDomain(host)
}

// Below a private suffix (duckdns.org) every name is somebody else's: no domain is shared there.
function registrableDomain(host: string): string | null {
  const { domain, isPrivate } = parse(host, { allowPrivateDomains: true, validateHostname: false })
  return isPrivate === true ? null : domain
}
