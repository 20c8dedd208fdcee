import { Type } from 'typebox'

/** What ungleichotp's door sends, for the documentation. */
export const entry = Type.Object({
  name: Type.String(),
  realm: Type.String(),
  seed: Type.String({ description: 'Base32' }),
  id: Type.Union([Type.Integer(), Type.String()], { description: 'A word where the entry came through another door' }),
})
export const verified = Type.Object({ status: Type.Literal('OK') })
export const detail = Type.Object({ detail: Type.String() })
/** Sentences by field, or about the request as a whole. */
export const errors = Type.Union([detail, Type.Record(Type.String(), Type.Array(Type.String()))])
