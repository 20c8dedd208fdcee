import type { FastifyReply, FastifyRequest } from 'fastify'
import { Failure } from '../../../errors/failure.ts'
import type { AccessContext } from '../context.ts'
import { clearCookie, mayGoPlain, setCookie } from '../cookies.ts'
import { isSameOrigin } from '../origin.ts'

/** The browser's side of a console session. */
export interface ConsoleCookie {
  set(request: FastifyRequest, reply: FastifyReply, token: string): void
  clear(request: FastifyRequest, reply: FastifyReply): void
  /** Throws `csrf_refused` when another site's page sends the request: nobody is logged in by a stranger's page (T64). */
  refuseForeign(request: FastifyRequest): void
}

/** The console's cookie in the answers of this server: set, cleared, and refused to requests of other sites. */
export function consoleCookie(context: AccessContext): ConsoleCookie {
  const isPlain = (request: FastifyRequest) => mayGoPlain(context.outside(request), context.services.config)
  return {
    set: (request, reply, token) => setCookie(reply, 'watchword_console', token, isPlain(request)),
    clear: (request, reply) => clearCookie(reply, 'watchword_console', isPlain(request)),
    refuseForeign: (request) => {
      if (!isSameOrigin(request, context.outside(request))) throw new Failure('csrf_refused')
    },
  }
}
