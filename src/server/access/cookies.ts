import { stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { PublicConfig } from '../http/services.ts'
import type { Outside } from './origin.ts'

/** A cookie of ours, without the prefix that binds it to its host. */
export type CookieName = 'watchword_console' | 'watchword_sign_on'

/**
 * Whether cookies may go without `__Host-` and `Secure`: over plain HTTP to this very machine, or where the
 * operator said so. A proxy may hide TLS from us, so doubt means `__Host-`.
 */
export function mayGoPlain(outside: Outside, config: PublicConfig): boolean {
  if (outside.isHttps) return false
  return config.allowPlainHttp || (config.isLoopback && outside.isLoopback)
}

/** A browser keeps one of each name for us; each that is looked at may cost a query, and strangers could send hundreds. */
const maxLookedAt = 8

/** The first values of a cookie under the names it may have here; a cookie tossed in from elsewhere is one among them. */
export function cookieValues(request: FastifyRequest, name: CookieName, isPlain: boolean): string[] {
  const wanted = isPlain ? [`__Host-${name}`, name] : [`__Host-${name}`]
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  const values = wanted.flatMap((full) =>
    pairs.filter((pair) => pair.startsWith(`${full}=`)).map((pair) => pair.slice(full.length + 1)),
  )
  return values.slice(0, maxLookedAt)
}

/** Sets a cookie for this host alone, kept from scripts and from other sites' requests; for the browser's session. */
export function setCookie(reply: FastifyReply, name: CookieName, value: string, isPlain: boolean): void {
  const text = stringifySetCookie({ name: isPlain ? name : `__Host-${name}`, value, ...attributes(isPlain) })
  reply.header('set-cookie', text)
}

/** Takes a cookie away, under both names where both may exist. */
export function clearCookie(reply: FastifyReply, name: CookieName, isPlain: boolean): void {
  const clearing = [{ name: `__Host-${name}`, ...attributes(false) }]
  if (isPlain) clearing.push({ name, ...attributes(true) })
  for (const cookie of clearing) {
    reply.header('set-cookie', stringifySetCookie({ ...cookie, value: '', maxAge: 0, expires: new Date(0) }))
  }
}

function attributes(isPlain: boolean) {
  return { path: '/', httpOnly: true, secure: !isPlain, sameSite: 'lax' as const }
}
