import type { IncomingMessage } from 'node:http'
import type { Access } from '../access/access.ts'
import type { KnownPerson } from '../access/people/directory.ts'
import type { LiveSession } from '../access/sessions/sessions.ts'
import { isGateToken } from '../access/tokens/scopes.ts'
import type { GateLimits } from '../access/tokens/store.ts'
import type { OpenToken } from '../access/tokens/tokens.ts'
import { bodiless, type HeaderList } from './check-answer.ts'
import { gateCookieValues } from './gate-cookie.ts'
import { gateToken } from './gate-token.ts'
import { identityHeaders, serviceIdentity } from './identity.ts'
import type { Pass } from './judgement.ts'
import { openTokenLimits, type TokenLimits } from './token-limits.ts'

/** Beside a pass by token: proxies keep it from the app, and Envoy has a header of its own for that. */
const byToken: HeaderList = ['X-Watchword-Pass', 'token', 'X-Envoy-Auth-Headers-To-Remove', 'authorization']

/** A pass with the headers its identity makes. */
export interface Found {
  readonly pass: Pass
  readonly headers: HeaderList
}

/** What a pass is found with. */
export interface PassFinderParts {
  readonly access: Pick<Access, 'sessions' | 'tokens'>
  readonly cookieName: string
  readonly noteTokenUse: (tokenId: string) => void
}

/** Finds who a check's request speaks for: by gate token, else by cookie. At once where memory knows. */
export class PassFinder {
  readonly #parts: PassFinderParts
  // Kept as long as the person's entry in the directory lives.
  readonly #headersOf = new WeakMap<KnownPerson, HeaderList>()
  readonly #limitsOf = new WeakMap<GateLimits, TokenLimits>()

  constructor(parts: PassFinderParts) {
    this.#parts = parts
  }

  /** By gate token, where one is shown, else by session. */
  find(request: IncomingMessage): Found | null | Promise<Found | null> {
    const { authorization } = request.headers
    const text = authorization === undefined ? null : gateToken(authorization)
    if (text === null) return this.findSession(request)
    const opened = this.#parts.access.tokens.open(text)
    return opened instanceof Promise
      ? opened.then((open) => this.#ofToken(open, request))
      : this.#ofToken(opened, request)
  }

  /** By session alone; of two cookies of our name the one that lives counts (P30). */
  findSession(request: IncomingMessage): Found | null | Promise<Found | null> {
    const { cookie } = request.headers
    return cookie === undefined ? null : this.#tryNext(gateCookieValues(cookie, this.#parts.cookieName), 0)
  }

  #tryNext(values: readonly string[], index: number): Found | null | Promise<Found | null> {
    const value = values[index]
    if (value === undefined) return null
    const { sessions } = this.#parts.access
    const live = sessions.look(sessions.keyOf(value))
    if (live instanceof Promise) return live.then((found) => this.#ofSession(found) ?? this.#tryNext(values, index + 1))
    return this.#ofSession(live) ?? this.#tryNext(values, index + 1)
  }

  #ofSession(live: LiveSession | null): Found | null {
    if (live === null || live.session.kind !== 'gate') return null
    return { pass: passOf(live), headers: this.#headers(live.person) }
  }

  #ofToken(open: OpenToken | null, request: IncomingMessage): Found | null | Promise<Found | null> {
    if (open === null || !isGateToken(open.token)) return this.findSession(request)
    const { token, person } = open
    this.#parts.noteTokenUse(token.id)
    return {
      pass: {
        username: person?.username ?? null,
        groups: person?.groupNames ?? [],
        factors: 'one',
        authenticatedAtMs: token.createdAtMs,
        limits: this.#limits(token.gateLimits),
      },
      headers: [...(person === null ? passHeaders(serviceIdentity(token.name)) : this.#headers(person)), ...byToken],
    }
  }

  #limits(limits: GateLimits): TokenLimits {
    const known = this.#limitsOf.get(limits)
    if (known !== undefined) return known
    const opened = openTokenLimits(limits)
    this.#limitsOf.set(limits, opened)
    return opened
  }

  #headers(person: KnownPerson): HeaderList {
    const known = this.#headersOf.get(person)
    if (known !== undefined) return known
    const made = passHeaders({ ...person, groups: person.groupNames })
    this.#headersOf.set(person, made)
    return made
  }
}

/** Whom a session vouches for. */
export function passOf({ session, person }: LiveSession): Pass {
  return {
    username: person.username,
    groups: person.groupNames,
    factors: session.factors,
    authenticatedAtMs: session.authenticatedAtMs,
    limits: null,
  }
}

/** The headers of a 2xx that names somebody, or nobody. */
export function passHeaders(identity: Parameters<typeof identityHeaders>[0]): HeaderList {
  return bodiless(Object.entries(identityHeaders(identity)).flat())
}
