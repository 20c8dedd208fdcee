import type { FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import type { Endpoint, Input } from '../../api/endpoint.ts'
import { Failure } from '../../errors/failure.ts'
import { fieldRemarks, InvalidInput, unstorableFields } from './field-remarks.ts'
import { isStorable } from './storable.ts'

type Part = 'params' | 'query' | 'body'
type Check = (value: unknown) => unknown

/** Levels of a body that are looked at: the contract has half as many, and the stack room for some thousand (T66). */
const deepest = 20

/** Reads and checks params, query and body of an endpoint; throws `bad_request` naming the fields, never a value. */
export function checkInput<E extends Endpoint>(endpoint: E): (request: FastifyRequest) => Input<E> {
  const params = checker(endpoint.parts.params, 'params')
  const query = checker(endpoint.parts.query, 'query')
  const body = checker(endpoint.parts.body, 'body')
  return (request) =>
    ({ params: params(request.params), query: query(request.query), body: body(request.body) }) as Input<E>
}

// Compiled at first use: compiling a hundred schemas would cost the start more than all requests together.
function checker(schema: TSchema | undefined, part: Part): Check {
  if (schema === undefined) return () => (part === 'body' ? undefined : {})
  let validator: ReturnType<typeof Compile> | undefined
  return (value) => {
    validator ??= Compile(schema)
    const given =
      part === 'query' ? Value.Default(schema, Value.Convert(schema, value)) : part === 'body' ? (value ?? {}) : value
    if (!holdsText(given)) throw new InvalidInput(unstorableFields(schema, given))
    if (validator.Check(given)) return given
    throw new InvalidInput(fieldRemarks(schema, validator.Errors(given)))
  }
}

function holdsText(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isStorable(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === deepest) throw new Failure('bad_request', { detail: { reason: 'it is nested too deeply' } })
  return Object.values(value).every((part) => holdsText(part, depth + 1))
}
