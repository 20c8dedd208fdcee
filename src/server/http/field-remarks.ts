import type { TSchema } from 'typebox'
import type { FieldRemark } from '../../api/endpoint.ts'
import { Failure, type FailureDetail } from '../../errors/failure.ts'
import { remark, type RemarkCode } from '../../errors/remarks.ts'
import { isStorable } from './storable.ts'

/** More are of no use to whoever reads them, and an answer has bounds. */
const mostFields = 8

/** Input that a schema refuses: `bad_request`, with what is wrong field by field. */
export class InvalidInput extends Failure {
  readonly fields: readonly FieldRemark[]

  /** @param reason - what its sentence says; the fields' own sentences unless given */
  constructor(fields: readonly FieldRemark[], reason = reasonOf(fields)) {
    super('bad_request', { detail: { reason } })
    this.fields = fields
  }
}

/** One complaint of a compiled schema. */
interface Complaint {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: object
}

/** As much of a JSON schema as leads to a field. */
interface Node {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
}

/** What is wrong, in words of ours, one sentence a field: it names fields of the contract, never what the caller called one. */
export function fieldRemarks(schema: TSchema, complaints: readonly Complaint[]): readonly FieldRemark[] {
  const remarks = new Map<string, FieldRemark>()
  for (const complaint of complaints) {
    for (const one of remarksOf(schema as Node, complaint)) {
      // The first complaint about a field is about its value; what follows repeats it for the other kinds it may have.
      if (!remarks.has(one.field)) remarks.set(one.field, one)
    }
  }
  const told = [...remarks.values()].slice(0, mostFields)
  return told.length === 0 ? [bodyMisfit] : told
}

/** The field whose text no database can hold. */
export function unstorableFields(schema: TSchema, given: unknown): readonly FieldRemark[] {
  const path = knownPath(schema as Node, pathToUnstorable(given) ?? [])
  return [path.length === 0 ? bodyMisfit : said(path, 'field_unstorable')]
}

const bodyMisfit: FieldRemark = { field: '', ...remark('body_misfit') }

function reasonOf(fields: readonly FieldRemark[]): string {
  return fields.map(({ message }) => message.slice(0, 1).toLowerCase() + message.slice(1, -1)).join('; ')
}

function remarksOf(schema: Node, { instancePath, schemaPath, keyword, params }: Complaint): FieldRemark[] {
  const segments = instancePath.split('/').slice(1)
  const choice = choiceAround(schema, schemaPath)
  // Which of several shapes was meant nobody knows: what each of them misses would mislead.
  if (choice !== null) return [misfit(knownPath(schema, segments.slice(0, choice)))]
  const path = knownPath(schema, segments)
  if (keyword === 'boolean' || keyword === 'additionalProperties') {
    return [{ field: path.join('.'), ...remark('field_unknown') }]
  }
  if ('requiredProperties' in params && Array.isArray(params.requiredProperties)) {
    return params.requiredProperties.map((name) => said([...path, String(name)], 'field_missing'))
  }
  if (path.length < segments.length || path.length === 0) return [misfit(path)]
  return [saidOf(path, keyword, params)]
}

/** How deep in the input the value lies that may have one of several shapes, of which this complaint is about one; null for none. */
function choiceAround(schema: Node, schemaPath: string): number | null {
  let node: unknown = schema
  let depth = 0
  let isName = false
  for (const step of schemaPath.split('/').slice(1)) {
    if (step === 'anyOf' && !isName && isChoice(node as Node)) return depth
    node = typeof node === 'object' && node !== null ? Reflect.get(node, step) : undefined
    if (isName || step === 'items') depth += 1
    isName = step === 'properties' && !isName
  }
  return null
}

/** Whether more than one shape is allowed; a value or null is one. */
function isChoice({ anyOf = [] }: Node): boolean {
  return anyOf.filter(({ type }) => type !== 'null').length > 1
}

/** The beginning of a path that the contract knows: what follows are names of the caller's own. */
function knownPath(schema: Node, segments: readonly string[]): string[] {
  const [segment, ...rest] = segments
  if (segment === undefined) return []
  const next = stepInto(schema, segment)
  return next === null ? [] : [segment, ...knownPath(next, rest)]
}

function stepInto({ properties = {}, items, anyOf = [] }: Node, segment: string): Node | null {
  if (Object.hasOwn(properties, segment)) return properties[segment] ?? null
  if (items !== undefined && /^\d+$/.test(segment)) return items
  for (const branch of anyOf) {
    const next = stepInto(branch, segment)
    if (next !== null) return next
  }
  return null
}

function pathToUnstorable(value: unknown): string[] | null {
  if (typeof value === 'string') return isStorable(value) ? null : []
  if (typeof value !== 'object' || value === null) return null
  for (const [name, part] of Object.entries(value)) {
    const path = pathToUnstorable(part)
    if (path !== null) return [name, ...path]
  }
  return null
}

const typeCodes: Readonly<Record<string, RemarkCode>> = {
  string: 'field_not_text',
  number: 'field_not_number',
  integer: 'field_not_whole',
  boolean: 'field_not_truth',
  array: 'field_not_list',
  object: 'field_not_object',
}

const limitCodes: Readonly<Record<string, RemarkCode>> = {
  minLength: 'field_too_short',
  maxLength: 'field_too_long',
  minimum: 'field_too_small',
  maximum: 'field_too_large',
  minItems: 'field_too_few',
  maxItems: 'field_too_many',
}

function saidOf(path: readonly string[], keyword: string, params: object): FieldRemark {
  if (keyword === 'type' && 'type' in params) {
    const code = typeCodes[String(params.type)]
    if (code !== undefined) return said(path, code)
  }
  if (keyword === 'enum' && 'allowedValues' in params && Array.isArray(params.allowedValues)) {
    return said(path, 'field_not_one_of', { words: params.allowedValues.join(', ') })
  }
  const code = limitCodes[keyword]
  if (code === undefined || !('limit' in params)) return misfit(path)
  const limit = Number(params.limit)
  const isEmpty = limit === 1 && (keyword === 'minLength' || keyword === 'minItems')
  return isEmpty ? said(path, 'field_empty') : said(path, code, { limit })
}

function misfit(path: readonly string[]): FieldRemark {
  return path.length === 0 ? bodyMisfit : said(path, 'field_misfit')
}

function said(path: readonly string[], code: RemarkCode, values: FailureDetail = {}): FieldRemark {
  const field = path.join('.')
  return { field, ...remark(code, { field, ...values }) }
}
