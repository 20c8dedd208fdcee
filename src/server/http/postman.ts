/** One operation of the OpenAPI document, as far as a collection needs it. */
interface Operation {
  readonly tags: readonly string[]
  readonly summary: string
  readonly security?: readonly Readonly<Record<string, unknown>>[]
  readonly 'x-variables'?: Readonly<Record<string, string>>
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, Content>>
  }
}

interface Content {
  readonly schema?: Schema
  readonly example?: object
}

interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly minimum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly Schema[]
}

/** The part of the OpenAPI document that a collection is made from. */
export interface Documented {
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** A request of a Postman collection, format 2.1. */
export interface PostmanRequest {
  readonly name: string
  readonly request: {
    readonly method: string
    /** Only where it is not the collection's own. */
    readonly auth?: { readonly type: 'noauth' }
    readonly header: readonly { readonly key: string; readonly value: string }[]
    readonly url: string
    readonly body?: { readonly mode: 'raw'; readonly raw: string }
  }
}

export interface PostmanCollection {
  readonly info: { readonly name: string; readonly schema: string }
  readonly auth: object
  readonly variable: readonly { readonly key: string; readonly value: string }[]
  readonly item: readonly { readonly name: string; readonly item: readonly PostmanRequest[] }[]
}

const formMedia = 'application/x-www-form-urlencoded'
const tinyMfaHeader = { key: 'tiny-mfa-access-token', value: '{{tinyMfaToken}}' }
/** The order in which a folder can be run from top to bottom: what is made is read, changed and deleted. */
const methodsInOrder = ['post', 'get', 'put', 'patch', 'delete']

/**
 * The API as a Postman collection: a folder for each tag, a request for each operation, with the least body its
 * schema allows. `{{baseUrl}}`, `{{accessToken}}`, `{{tinyMfaToken}}`, the names in paths and what callers put into
 * bodies to prove themselves are variables.
 *
 * @see https://schema.postman.com/json/collection/v2.1.0/docs/index.html
 */
export function postmanCollection({ info, paths }: Documented): PostmanCollection {
  const folders = new Map<string, PostmanRequest[]>()
  const defaults = new Map<string, string>()
  for (const [method, path, operation] of inOrder(paths)) {
    const folder = operation.tags[0] ?? ''
    folders.set(folder, [...(folders.get(folder) ?? []), requestOf(method, path, operation)])
    for (const [name, value] of variablesOf(path, operation))
      defaults.set(name, value ?? defaults.get(name) ?? 'example')
  }
  return {
    info: { name: info.title, schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: 'http://127.0.0.1:8000' },
      { key: 'accessToken', value: '' },
      { key: 'tinyMfaToken', value: '' },
      ...sorted(Object.fromEntries(defaults)).map(([key, value]) => ({ key, value })),
    ],
    item: sorted(Object.fromEntries(folders)).map(([name, item]) => ({ name, item })),
  }
}

/** By name, so that the file changes only when the API does; what is deepest in a path is deleted first. */
function inOrder(paths: Documented['paths']): [string, string, Operation][] {
  const all = sorted(paths).flatMap(([path, operations]) =>
    sorted(operations).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
  )
  const byMethod = methodsInOrder.map((wanted) => all.filter(([method]) => method === wanted))
  return [...byMethod.slice(0, -1), byMethod.at(-1)?.toReversed() ?? []].flat()
}

function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** The variables of one request, with the value of its example where it has one. */
function variablesOf(path: string, operation: Operation): [string, string | null][] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']): [string, null] => [name, null])
  const example: Readonly<Record<string, unknown>> = { ...exampleIn(operation) }
  const inBody = Object.entries(operation['x-variables'] ?? {}).map(([field, name]): [string, string] => [
    name,
    String(example[field]),
  ])
  return [...inPath, ...inBody]
}

function requestOf(method: string, path: string, operation: Operation): PostmanRequest {
  const { summary, parameters = [], security } = operation
  const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required)
  const query = needed.map(({ name }) => `${name}=example`).join('&')
  const url = `{{baseUrl}}${path.replaceAll(/\{(\w+)\}/g, '{{$1}}')}${query === '' ? '' : `?${query}`}`
  const body = bodyOf(operation)
  const isTinyMfa = security?.some((scheme) => 'tinyMfa' in scheme) === true
  const isOurs = security === undefined || security.some((scheme) => 'token' in scheme)
  return {
    name: summary,
    request: {
      method: method.toUpperCase(),
      ...(isOurs ? {} : { auth: { type: 'noauth' as const } }),
      header: [
        ...(isTinyMfa ? [tinyMfaHeader] : []),
        ...(body === undefined ? [] : [{ key: 'Content-Type', value: body.media }]),
      ],
      url,
      ...(body === undefined ? {} : { body: { mode: 'raw' as const, raw: body.text } }),
    },
  }
}

/** The body of a request as it is sent, its variables by their names. */
function bodyOf(operation: Operation): { media: string; text: string } | undefined {
  const [media = '', content = {}] = contentOf(operation)
  const { schema, example } = content
  const variables = Object.entries(operation['x-variables'] ?? {}).map(([field, name]) => [field, `{{${name}}}`])
  const body = example === undefined ? schema && exampleOf(schema) : { ...example, ...Object.fromEntries(variables) }
  if (body === undefined) return undefined
  const isForm = media === formMedia
  const text = isForm ? new URLSearchParams(body as Record<string, string>).toString() : JSON.stringify(body, null, 2)
  return { media, text }
}

function exampleIn(operation: Operation): object | undefined {
  return contentOf(operation)[1]?.example
}

function contentOf({ requestBody }: Operation): [string, Content] | [] {
  return Object.entries(requestBody?.content ?? {})[0] ?? []
}

/** The least value a schema allows: required fields only. */
function exampleOf(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf?.[0] !== undefined) return exampleOf(schema.anyOf[0])
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, exampleOf(schema.properties?.[name] ?? {})]),
      )
    case 'array':
      return []
    case 'integer':
    case 'number':
      return schema.minimum ?? 0
    case 'boolean':
      return false
    default:
      return 'example'
  }
}
