import type { FastifyRequest } from 'fastify'
import { tokenKey } from '../../access/token-key.ts'
import type { LiveSession, Sessions } from '../../access/sessions/sessions.ts'
import { gateCookieValues } from '../gate-cookie.ts'
import { originalPath } from '../return-target.ts'

/** A living gate session and the cookie that shows it. */
export interface SignedIn extends LiveSession {
  readonly token: string
}

/** The gate session of a request, of several cookies of our name the first that lives; null for strangers. */
export async function signedIn(
  sessions: Sessions,
  request: FastifyRequest,
  cookieName: string,
): Promise<SignedIn | null> {
  const [first] = await everySignedIn(sessions, request, cookieName)
  return first ?? null
}

/** Every living gate session among a request's cookies of our name. */
export async function everySignedIn(
  sessions: Sessions,
  request: FastifyRequest,
  cookieName: string,
): Promise<SignedIn[]> {
  const found: SignedIn[] = []
  for (const token of gateCookieValues(request.headers.cookie, cookieName)) {
    const live = await sessions.look(tokenKey(token))
    if (live !== null && live.session.kind === 'gate') found.push({ ...live, token })
  }
  return found
}

/** The hashes of every cookie of our name, whatever opens them: a login or a logout ends them all (P7, P31). */
export function shownTokenHashes(request: FastifyRequest, cookieName: string): string[] {
  return gateCookieValues(request.headers.cookie, cookieName).map(tokenKey)
}

/** Where a visitor wants to go: `rd`, or `orig_path` to the end of the query, of this URL or of the Referer's. */
export function wishedTarget(request: FastifyRequest): string {
  const query = request.raw.url?.split('?').slice(1).join('?') ?? ''
  return wishIn(query) ?? wishIn(URL.parse(request.headers.referer ?? '')?.search.slice(1) ?? '') ?? '/'
}

function wishIn(query: string): string | null {
  const path = originalPath(query)
  return path ?? new URLSearchParams(query).get('rd')
}
