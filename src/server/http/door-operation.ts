import { described, type FieldTexts } from './described.ts'

/** One answer of a foreign door, in the door's own wire shape. */
export interface DoorAnswer {
  readonly description: string
  /** JSON unless given; empty where nothing but the status is sent. */
  readonly media?: string
  readonly schema?: object
}

/** One operation of a foreign door, for the documentation; doors keep their own wire shapes. */
export interface DoorOperation {
  readonly method: string
  readonly path: string
  readonly tag: string
  readonly summary: string
  /** An example of what is sent. */
  readonly request?: object
  /** How it is sent: as JSON, or as the fields of a form. */
  readonly requestMedia?: 'application/json' | 'application/x-www-form-urlencoded'
  /** How a caller shows who it is: by the door's own header, in the body, or not at all; else as on the native API. */
  readonly caller?: 'tinyMfa' | 'body' | 'anybody'
  /** Fields of the request that are a reader's own, with the names a collection of requests knows them by. */
  readonly variables?: Readonly<Record<string, string>>
  /** What may stand behind the question mark: names, and what they do. */
  readonly query?: FieldTexts
  /** What the door's own names mean, in paths, requests and answers. */
  readonly fields: FieldTexts
  /** By status: every answer this operation gives while the door is open and the server well. */
  readonly answers: Readonly<Record<string, DoorAnswer>>
  /** How the door says anything else: that it is closed, that a body is too large, that the database is away. */
  readonly refusal: DoorAnswer
}

/** A door's operation as OpenAPI writes it. */
export function documentedDoor(door: DoorOperation): object {
  const { method, tag, summary, caller, variables, path, query = {}, fields, answers, refusal } = door
  const responses = Object.entries({ ...answers, default: refusal })
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return {
    operationId: [tag, method.toLowerCase(), ...(path.match(/[\w-]+/g) ?? [])].join('-'),
    tags: [tag],
    summary,
    ...(caller === undefined ? {} : { security: caller === 'tinyMfa' ? [{ tinyMfa: [] }] : [] }),
    ...(variables === undefined ? {} : { 'x-variables': variables }),
    parameters: [
      ...inPath.map((name) => parameter(name, 'path', fields[name])),
      ...Object.entries(query).map(([name, text]) => parameter(name, 'query', text)),
    ],
    ...requestBody(door),
    responses: Object.fromEntries(responses.map(([status, answer]) => [status, response(answer, fields)])),
  }
}

function parameter(name: string, place: 'path' | 'query', description: string | undefined): object {
  return { name, in: place, required: place === 'path', description, schema: { type: 'string' } }
}

// Doors take a field as it was always sent, a number as a word or the other way round: their schema says the names.
function requestBody({ request, requestMedia = 'application/json', fields }: DoorOperation): object {
  if (request === undefined) return {}
  const properties = Object.fromEntries(Object.keys(request).map((name) => [name, {}]))
  const schema = described({ type: 'object', properties }, fields)
  return { requestBody: { required: true, content: { [requestMedia]: { schema, example: request } } } }
}

function response({ description, media = 'application/json', schema }: DoorAnswer, fields: FieldTexts): object {
  if (media === '') return { description }
  return {
    description,
    content: { [media]: { schema: schema === undefined ? { type: 'string' } : described(schema, fields) } },
  }
}
