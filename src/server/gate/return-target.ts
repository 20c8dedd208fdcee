import { hostOf } from './host.ts'

/** Where a login may send its visitor back to. */
export interface ReturnRule {
  /** The portal's own origin, e.g. `https://auth.example.com`. */
  readonly portalOrigin: string
  /** Domains whose hosts share a login with the portal; each also covers its subdomains. */
  readonly domains: readonly string[]
}

/**
 * The address a visitor returns to after logging in, re-serialised from its parsed parts, or null when the
 * wish leads elsewhere (P9). A path alone leads to the portal's own host.
 */
export function returnTarget(wish: string, rule: ReturnRule): string | null {
  if (wish.length === 0 || wish.length > 8192 || /[^\x21-\x7e]/.test(wish) || wish.includes('\\')) return null
  const url = URL.parse(wish, rule.portalOrigin)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null
  // What looks like a path to us may be a host to another parser.
  if (url.pathname.startsWith('//') || (wish.startsWith('/') && url.origin !== rule.portalOrigin)) return null
  if (!wish.startsWith('/') && !/^https?:\/\/[^/]/i.test(wish)) return null
  return isAllowed(url, rule) ? url.href : null
}

function isAllowed(url: URL, rule: ReturnRule): boolean {
  if (url.origin === rule.portalOrigin) return true
  const portal = URL.parse(rule.portalOrigin)
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  const place = hostOf(url.host, scheme)
  if (portal === null || place === null || url.host.endsWith('.') || url.protocol !== portal.protocol) return false
  if (place.port !== portal.port) return false
  return rule.domains.some((domain) => place.host === domain || place.host.endsWith(`.${domain}`))
}

/** Everything after `orig_path=`: nginx cannot encode, so the rest of the query belongs to it (simpleotp). */
export function originalPath(rawQuery: string): string | null {
  const at = rawQuery.indexOf('orig_path=')
  if (at < 0 || (at > 0 && rawQuery[at - 1] !== '&')) return null
  const path = rawQuery.slice(at + 'orig_path='.length)
  if (!/^%2f/i.test(path)) return path
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}
