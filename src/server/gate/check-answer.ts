import type { IncomingHttpHeaders } from 'node:http'
import type { Judgement } from './judgement.ts'
import type { ProxyFamily } from './proxy-family.ts'
import { type Visit, visitUrl } from './visit.ts'

/** Names and values in turn, as Node.js writes them fastest. */
export type HeaderList = readonly string[]

/** Status, headers and body of a check's answer. Bodies are empty wherever nginx reads them, or it drops the connection. */
export interface CheckAnswer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: string
}

/** On every answer of a check: nothing is ever kept by anybody in between (P32). */
const uncached = ['Cache-Control', 'no-store']

/** Headers of an answer without a body. */
export function bodiless(headers: HeaderList = []): HeaderList {
  return [...uncached, ...headers, 'Content-Length', '0']
}

/** An answer that is a status alone. */
export function plainAnswer(status: number): CheckAnswer {
  return { status, headers: bodiless(), body: '' }
}

const forbidden = plainAnswer(403)
const bearer = 'Bearer realm="watchword"'
/** One line for both: nginx passes no more than one on. */
const basicOrBearer = `Basic realm="watchword", ${bearer}`

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
  { outcome }: Judgement,
  visit: Visit,
  seen: IncomingHttpHeaders,
  loginUrl: string,
  redirect: 'auto' | 'never',
): CheckAnswer {
  if (outcome === 'forbidden') return forbidden
  if (redirect === 'auto' && isNavigation(seen)) {
    const isRead = visit.method === 'GET' || visit.method === 'HEAD'
    const status = family === 'nginx' ? 401 : isRead ? 302 : 303
    return { status, headers: bodiless(['Location', loginUrl]), body: '' }
  }
  const challenge = ['WWW-Authenticate', isBrowser(seen) ? bearer : basicOrBearer, 'X-Watchword-Login', loginUrl]
  if (family === 'nginx') return { status: 401, headers: bodiless(challenge), body: '' }
  const body = JSON.stringify({ login: loginUrl })
  const media = ['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(body))]
  return { status: 401, headers: [...uncached, ...challenge, ...media], body }
}

/** Whether a browser asks for a page, and not a script for data (B9). */
export function isNavigation(headers: IncomingHttpHeaders): boolean {
  const mode = headers['sec-fetch-mode']
  if (mode !== undefined) return mode === 'navigate'
  if (headers['x-requested-with'] !== undefined || headers.upgrade !== undefined) return false
  return (headers.accept ?? '').includes('text/html')
}

// Asked for Basic a browser opens a box that leads nobody to the login. Over plain HTTP it sends no Sec-Fetch-Mode.
function isBrowser({ origin, ...headers }: IncomingHttpHeaders): boolean {
  const isScript = headers['sec-fetch-mode'] !== undefined || headers['x-requested-with'] !== undefined
  return isScript || origin !== undefined || (headers['user-agent'] ?? '').startsWith('Mozilla/')
}

/** The login's address with the way back, percent-encoded because no proxy does it (P9, nginx cannot). */
export function loginUrl(portalOrigin: string, visit: Visit, outcome: Judgement['outcome']): string {
  const again = outcome === 'step_up' ? '&again=1' : ''
  return `${portalOrigin}/auth/login?rd=${encodeURIComponent(visitUrl(visit))}${again}`
}
