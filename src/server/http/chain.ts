import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor } from './actor.ts'

/** Finds out who asks, or answers null to leave it to the next one. Throws to refuse outright. */
export type Authenticator = (request: FastifyRequest) => Promise<Actor | null> | Actor | null

declare module 'fastify' {
  interface FastifyRequest {
    /** Finds out again who asks: an answer that takes its time must not outlive the rights it began with. */
    askerNow(): Promise<Actor>
  }
}

/** Refuses a request by throwing, for example `too_many_requests`. */
export type Limiter = (request: FastifyRequest) => Promise<void> | void

/** Hears of each answer after it was sent; the audit proper is written in the transaction, not here. */
export type Observer = (request: FastifyRequest, statusCode: number, elapsedMs: number) => void

/**
 * The one chain every request of the API and the doors walks: authenticate, limit, (handler), observe.
 *
 * Rooms add links when they are set up; a plugin may add its own. Authenticators are asked in order and
 * the first that knows the caller wins; when none does, the caller is a stranger.
 */
export interface Chain {
  readonly authenticators: Authenticator[]
  readonly limiters: Limiter[]
  readonly observers: Observer[]
}

/** A chain with nobody in it; rooms add themselves before the first request. */
export function createChain(): Chain {
  return { authenticators: [], limiters: [], observers: [] }
}

/**
 * Hangs the chain into a Fastify instance. Whoever is known from memory is known at once: a promise for each link
 * would cost a verification more than its token check.
 */
export function useChain(app: FastifyInstance, chain: Chain): void {
  app.decorateRequest('askerNow', async function (this: FastifyRequest) {
    return authenticate(this, chain.authenticators, 0)
  })
  app.addHook('onRequest', (request, _reply, done) => {
    const walked = walk(request, chain)
    if (walked === undefined) done()
    // Fastify waits for a promise where there is one.
    return walked
  })
  app.addHook('onResponse', (request, reply, done) => {
    for (const observe of chain.observers) observe(request, reply.statusCode, reply.elapsedTime)
    done()
  })
}

// Undefined once everything is settled without waiting; a promise otherwise, which may be rejected.
function walk(request: FastifyRequest, chain: Chain): Promise<void> | undefined {
  const actor = authenticate(request, chain.authenticators, 0)
  if (actor instanceof Promise) {
    return actor.then((found) => {
      request.actor = found
      return limit(request, chain.limiters)
    })
  }
  request.actor = actor
  return chain.limiters.length === 0 ? undefined : limit(request, chain.limiters)
}

async function limit(request: FastifyRequest, limiters: readonly Limiter[]): Promise<void> {
  for (const refuseOrPass of limiters) await refuseOrPass(request)
}

function authenticate(
  request: FastifyRequest,
  authenticators: readonly Authenticator[],
  from: number,
): Actor | Promise<Actor> {
  for (let index = from; index < authenticators.length; index += 1) {
    const actor = authenticators[index]?.(request) ?? null
    if (actor instanceof Promise)
      return actor.then((found) => found ?? authenticate(request, authenticators, index + 1))
    if (actor !== null) return actor
  }
  return { kind: 'stranger', address: request.address }
}
