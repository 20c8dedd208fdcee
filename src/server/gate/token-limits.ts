import { Failure } from '../../errors/failure.ts'
import type { GateLimits } from '../access/tokens/store.ts'
import { canonicalHost } from './host.ts'
import { knownMethod } from './method.ts'
import { placeMatcher, readPlace } from './place.ts'
import type { Visit } from './visit.ts'

/** What a gate token opens. */
export interface TokenLimits {
  /** Whether a token made with `twoFactor` stands for both factors. */
  readonly twoFactor: boolean
  /** Whether every reading of a visit lies within; an empty list covers nothing. */
  covers(visit: Visit): boolean
}

/**
 * A gate token's limits in the spelling the gate compares with.
 *
 * @throws {@link Failure} `gate_limit_unreadable` naming the first that could never match
 */
export function readTokenLimits({ hosts, paths, methods, twoFactor }: GateLimits): GateLimits {
  return {
    hosts: hosts.map((host) =>
      readable(host, readHost(host), 'it is a host such as app.example.com or *.example.com, or *'),
    ),
    paths: paths.map((path) => {
      const place = readPlace(path)
      return readable(path, 'fault' in place ? null : path, 'fault' in place ? place.fault : '')
    }),
    methods: methods.map((method) => readable(method, readMethod(method), 'it is a method of HTTP, or *')),
    twoFactor,
  }
}

function readable(given: string, read: string | null, reason: string): string {
  if (read === null) throw new Failure('gate_limit_unreadable', { detail: { limit: given.slice(0, 200), reason } })
  return read
}

/** Makes limits ready to judge visits; of a token from before they were checked, what cannot be read covers nothing. */
export function openTokenLimits(limits: GateLimits): TokenLimits {
  const hosts = limits.hosts.map(readHost)
  const exact = new Set(hosts)
  const suffixes = hosts.flatMap((host) => (host?.startsWith('*.') ? [host.slice(1)] : []))
  const methods = new Set(limits.methods.map(readMethod))
  const isInPlace = placeMatcher(limits.paths.map(readPlace).flatMap((place) => ('fault' in place ? [] : [place])))
  const coversHost = (host: string) => exact.has('*') || exact.has(host) || suffixes.some((end) => host.endsWith(end))
  return {
    twoFactor: limits.twoFactor,
    covers: ({ host, method, readings }) =>
      coversHost(host) && (methods.has('*') || methods.has(method)) && readings.every(isInPlace),
  }
}

function readHost(text: string): string | null {
  if (text === '*') return text
  if (!text.startsWith('*.')) return canonicalHost(text)
  const parent = canonicalHost(text.slice(2))
  return parent === null ? null : `*.${parent}`
}

function readMethod(text: string): string | null {
  return text === '*' ? text : knownMethod(text)
}
