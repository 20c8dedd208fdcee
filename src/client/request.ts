import type { Answer, Endpoint } from '../api/endpoint.ts'
import type { Static, TSchema } from 'typebox'
import { Failure } from '../errors/failure.ts'

type Part<S, Name extends string> = S extends TSchema
  ? Record<never, never> extends Static<S>
    ? { readonly [key in Name]?: Static<S> }
    : { readonly [key in Name]: Static<S> }
  : Record<never, never>

type PartOf<E extends Endpoint, Name extends 'params' | 'query' | 'body'> = Part<
  E['parts'] extends { readonly [key in Name]: infer S } ? S : undefined,
  Name
>

/** What a caller gives an endpoint: only the parts it has; parts without a required field may be left out. */
export type Given<E extends Endpoint> = PartOf<E, 'params'> & PartOf<E, 'query'> & PartOf<E, 'body'>

/** What a caller gets back from an endpoint. */
export type Got<E extends Endpoint> = Answer<E>

/** The parts as the wire needs them, whatever their types were. */
export interface RawInput {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

/**
 * The path and query of an endpoint, each parameter encoded so that it cannot leave its segment.
 *
 * @throws {@link Failure} `client_parameter_missing`, `client_parameter_dots`
 */
export function pathOf(endpoint: Endpoint, { params = {}, query = {} }: RawInput): string {
  const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    if (typeof value !== 'string' || value === '') {
      throw new Failure('client_parameter_missing', { detail: { path: endpoint.path, name } })
    }
    // URL parsers resolve them away, encoded or not (WHATWG URL, "double-dot URL path segment"): another address is asked.
    if (value === '.' || value === '..') throw new Failure('client_parameter_dots', { detail: { name, value } })
    return encodeURIComponent(value)
  })
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      search.set(name, String(value))
    }
  }
  return search.size === 0 ? path : `${path}?${search.toString()}`
}
