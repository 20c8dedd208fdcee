import type { FastifyRequest } from 'fastify'
import { Failure } from '../../errors/failure.ts'
import type { Actor } from '../http/actor.ts'
import type { Authenticator } from '../http/chain.ts'
import type { PublicConfig } from '../http/services.ts'
import { cookieValues, mayGoPlain } from './cookies.ts'
import { refuseForgedChange } from './csrf.ts'
import type { Outside } from './origin.ts'
import { asActor } from './people/directory.ts'
import type { LiveSession, Sessions } from './sessions/sessions.ts'
import { tokenKey } from './token-key.ts'
import { tokenPrefix, type Tokens } from './tokens/tokens.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The console cookie that opened the door, for whoever derives its CSRF token. */
    consoleToken?: string
  }
}

/**
 * Knows callers by `Authorization: Bearer ww_…`.
 *
 * @throws {@link Failure} `token_refused`: a token that opens nothing is told so instead of passing as a stranger
 */
export function byToken(tokens: Tokens): Authenticator {
  return (request) => {
    const text = bearer(request)
    if (text === null || !text.startsWith(tokenPrefix)) return null
    const actor = tokens.identify(text, request.address)
    return actor instanceof Promise ? actor.then(orRefuse) : orRefuse(actor)
  }
}

/** The text behind `Authorization: Bearer`, or null. */
export function bearer(request: FastifyRequest): string | null {
  const header = request.headers.authorization
  if (header === undefined || header.slice(0, 7).toLowerCase() !== 'bearer ') return null
  return header.slice(7).trim()
}

function orRefuse(actor: Actor | null): Actor {
  if (actor === null) throw new Failure('token_refused')
  return actor
}

/** What the cookie's authenticator needs besides the sessions. */
export interface CookieSurroundings {
  readonly config: PublicConfig
  readonly outside: (request: FastifyRequest) => Outside
}

/**
 * Knows people by their console cookie. Of several cookies of our name the first that lives counts; a stale or
 * forged one is a stranger's and never a fault. Changes must come from our own pages.
 *
 * @throws {@link Failure} `csrf_refused`
 */
export function bySession(sessions: Sessions, { config, outside }: CookieSurroundings): Authenticator {
  return async (request) => {
    if (request.headers.cookie === undefined) return null
    const seen = outside(request)
    for (const token of cookieValues(request, 'watchword_console', mayGoPlain(seen, config))) {
      const live = await sessions.look(tokenKey(token))
      // A gate session never opens the console or the API.
      if (live === null || live.session.kind !== 'console') continue
      const actor = sessionActor(live, request.address)
      // Known before it may be refused, so that the audit can say in whose name a page of another site asked.
      request.actor = actor
      refuseForgedChange(request, token, seen)
      request.consoleToken = token
      return actor
    }
    return null
  }
}

/** Who acts in a session. */
export function sessionActor({ session, person }: LiveSession, address: string): Actor {
  return {
    ...asActor(person),
    address,
    sessionId: session.id,
    factors: session.factors,
    authenticatedAtMs: session.authenticatedAtMs,
    ...(session.passkeyAtMs === undefined ? {} : { passkeyAtMs: session.passkeyAtMs }),
    ...(session.assurance === undefined ? {} : { assurance: session.assurance }),
  }
}
