import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor } from './actor.ts'

/** Finds out who asks, or answers null to leave it to the next one. Throws to refuse outright. */
export type Authenticator = (request: FastifyRequest) => Promise<Actor | null> | Actor | null

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

export function createChain(): Chain {
  return { authenticators: [], limiters: [], observers: [] }
}

/** Hangs the chain into a Fastify instance. */
export function useChain(app: FastifyInstance, chain: Chain): void {
  app.addHook('onRequest', async (request) => {
    request.actor = await authenticate(request, chain.authenticators)
    for (const limit of chain.limiters) await limit(request)
  })
  app.addHook('onResponse', async (request, reply) => {
    for (const observe of chain.observers) observe(request, reply.statusCode, reply.elapsedTime)
  })
}

async function authenticate(request: FastifyRequest, authenticators: readonly Authenticator[]): Promise<Actor> {
  for (const ask of authenticators) {
    const actor = await ask(request)
    if (actor !== null) return actor
  }
  return { kind: 'stranger', address: request.address }
}
