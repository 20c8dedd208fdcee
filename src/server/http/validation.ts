import type { FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import type { Endpoint, Input } from '../../api/endpoint.ts'
import { Failure } from '../../errors/failure.ts'
import { isStorable, unstorable } from './storable.ts'

type Part = 'params' | 'query' | 'body'
type Check = (value: unknown) => unknown

/** Levels of a body that are looked at: the contract has half as many, and the stack room for some thousand (T66). */
const deepest = 20

/** Reads and checks params, query and body of an endpoint; throws `bad_request` naming the field, never its value. */
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
    if (!holdsText(given)) throw new Failure('bad_request', { detail: { reason: unstorable } })
    if (validator.Check(given)) return given
    const [error] = validator.Errors(given)
    throw new Failure('bad_request', { detail: { reason: describe(error) } })
  }
}

function holdsText(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return isStorable(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === deepest) throw new Failure('bad_request', { detail: { reason: 'it is nested too deeply' } })
  return Object.values(value).every((part) => holdsText(part, depth + 1))
}

/** One complaint of a compiled schema. */
interface FieldError {
  readonly instancePath: string
  readonly message: string
  readonly keyword: string
  readonly params: object
}

/** What is wrong, in words of ours: it names fields of the contract, never what the caller called one. */
export function describe(error: FieldError | undefined): string {
  if (error === undefined) return 'it does not fit the documented shape'
  const field = error.instancePath.slice(1).replaceAll('/', '.')
  const missing = 'requiredProperties' in error.params ? String(error.params.requiredProperties) : ''
  if (missing !== '') return `the field ${missing} is missing`
  // A field that no schema knows is refused by the schema `false`, under the caller's own name for it.
  if (error.keyword === 'boolean') return 'it has a field that is not known here'
  return field === '' ? `the body ${error.message}` : `the field ${field} ${error.message}`
}
