import { parse } from 'tldts'

/** Logins to one target within this time that make a loop. */
const windowMs = 60_000
const loopAfter = 2
const maxVisitors = 20_000

/** What is known of a login that came back at once. */
export interface LoopFacts {
  readonly scheme: string
  readonly host: string
  readonly isCookieSecure: boolean
  readonly cookieDomain: string | null
}

/** The likely cause of a login that does not stick. */
export type LoopCause = 'plain_http' | 'domain' | 'public_suffix' | 'proxy'

/**
 * Notices browsers that log in, are sent back, and come again without the cookie (N4). Kept in memory: a loop
 * runs within seconds on one server.
 */
export class LoopDetector {
  readonly #logins = new Map<string, number[]>()

  /** Notes a login that succeeded, by visitor and target. */
  noteLogin(visitor: string, target: string, nowMs: number): void {
    const key = `${visitor} ${target}`
    const recent = this.#recent(key, nowMs)
    this.#logins.delete(key)
    this.#logins.set(key, [...recent, nowMs])
    if (this.#logins.size > maxVisitors) this.#logins.delete(this.#logins.keys().next().value ?? '')
  }

  /** Whether a visitor who is back at the login without a session has just logged in for the same target. */
  isLoop(visitor: string, target: string, nowMs: number): boolean {
    return this.#recent(`${visitor} ${target}`, nowMs).length >= loopAfter
  }

  #recent(key: string, nowMs: number): number[] {
    return (this.#logins.get(key) ?? []).filter((atMs) => nowMs - atMs < windowMs)
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
