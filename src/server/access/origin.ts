import type { BlockList } from 'node:net'
import type { FastifyRequest } from 'fastify'
import { Failure } from '../../errors/failure.ts'
import { isTrusted, trustedProxyList } from '../http/address.ts'
import type { PublicConfig } from '../http/services.ts'

/** How a request reached us, as its browser sees it. */
export interface Outside {
  /** `https://codes.example.com`, from the configuration or else from this request. */
  readonly origin: string
  readonly isHttps: boolean
  readonly isLoopback: boolean
}

const loopbackHost = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i
const hostShape = /^[a-z0-9.:[\]_-]{1,255}$/i

/** Tells how requests reached us; forwarded headers count from trusted proxies alone (T60). */
export function outsideView(config: PublicConfig): (request: FastifyRequest) => Outside {
  const trusted = trustedProxyList(config.trustedProxies)
  return (request) => {
    if (config.publicUrl !== null) return viewOf(new URL(config.publicUrl))
    const host = forwarded(request, 'x-forwarded-host', trusted) ?? request.headers.host ?? ''
    const scheme = forwarded(request, 'x-forwarded-proto', trusted) ?? (config.hasTls ? 'https' : 'http')
    // Of the right characters alone a host is none yet: `a:b`, `[::1`, `256.256.256.256`.
    const url = hostShape.test(host) ? URL.parse(`${scheme === 'https' ? 'https' : 'http'}://${host}`) : null
    if (url === null) throw new Failure('bad_request', { detail: { reason: 'its Host header is not valid' } })
    return viewOf(url)
  }
}

/** The host a request came by, whatever the configuration says we are called. */
export function askedHost(config: PublicConfig, request: FastifyRequest): string {
  return new URL(outsideView({ ...config, publicUrl: null })(request).origin).host
}

function viewOf({ origin, protocol, host }: URL): Outside {
  return { origin, isHttps: protocol === 'https:', isLoopback: loopbackHost.test(host) }
}

function forwarded(request: FastifyRequest, name: string, trusted: BlockList): string | null {
  const value = request.headers[name]
  if (typeof value !== 'string' || !isTrusted(plainPeer(request), trusted)) return null
  return value.split(',').at(-1)?.trim() ?? null
}

function plainPeer(request: FastifyRequest): string {
  return (request.raw.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
}

/**
 * Whether a browser sent the request from our own pages: by `Sec-Fetch-Site` where there is one, else by
 * `Origin`. Clients that are no browsers send neither and pass; they carry no cookie by accident.
 */
export function isSameOrigin(request: FastifyRequest, outside: Outside): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const origin = request.headers.origin
  if (origin === undefined) return true
  // A proxy without forwarded headers hides the scheme from us, so the host alone decides.
  return URL.parse(origin)?.host === new URL(outside.origin).host || URL.parse(origin)?.host === request.headers.host
}
