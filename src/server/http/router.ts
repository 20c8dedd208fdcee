import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Answer, Endpoint, Input } from '../../api/endpoint.ts'
import { Failure } from '../../errors/failure.ts'
import type { Actor } from './actor.ts'
import { checkInput } from './validation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever asks; set by the chain before any handler runs. */
    actor: Actor
    /** The client's address, proxies taken into account. */
    address: string
  }
}

/** What a handler is given: the checked input, who asks, and the raw pair for the rare case that needs it. */
export type Call<E extends Endpoint> = Input<E> & {
  readonly actor: Actor
  readonly address: string
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export type Handler<E extends Endpoint> = (call: Call<E>) => Promise<Answer<E>> | Answer<E>

export interface RouteOptions {
  /** Bytes; 64 KiB unless a route takes files. */
  readonly bodyLimit?: number
}

/** Puts endpoints of the contract at their addresses. */
export interface Router {
  route<E extends Endpoint>(endpoint: E, handler: Handler<E>, options?: RouteOptions): void
  /** Calls a listener when the server begins to stop: whoever streams or waits ends it then. */
  whenStopping(listener: () => void): void
}

/**
 * Routes endpoints of `src/api` on a Fastify instance: input is checked against the contract's schemas,
 * the handler's answer becomes the JSON body. An endpoint with `media` writes its own reply.
 */
export function createRouter(app: FastifyInstance): Router {
  return {
    whenStopping: (listener) => void app.addHook('preClose', async () => listener()),
    route(endpoint, handler, options = {}) {
      const check = checkInput(endpoint)
      app.route({
        method: endpoint.method,
        url: endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1'),
        ...(options.bodyLimit === undefined ? {} : { bodyLimit: options.bodyLimit }),
        handler: async (request, reply) => {
          const { actor, address } = request
          if (actor.kind === 'stranger' && !endpoint.isOpen) throw new Failure('login_needed')
          const input = check(request)
          reply.code(endpoint.status)
          const answer = await handler({ ...input, actor, address, request, reply })
          // What writes its own reply may still be streaming it.
          if (endpoint.media !== undefined) return reply
          return endpoint.status === 204 ? reply.send() : answer
        },
      })
    },
  }
}
