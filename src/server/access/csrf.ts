import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Failure } from '../../errors/failure.ts'
import { isSameOrigin, type Outside } from './origin.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route checks the CSRF token of its form's body itself. */
    csrfInBody?: boolean
  }
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** The CSRF token of a session: derived from its cookie, which no other site can read. */
export function csrfTokenOf(sessionToken: string): string {
  return hash('sha256', `watchword csrf ${sessionToken}`, 'base64url')
}

/** Whether a given CSRF token belongs to a session, compared in constant time. */
export function isCsrfToken(sessionToken: string, given: string): boolean {
  const wanted = Buffer.from(csrfTokenOf(sessionToken))
  const bytes = Buffer.from(given)
  return bytes.length === wanted.length && timingSafeEqual(bytes, wanted)
}

/**
 * Refuses a change made by cookie that does not come from our own pages.
 *
 * @throws {@link Failure} `csrf_refused` unless the request is of our origin and carries the session's token in
 *   `X-CSRF-Token` (or `X-CSRFToken`, as totpshare's pages send it)
 */
export function refuseForgedChange(request: FastifyRequest, sessionToken: string, outside: Outside): void {
  if (safeMethods.has(request.method)) return
  if (!isSameOrigin(request, outside)) throw new Failure('csrf_refused')
  if (request.routeOptions.config.csrfInBody === true) return
  const given = request.headers['x-csrf-token'] ?? request.headers['x-csrftoken']
  if (typeof given !== 'string' || !isCsrfToken(sessionToken, given)) throw new Failure('csrf_refused')
}
