import type { IncomingHttpHeaders } from 'node:http'
import type { Judgement } from './judgement.ts'
import type { ProxyFamily } from './proxy-family.ts'
import { type Visit, visitUrl } from './visit.ts'

/** Status, headers and body of a check's answer. Bodies are empty wherever nginx reads them, or it drops the connection. */
export interface CheckAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** On every answer of the gate: nothing is ever kept by anybody in between (P32). */
export const uncached = { 'Cache-Control': 'no-store', Vary: 'Cookie, Authorization' } as const

/**
 * The answer to a check that did not pass.
 *
 * nginx knows 2xx, 401 and 403 alone, so its family hears 401 with the login in `Location`; the others are
 * redirected as browsers expect, 303 where the method was not a read (B10). Programs hear 401 with the login's
 * address and are never redirected.
 *
 * @param loginUrl - absolute, already carrying the way back
 */
export function refusal(
  family: ProxyFamily,
  judgement: Judgement,
  visit: Visit,
  seen: IncomingHttpHeaders,
  loginUrl: string,
  redirect: 'auto' | 'never',
): CheckAnswer {
  if (judgement.outcome === 'forbidden') return { status: 403, headers: uncached, body: '' }
  const isBrowser = redirect === 'auto' && isNavigation(seen)
  if (isBrowser && family === 'nginx') return { status: 401, headers: { ...uncached, Location: loginUrl }, body: '' }
  if (isBrowser) {
    const isRead = visit.method === 'GET' || visit.method === 'HEAD'
    return { status: isRead ? 302 : 303, headers: { ...uncached, Location: loginUrl }, body: '' }
  }
  const headers = { ...uncached, 'WWW-Authenticate': 'Bearer realm="watchword"', 'X-Watchword-Login': loginUrl }
  if (family === 'nginx') return { status: 401, headers, body: '' }
  return {
    status: 401,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify({ login: loginUrl }),
  }
}

/** Whether a browser asks for a page, and not a script for data (B9). */
export function isNavigation(headers: IncomingHttpHeaders): boolean {
  const mode = headers['sec-fetch-mode']
  if (mode !== undefined) return mode === 'navigate'
  if (headers['x-requested-with'] !== undefined || headers.upgrade !== undefined) return false
  return (headers.accept ?? '').includes('text/html')
}

/** The login's address with the way back, percent-encoded because no proxy does it (P9, nginx cannot). */
export function loginUrl(portalOrigin: string, visit: Visit, outcome: Judgement['outcome']): string {
  const again = outcome === 'step_up' ? '&again=1' : ''
  return `${portalOrigin}/auth/login?rd=${encodeURIComponent(visitUrl(visit))}${again}`
}
