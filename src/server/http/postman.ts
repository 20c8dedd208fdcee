/** One operation of the OpenAPI document, as far as a collection needs it. */
interface Operation {
  readonly tags: readonly string[]
  readonly summary: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema?: Schema; readonly example?: object }>>
  }
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

/**
 * The API as a Postman collection: a folder for each tag, a request for each operation, with the least body its
 * schema allows. `{{baseUrl}}`, `{{accessToken}}` and the names in paths are variables.
 *
 * @see https://schema.postman.com/json/collection/v2.1.0/docs/index.html
 */
export function postmanCollection({ info, paths }: Documented): PostmanCollection {
  const folders = new Map<string, PostmanRequest[]>()
  const names = new Set<string>()
  for (const [path, operations] of sorted(paths)) {
    for (const [, name = ''] of path.matchAll(/\{(\w+)\}/g)) names.add(name)
    for (const [method, operation] of sorted(operations)) {
      const folder = operation.tags[0] ?? ''
      folders.set(folder, [...(folders.get(folder) ?? []), requestOf(method, path, operation)])
    }
  }
  return {
    info: { name: info.title, schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json' },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{accessToken}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: 'http://127.0.0.1:8000' },
      { key: 'accessToken', value: '' },
      ...[...names].toSorted((a, b) => a.localeCompare(b)).map((key) => ({ key, value: 'example' })),
    ],
    item: sorted(Object.fromEntries(folders)).map(([name, item]) => ({ name, item })),
  }
}

// By name, so that the file changes only when the API does.
function sorted<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function requestOf(method: string, path: string, { summary, parameters = [], requestBody }: Operation): PostmanRequest {
  const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required)
  const query = needed.map(({ name }) => `${name}=example`).join('&')
  const url = `{{baseUrl}}${path.replaceAll(/\{(\w+)\}/g, '{{$1}}')}${query === '' ? '' : `?${query}`}`
  const content = requestBody?.content['application/json']
  const body = content?.example ?? (content?.schema === undefined ? undefined : exampleOf(content.schema))
  return {
    name: summary,
    request: {
      method: method.toUpperCase(),
      header: body === undefined ? [] : [{ key: 'Content-Type', value: 'application/json' }],
      url,
      ...(body === undefined ? {} : { body: { mode: 'raw' as const, raw: JSON.stringify(body, null, 2) } }),
    },
  }
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
