import { Type, type Static, type TObject, type TSchema } from 'typebox'
import { type Right, rightTexts } from './rights.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What an endpoint takes and answers, as schemas. `answer` is the body of the success status. */
export interface EndpointParts {
  readonly params?: TObject
  readonly query?: TObject
  readonly body?: TSchema
  readonly answer?: TSchema
}

/**
 * One address of the native API: the server routes it, the client calls it, the console and `/docs`
 * read it. `{name}` in the path is a parameter of `params`.
 */
export interface Endpoint<Parts extends EndpointParts = EndpointParts> {
  readonly name: string
  readonly method: Method
  readonly path: string
  readonly tag: string
  readonly summary: string
  /** Who may call it. */
  readonly right: Right
  /** The same in words, for the documentation. */
  readonly rights: string
  /** Whether strangers may call it; everywhere else they hear 401 before their input is looked at. */
  readonly isOpen: boolean
  readonly status: number
  /** Media type of an answer that is not JSON. */
  readonly media?: string
  /** Whether an `Idempotency-Key` names the act, so that a repetition is no second one. */
  readonly isNameable?: boolean
  /** Whether an open endpoint answers more to whoever shows who they are. */
  readonly knowsCaller?: boolean
  readonly parts: Parts
}

/** What an endpoint's handler is given and a caller must give. */
export type Input<E extends Endpoint> = {
  params: E['parts'] extends { params: infer S extends TSchema } ? Static<S> : Record<never, never>
  query: E['parts'] extends { query: infer S extends TSchema } ? Static<S> : Record<never, never>
  body: E['parts'] extends { body: infer S extends TSchema } ? Static<S> : undefined
}

/** What an endpoint answers. */
export type Answer<E extends Endpoint> = E['parts'] extends { answer: infer S extends TSchema } ? Static<S> : void

interface EndpointHead {
  readonly method: Method
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly right: Right
  readonly status?: number
  readonly media?: string
  readonly isNameable?: boolean
  readonly knowsCaller?: boolean
}

/** Declares an endpoint; the success status is 200 with an answer and 204 without, unless given. */
export function endpoint<const Parts extends EndpointParts>(
  name: string,
  head: EndpointHead,
  parts: Parts,
): Endpoint<Parts> {
  const hasAnswer = parts.answer !== undefined || head.media !== undefined
  const { right } = head
  const isOpen = right === 'anyone' || right === 'linkHolder'
  return { name, rights: rightTexts[right], isOpen, status: hasAnswer ? 200 : 204, ...head, parts }
}

/** An object that refuses keys it does not know, so that a misspelt field is told, not ignored. */
export function exactly<const Properties extends Record<string, TSchema>>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false })
}

/** A sentence with its stable name and what stands in its placeholders, so that a client can say it in its own language. */
export const Remark = Type.Object({
  code: Type.String({ description: 'Stable name of the sentence' }),
  message: Type.String({ description: 'The sentence in English' }),
  values: Type.Optional(
    Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
      description: 'What stands in the placeholders of the sentence',
    }),
  ),
})
export type Remark = Static<typeof Remark>

/** One of several words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return Type.Unsafe<Words[number]>({ type: 'string', enum: [...words] })
}

/** A value or null. */
export function orNull<const Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()])
}

/** A page of a list and the cursor of the next; the cursor is opaque and absent at the end. */
export function pageOf<const Schema extends TSchema>(item: Schema) {
  return Type.Object({ items: Type.Array(item), nextCursor: Type.Optional(Type.String()) })
}

/** How many items a page holds. */
export function pageLimit(maximum: number) {
  const description = 'How many items a page holds at most'
  return Type.Optional(Type.Integer({ minimum: 1, maximum, default: Math.min(100, maximum), description }))
}

/** Query of every list. */
export const pageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 512, description: 'nextCursor of the page before' })),
  limit: pageLimit(500),
}

/** Unix time in milliseconds. */
export const TimeMs = Type.Integer({ minimum: 0, maximum: 8.64e15, description: 'Unix time in milliseconds' })

/** A span that somebody sets, in milliseconds: ten years at most, so that adding it to a time stays one. */
export const spanMs = (minimum: number) => Type.Integer({ minimum, maximum: 315_360_000_000 })

/** The header that names an act. */
export const idempotencyHeader = {
  name: 'Idempotency-Key',
  schema: Type.String({ minLength: 1, maxLength: 255 }),
  description:
    'Names this one act: the same request sent again under the same key by the same caller is answered as the first one was',
}

/** An id or a name in a path. */
export const Ref = Type.String({ minLength: 1, maxLength: 255 })

/** What is wrong with one field of a request: a {@link Remark} with its place, never with what was sent in it. */
export const FieldRemark = Type.Object({
  field: Type.String({
    description: 'Name of the field, dotted where it lies deeper; empty for the request as a whole',
  }),
  ...Remark.properties,
})
export type FieldRemark = Static<typeof FieldRemark>

/** RFC 9457 problem details: the body of every error of the native API. */
export const Problem = Type.Object({
  type: Type.String(),
  title: Type.String({ description: 'The sentence a person reads' }),
  status: Type.Integer(),
  code: Type.String({ description: 'Stable name of the failure' }),
  retryAfterMs: Type.Optional(Type.Integer()),
  holder: Type.Optional(Type.String({ description: 'Who has the code of this moment, where a lease is held' })),
  detail: Type.Optional(Type.String()),
  errors: Type.Optional(
    Type.Array(FieldRemark, { maxItems: 8, description: 'What is wrong, field by field, as far as it was read' }),
  ),
})
export type Problem = Static<typeof Problem>
