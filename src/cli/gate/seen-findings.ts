import type { SeenByCheck } from '../../server/gate/seen.ts'
import { finding, type ProbeFinding } from './finding.ts'

const clockToleranceMs = 5000

/** What the check told of two marked requests, one of them with a large body. */
export interface Told {
  readonly plain: SeenByCheck
  readonly posted: SeenByCheck | null
  readonly visited: URL
  readonly portal: URL
  readonly nowMs: number
}

/** Judges what only the check itself can see. */
export function seenFindings({ plain, posted, visited, portal, nowMs }: Told): ProbeFinding[] {
  return [
    bodyFinding(posted),
    finding(
      'connections',
      !plain.closes,
      'The proxy keeps its connections to Watchword open.',
      `The proxy opens a connection for every check (HTTP/${plain.httpVersion}, close). In nginx: an upstream with "keepalive", "proxy_http_version 1.1" and an empty Connection header.`,
      'warning',
    ),
    finding(
      'forged visitor address',
      !plain.believesAddress,
      'Watchword takes nobody’s word for a visitor’s address.',
      'A visitor can say where it comes from: the proxy passes its X-Forwarded-For on, so networks in rules and limits by address are worth nothing. Set the header to the address the proxy sees.',
    ),
    cookieFinding(plain, visited, portal),
    clockFinding(plain.nowMs, nowMs),
  ]
}

function bodyFinding(posted: SeenByCheck | null): ProbeFinding {
  const check = 'body off'
  if (posted === null)
    return { level: 'warning', check, message: 'A large POST is not led to the login, so its check could not be seen.' }
  return finding(
    check,
    !posted.hasBody,
    'A check is asked without the visitor’s body.',
    'A check is told of a body. In nginx: "proxy_pass_request_body off" and an empty Content-Length in the location of the check.',
    'warning',
  )
}

function cookieFinding({ cookieDomain, isCookieSecure }: SeenByCheck, visited: URL, portal: URL): ProbeFinding {
  const check = 'cookie'
  const fault = (message: string): ProbeFinding => ({ level: 'error', check, message })
  if (isCookieSecure && visited.protocol === 'http:' && !isLoopback(visited.hostname))
    return fault(
      'The cookie is Secure and this address is plain HTTP: browsers drop it, and the login goes round in circles. Use HTTPS, or WATCHWORD_GATE_COOKIE_SECURE=false for a trial.',
    )
  if (cookieDomain === null)
    return finding(
      check,
      portal.hostname === visited.hostname,
      `The cookie stays with ${visited.hostname}.`,
      `The login stands on ${portal.hostname} and its cookie stays there: ${visited.hostname} never gets it. Set WATCHWORD_GATE_COOKIE_AREA to a domain that covers both.`,
    )
  return finding(
    check,
    covers(cookieDomain, visited.hostname) && covers(cookieDomain, portal.hostname),
    `The cookie reaches every host of ${cookieDomain}.`,
    `The cookie is for ${cookieDomain}, which does not cover ${visited.hostname}: the login goes round in circles. Set WATCHWORD_GATE_COOKIE_AREA.`,
  )
}

function covers(domain: string, host: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}

// Browsers take secure cookies from these over plain HTTP.
function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '127.0.0.1' || host === '[::1]'
}

function clockFinding(toldMs: number, nowMs: number): ProbeFinding {
  const apartSeconds = Math.round(Math.abs(toldMs - nowMs) / 1000)
  return finding(
    'clock',
    apartSeconds * 1000 <= clockToleranceMs,
    'Watchword’s clock and this one agree.',
    `Watchword’s clock and this one are ${apartSeconds} s apart: codes will be refused. Let both take their time from the network.`,
  )
}
