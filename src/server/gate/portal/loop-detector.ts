import { parse } from 'tldts'

/** Logins of one browser to one target within this time that make a loop. */
const windowMs = 60_000
const loopAfter = 2
const maxBrowsers = 20_000

/** What is known of a login that came back at once. */
export interface LoopFacts {
  readonly scheme: string
  readonly host: string
  readonly isCookieSecure: boolean
  readonly cookieDomain: string | null
}

/** The likely cause of a login that does not stick. */
export type LoopCause = 'plain_http' | 'domain' | 'public_suffix' | 'proxy'

interface Seen {
  readonly target: string
  readonly atMs: number
}

/**
 * Notices browsers that log in, are sent back, and come again without the cookie (N4). Kept in memory: a loop
 * runs within seconds on one server.
 */
export class LoopDetector {
  readonly #logins = new Map<string, readonly Seen[]>()

  /** Notes a login that succeeded, by browser and target; a browser without our cookie cannot be told from others. */
  noteLogin(device: string | undefined, target: string, nowMs: number): void {
    if (device === undefined) return
    const recent = this.#recent(device, nowMs)
    this.#logins.delete(device)
    this.#logins.set(device, [...recent, { target, atMs: nowMs }])
    if (this.#logins.size > maxBrowsers) this.#logins.delete(this.#logins.keys().next().value ?? '')
  }

  /** Whether a browser that is back without a session has just logged in for the same target, more than once. */
  isLoop(device: string | undefined, target: string, nowMs: number): boolean {
    if (device === undefined) return false
    return this.#recent(device, nowMs).filter((login) => login.target === target).length >= loopAfter
  }

  /** Forgets a browser that logged out: it comes back without the cookie because it was asked to. */
  forget(device: string | undefined): void {
    if (device !== undefined) this.#logins.delete(device)
  }

  #recent(device: string, nowMs: number): readonly Seen[] {
    return (this.#logins.get(device) ?? []).filter(({ atMs }) => Math.abs(nowMs - atMs) < windowMs)
  }
}

/** The likely causes of a loop, the likeliest first. */
export function loopCauses({ scheme, host, isCookieSecure, cookieDomain }: LoopFacts): readonly LoopCause[] {
  const causes: LoopCause[] = []
  if (isCookieSecure && scheme === 'http') causes.push('plain_http')
  if (cookieDomain !== null && host !== cookieDomain && !host.endsWith(`.${cookieDomain}`)) causes.push('domain')
  if (cookieDomain !== null && parse(cookieDomain, { allowPrivateDomains: true }).domain === null)
    causes.push('public_suffix')
  return causes.length > 0 ? causes : ['proxy']
}
