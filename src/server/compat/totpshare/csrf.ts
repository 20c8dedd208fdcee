import type { FastifyRequest } from 'fastify'
import { Failure } from '../../../errors/failure.ts'
import { csrfTokenOf, isCsrfToken } from '../../access/csrf.ts'

/**
 * totpshare's rule: a change made by cookie carries the session's token in the form's `csrf_token` or in the header
 * `X-CSRFToken`. Who comes with an access token has no cookie another site could make use of.
 *
 * @throws {@link Failure} `totpshare_csrf_missing`
 */
export function requireCsrfToken(request: FastifyRequest): void {
  const session = request.consoleToken
  if (session === undefined) return
  const { body } = request
  const field = typeof body === 'object' && body !== null && 'csrf_token' in body ? body.csrf_token : undefined
  const given = request.headers['x-csrftoken'] ?? request.headers['x-csrf-token'] ?? field
  if (typeof given !== 'string' || !isCsrfToken(session, given)) throw new Failure('totpshare_csrf_missing')
}

/** The tag pages carry the token in, where totpshare's scripts look for it. */
export function csrfMetaTag(request: FastifyRequest): string {
  // Base64url: nothing in it needs escaping.
  return request.consoleToken === undefined
    ? ''
    : `<meta name="csrf-token" content="${csrfTokenOf(request.consoleToken)}">`
}
