import type { CookieArea } from './cookie-area.ts'
import type { PortalDomain } from './portal-domain.ts'
import type { Visit } from './visit.ts'

/**
 * Where a visit's portal stands: the portal of the longest domain in the rules file that covers the host; the
 * outside address where the cookie's fixed domain covers both; else the visited host itself, below `/auth/`.
 */
export function portalOrigin(
  visit: Visit,
  domains: readonly PortalDomain[],
  area: CookieArea,
  publicUrl: string | null,
): string {
  const covering = domains
    .filter(({ domain }) => covers(domain, visit.host))
    .toSorted((a, b) => b.domain.length - a.domain.length)[0]
  if (covering !== undefined) return covering.portalUrl
  if (
    area.kind === 'fixed' &&
    publicUrl !== null &&
    covers(area.domain, visit.host) &&
    covers(area.domain, new URL(publicUrl).hostname)
  ) {
    return publicUrl
  }
  return `${visit.scheme}://${visit.host}${visit.port === '' ? '' : `:${visit.port}`}`
}

function covers(domain: string, host: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}
