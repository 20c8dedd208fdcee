import { randomBytes } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../../access/access.ts'
import type { Core } from '../../audit/core.ts'
import { cookieReach, domainOf } from '../cookie-area.ts'
import type { Gate } from '../gate.ts'
import { clearCookieTexts, type CookieShape, setCookieText } from '../gate-cookie.ts'
import { hostOf } from '../host.ts'
import { returnTarget } from '../return-target.ts'
import type { AddressLimit } from './address-limit.ts'
import { formToken } from './form-token.ts'
import type { LoopDetector } from './loop-detector.ts'
import { type Dress, portalPolicy } from './page.ts'
import { textsFor } from './texts.ts'

/** What the portal's routes share. */
export interface PortalContext {
  readonly core: Core
  readonly access: Access
  readonly gate: Gate
  readonly limit: AddressLimit
  readonly loops: LoopDetector
  readonly formKey: Uint8Array
}

const formCookie = 'watchword_form'

/** How pages look to this visitor. */
export function dressFor({ gate }: PortalContext, request: FastifyRequest): Dress {
  return { theme: gate.settings.theme, ...textsFor(request.headers['accept-language']) }
}

/** Sends a page; never kept by anybody, never framed (P32, P40). */
export function sendPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply
    .code(status)
    .headers({ 'content-security-policy': portalPolicy, 'cache-control': 'no-store', vary: 'Cookie, Accept-Language' })
    .type('text/html; charset=utf-8')
    .send(page)
}

/** The token for a form of this browser, whose form cookie is set when it has none. */
export function issueFormToken(
  { core, gate, formKey }: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  const known = browserToken(request)
  const token = known ?? randomBytes(18).toString('base64url')
  if (known === undefined) {
    const secure = gate.settings.isCookieSecure && isHttps(request)
    reply.header('set-cookie', `${formCookie}=${token}; Path=/auth/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`)
  }
  return formToken(formKey, token, core.services.clock.nowMs())
}

/** The browser's form cookie. */
export function browserToken(request: FastifyRequest): string | undefined {
  const value = request.cookies[formCookie]
  return value !== undefined && /^[\w-]{24}$/.test(value) ? value : undefined
}

function isHttps(request: FastifyRequest): boolean {
  return request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https'
}

/** The host the visitor sees: of the POST's Origin where there is one, for some proxies forward no Host. */
export function visibleHost(request: FastifyRequest): string {
  const origin = URL.parse(request.headers.origin ?? '')
  const place = hostOf(origin?.host ?? request.headers.host ?? '', origin?.protocol === 'https:' ? 'https' : 'http')
  return place?.host ?? ''
}

/** The cookie of a login made by this request; null when the Origin is not one we serve. */
export function cookieShape({ gate }: PortalContext, request: FastifyRequest): CookieShape | null {
  const { cookieArea, cookieName, isCookieSecure } = gate.settings
  const reach = cookieReach(cookieArea, visibleHost(request), request.headers.origin)
  if (reach.kind === 'nowhere') return null
  return { name: cookieName, isSecure: isCookieSecure, domain: domainOf(reach), isBare: cookieName === 'token' }
}

/** Adds cookies to an answer without losing those it has. */
export function addCookies(reply: FastifyReply, texts: readonly string[]): void {
  const present = reply.getHeader('set-cookie')
  const kept = present === undefined ? [] : Array.isArray(present) ? present : [String(present)]
  reply.header('set-cookie', [...kept, ...texts])
}

/** Sets the gate's cookie; without `maxAgeMs` it ends with the browser. */
export function setGateCookie(reply: FastifyReply, shape: CookieShape, token: string, maxAgeMs: number | null): void {
  addCookies(reply, [setCookieText(shape, token, maxAgeMs === null ? undefined : Math.floor(maxAgeMs / 1000))])
}

/** Takes every variant of the gate's cookie away (P31). */
export function clearGateCookies({ gate }: PortalContext, request: FastifyRequest, reply: FastifyReply): void {
  const { cookieArea, cookieName, isCookieSecure } = gate.settings
  const host = visibleHost(request)
  const parents = host
    .split('.')
    .map((_label, index, labels) => labels.slice(index).join('.'))
    .filter((name) => name.includes('.'))
  const domains = cookieArea.kind === 'currentdomain' ? [] : cookieArea.kind === 'fixed' ? [cookieArea.domain] : parents
  addCookies(reply, clearCookieTexts(cookieName, isCookieSecure, domains))
}

/**
 * A safe `Location` for a wish: a path stays a path, for the portal may not know its own outside name; an
 * address must lie in a domain the login is for. Anything else leads to `/`.
 */
export function safeLocation(context: PortalContext, request: FastifyRequest, wish: string): string {
  const { origin } = context.access.outside(request)
  if (wish.startsWith('/')) {
    const url = URL.parse(returnTarget(wish, { portalOrigin: origin, domains: [] }) ?? '')
    return url === null ? '/' : url.pathname + url.search + url.hash
  }
  return returnTarget(wish, { portalOrigin: origin, domains: sharedDomains(context, request) }) ?? '/'
}

function sharedDomains({ gate }: PortalContext, request: FastifyRequest): string[] {
  const { cookieArea } = gate.settings
  const named = gate.rules.current?.domains.map(({ domain }) => domain) ?? []
  if (cookieArea.kind === 'fixed') return [...named, cookieArea.domain]
  if (cookieArea.kind === 'currentdomain') return [...named]
  const own = domainOf(cookieReach(cookieArea, '', request.headers.origin))
  return own === null ? named : [...named, own]
}
