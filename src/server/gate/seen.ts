import type { IncomingMessage } from 'node:http'
import { domainOf, loginReach } from './cookie-area.ts'
import type { PortalDomain } from './portal-domain.ts'
import type { GateSettings } from './settings.ts'

/** Marks a request of `watchword gate doctor`: only then a refusal tells what the check saw. */
export const doctorHeader = 'x-watchword-doctor'
/** The address a marked request claims to come from (RFC 5737); no visitor has it. */
export const doctorAddress = '203.0.113.77'

/** What a check saw of a marked request. Nothing of it is secret: the asker could measure or guess each. */
export interface SeenByCheck {
  readonly httpVersion: string
  /** The proxy opens a connection for every check. */
  readonly closes: boolean
  /** The visitor's body was announced to the check. */
  readonly hasBody: boolean
  /** The visitor was taken to come from {@link doctorAddress}, because the request said so. */
  readonly believesAddress: boolean
  /** Domain of the cookie a login would set; null when it stays with the portal's host. */
  readonly cookieDomain: string | null
  readonly isCookieSecure: boolean
  readonly nowMs: number
}

/** What is to be told of one check. */
export interface Seeing {
  readonly request: IncomingMessage
  readonly visitorAddress: string | null
  readonly settings: Pick<GateSettings, 'cookieArea' | 'isCookieSecure'>
  readonly portals: readonly PortalDomain[]
  readonly portalOrigin: string
  readonly nowMs: number
}

/** The login's address with what the check saw behind it, the one way that leads through every proxy. */
export function withSeen(login: string, seeing: Seeing): string {
  const { request, visitorAddress, settings, portals, portalOrigin, nowMs } = seeing
  const { headers, httpVersion } = request
  const reach = loginReach(settings.cookieArea, portals, new URL(portalOrigin).hostname, portalOrigin)
  const facts = new URLSearchParams({
    http: httpVersion,
    closes: flag(/\bclose\b/i.test(headers.connection ?? '') || httpVersion === '1.0'),
    body: flag(Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined),
    forged: flag(visitorAddress === doctorAddress),
    domain: domainOf(reach) ?? '',
    secure: flag(settings.isCookieSecure),
    now: String(nowMs),
  })
  return `${login}&seen=${encodeURIComponent(facts.toString())}`
}

/** Reads it back; null when there is nothing. */
export function readSeen(location: URL): SeenByCheck | null {
  const text = location.searchParams.get('seen')
  if (text === null) return null
  const facts = new URLSearchParams(text)
  return {
    httpVersion: facts.get('http') ?? '',
    closes: facts.get('closes') === '1',
    hasBody: facts.get('body') === '1',
    believesAddress: facts.get('forged') === '1',
    cookieDomain: facts.get('domain') || null,
    isCookieSecure: facts.get('secure') === '1',
    nowMs: Number(facts.get('now')),
  }
}

function flag(holds: boolean): '0' | '1' {
  return holds ? '1' : '0'
}
