import { randomBytes } from 'node:crypto'
import { parseCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from '../../access/access.ts'
import type { Outside } from '../../access/origin.ts'
import type { Core } from '../../audit/core.ts'
import { sourceNetwork } from '../../http/address.ts'
import { cookieReach, domainOf, isShared, loginReach } from '../cookie-area.ts'
import type { Gate } from '../gate.ts'
import { clearCookieTexts, type CookieShape, cookieValue, setCookieText } from '../gate-cookie.ts'
import { hostOf } from '../host.ts'
import { returnTarget } from '../return-target.ts'
import type { AddressLimit } from './address-limit.ts'
import { checkFormToken, formToken } from './form-token.ts'
import type { LoopDetector } from './loop-detector.ts'
import { type Dress, type FormReach, portalPolicy } from './page.ts'
import { textsFor } from './texts.ts'

/** What the portal's routes share. */
export interface PortalContext {
  readonly core: Core
  readonly access: Access
  readonly gate: Gate
  readonly limit: AddressLimit
  readonly loops: LoopDetector
  readonly formKey: Uint8Array
  /** How a request reached us by its own headers, for the portal stands on many hosts at once. */
  readonly seen: (request: FastifyRequest) => Outside
}

/** Names the browser: ties forms to it, and makes it a known device once somebody logged in there (law 5). */
const deviceCookie = 'watchword_device'
const deviceLivesSeconds = 180 * 86_400

/** How pages look to this visitor. */
export function dressFor({ gate }: PortalContext, request: FastifyRequest): Dress {
  return { theme: gate.settings.theme, ...textsFor(request.headers['accept-language']) }
}

/**
 * Sends a page; never kept by anybody, never framed (P32, P40).
 */
export function sendPage(reply: FastifyReply, status: number, page: string, form: FormReach = 'stays'): FastifyReply {
  return reply
    .code(status)
    .headers({
      'content-security-policy': portalPolicy(form),
      'cache-control': 'no-store',
      // With no-referrer browsers send "Origin: null" with our own form, and origindomain learns nothing.
      'referrer-policy': 'same-origin',
      vary: 'Cookie, Accept-Language',
    })
    .type('text/html; charset=utf-8')
    .send(page)
}

/** The token for a form of this browser, whose form cookie is set when it has none. */
export function issueFormToken(
  { core, gate, formKey }: PortalContext,
  request: FastifyRequest,
  reply: FastifyReply,
): string {
  const known = deviceOf(request)
  const token = known ?? randomBytes(18).toString('base64url')
  if (known === undefined) setDeviceCookie(gate, request, reply, token)
  return formToken(formKey, token, core.services.clock.nowMs())
}

/** Lets the browser keep its device id for half a year. */
export function keepDevice({ gate }: PortalContext, request: FastifyRequest, reply: FastifyReply): void {
  const device = deviceOf(request)
  if (device !== undefined) setDeviceCookie(gate, request, reply, device, deviceLivesSeconds)
}

function setDeviceCookie(
  gate: Gate,
  request: FastifyRequest,
  reply: FastifyReply,
  device: string,
  maxAgeSeconds?: number,
): void {
  const attributes = ['Path=/auth/', 'HttpOnly', 'SameSite=Lax']
  if (gate.settings.isCookieSecure && isHttps(request)) attributes.push('Secure')
  if (maxAgeSeconds !== undefined) attributes.push(`Max-Age=${maxAgeSeconds}`)
  addCookies(reply, [`${deviceCookie}=${device}; ${attributes.join('; ')}`])
}

/** The browser's device id, undefined before it saw a form. */
export function deviceOf(request: FastifyRequest): string | undefined {
  const value = parseCookie(request.headers.cookie ?? '')[deviceCookie]
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
  const portals = gate.rules.current?.domains ?? []
  const reach = loginReach(cookieArea, portals, visibleHost(request), request.headers.origin)
  if (reach.kind === 'nowhere') return null
  return { name: cookieName, isSecure: isCookieSecure, domain: domainOf(reach), isBare: cookieName === 'token' }
}

/** What a form posted. */
export type Form = Readonly<Record<string, string | undefined>>

/** Why a form is not believed, null when it came from our own page of this browser (P27). */
export function refuseForgery(
  { core, formKey }: PortalContext,
  request: FastifyRequest,
  form: Form,
): 'expired' | 'forged' | null {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'forged'
  const check = checkFormToken(formKey, deviceOf(request), form['csrf_token'], core.services.clock.nowMs())
  return check === 'good' ? null : check
}

/** Where a login through the portal comes from, and how long its session lives. */
export function gatePlace({ gate }: PortalContext, request: FastifyRequest, remembers: boolean) {
  const { rememberMs, idleMs, absoluteMs } = gate.settings
  return {
    kind: 'gate' as const,
    address: request.address,
    userAgent: request.headers['user-agent'] ?? '',
    device: deviceOf(request),
    limits: remembers ? { idleMs: rememberMs, absoluteMs: rememberMs } : { idleMs, absoluteMs },
  }
}

/**
 * Whose failed logins are counted together: the visitor's network where a trusted proxy tells it, else the
 * browser, for behind simpleotp's own configuration every visitor has the proxy's address.
 */
export function limitKey(context: PortalContext, request: FastifyRequest): string {
  const { trustedProxies } = context.core.services.config
  return trustedProxies.length > 0 ? sourceNetwork(request.address) : `device ${deviceOf(request) ?? ''}`
}

/** Adds cookies to an answer; those it has stay, for Fastify appends this one header. */
export function addCookies(reply: FastifyReply, texts: readonly string[]): void {
  reply.header('set-cookie', [...texts])
}

/** Sets the gate's cookie; without `maxAgeMs` it ends with the browser. */
export function setGateCookie(reply: FastifyReply, shape: CookieShape, token: string, maxAgeMs: number | null): void {
  addCookies(reply, [
    setCookieText(shape, cookieValue(shape, token), maxAgeMs === null ? undefined : Math.floor(maxAgeMs / 1000)),
  ])
}

/** Takes every variant of the gate's cookie away, of this cookie area and of whatever was set before it (P31). */
export function clearGateCookies({ gate }: PortalContext, request: FastifyRequest, reply: FastifyReply): void {
  const { cookieArea, cookieName, isCookieSecure } = gate.settings
  const parents = visibleHost(request)
    .split('.')
    .map((_label, index, labels) => labels.slice(index).join('.'))
    .filter(isShared)
  // Behind a proxy that forwards no Host the fixed domain is known all the same.
  const fixed = cookieArea.kind === 'fixed' ? [cookieArea.domain] : []
  addCookies(reply, clearCookieTexts(cookieName, isCookieSecure, [...new Set([...fixed, ...parents])]))
}

/**
 * A safe `Location` for a wish: a path stays a path, for the portal may not know its own outside name; an
 * address must lie in a domain the login is for. Anything else leads to `/`.
 */
export function safeLocation(context: PortalContext, request: FastifyRequest, wish: string): string {
  const { origin } = context.seen(request)
  if (wish.startsWith('/')) {
    const url = URL.parse(returnTarget(wish, { portalOrigin: origin, domains: [] }) ?? '')
    return url === null ? '/' : url.pathname + url.search + url.hash
  }
  const domains = sharedDomains(context, request)
  // The outside address is one of the portal's hosts; the one that was visited is another.
  const portals = [origin, context.access.outside(request).origin]
  return portals.map((portalOrigin) => returnTarget(wish, { portalOrigin, domains })).find((to) => to !== null) ?? '/'
}

function sharedDomains({ gate }: PortalContext, request: FastifyRequest): string[] {
  const { cookieArea } = gate.settings
  const named = gate.rules.current?.domains.map(({ domain }) => domain) ?? []
  if (cookieArea.kind === 'fixed') return [...named, cookieArea.domain]
  if (cookieArea.kind === 'currentdomain') return [...named]
  const own = domainOf(cookieReach(cookieArea, '', request.headers.origin))
  return own === null ? named : [...named, own]
}
