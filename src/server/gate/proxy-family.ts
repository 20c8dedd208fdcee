import type { IncomingHttpHeaders } from 'node:http'
import { parseVisit, recallVisitUrl, type Visit } from './visit.ts'

/**
 * The families of proxies that ask. Each has its own address and headers; the gate never guesses, for the
 * other family's headers come from the visitor untouched (P1, P2).
 */
export type ProxyFamily = (typeof proxyFamilies)[number]

/** Their names, as they stand in the addresses of checks; none begins like another. */
export const proxyFamilies = ['nginx', 'forward', 'ext-authz'] as const

/** The part of a request a check looks at. */
export interface CheckRequest {
  readonly headers: IncomingHttpHeaders
  readonly method?: string | undefined
  readonly url?: string | undefined
}

/** Checks' addresses, to tell them from everything else before the router. */
export const checkPrefix = '/check/'

/** What a check's request says of the visit, or null when it is malformed or not of this family. */
export function readVisit(family: ProxyFamily, request: CheckRequest): Visit | null {
  switch (family) {
    case 'nginx':
      return fromNginx(request.headers)
    case 'forward':
      return fromForward(request.headers)
    case 'ext-authz':
      return fromEnvoy(request)
  }
}

function fromNginx(headers: IncomingHttpHeaders): Visit | null {
  const url = single(headers['x-original-url'])
  const method = single(headers['x-original-method'])
  return url === null || method === null || hasList(method) ? null : recallVisitUrl(method, url)
}

function fromForward(headers: IncomingHttpHeaders): Visit | null {
  const [method, scheme, host, target] = ['method', 'proto', 'host', 'uri'].map((name) =>
    single(headers[`x-forwarded-${name}`]),
  )
  if (method == null || scheme == null || host == null || target == null) return null
  return [method, scheme, host].some(hasList) ? null : parseVisit(method, scheme, host, target)
}

function fromEnvoy(request: CheckRequest): Visit | null {
  const target = (request.url ?? '').slice('/check/ext-authz'.length)
  const scheme = single(request.headers['x-forwarded-proto'])
  const host = single(request.headers.host)
  if (scheme === null || host === null || hasList(scheme) || hasList(host)) return null
  return parseVisit(request.method ?? '', scheme, host, target === '' ? '/' : target)
}

function single(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

// Node joins a repeated header with a comma: two hosts are none.
function hasList(value: string): boolean {
  return /[,\s]/.test(value)
}
