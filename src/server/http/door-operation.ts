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
  /** By status: every answer this operation gives while the door is open and the server well. */
  readonly answers: Readonly<Record<string, DoorAnswer>>
  /** How the door says anything else: that it is closed, that a body is too large, that the database is away. */
  readonly refusal: DoorAnswer
}

/** A door's operation as OpenAPI writes it. */
export function documentedDoor(door: DoorOperation): object {
  const { tag, summary, caller, variables, path, request, requestMedia = 'application/json', answers, refusal } = door
  const responses = Object.entries({ ...answers, default: refusal })
  return {
    tags: [tag],
    summary,
    ...(caller === undefined ? {} : { security: caller === 'tinyMfa' ? [{ tinyMfa: [] }] : [] }),
    ...(variables === undefined ? {} : { 'x-variables': variables }),
    parameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...(request === undefined ? {} : { requestBody: { content: { [requestMedia]: { example: request } } } }),
    responses: Object.fromEntries(responses.map(([status, answer]) => [status, response(answer)])),
  }
}

function response({ description, media = 'application/json', schema }: DoorAnswer): object {
  if (media === '') return { description }
  return { description, content: { [media]: schema === undefined ? {} : { schema } } }
}
