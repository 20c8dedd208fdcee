import { endpoints, Problem } from '../../api/index.ts'
import { type Endpoint, idempotencyHeader } from '../../api/endpoint.ts'
import { described } from './described.ts'
import { problemsOf, problemText } from './documented-problems.ts'
import { type DoorOperation, documentedDoor } from './door-operation.ts'
import { tagTexts } from './tag-texts.ts'

/** Builds the OpenAPI 3.1 document of the native API from the same schemas the server checks with. */
export function openApi(version: string, doors: readonly DoorOperation[] = []): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of endpoints) {
    const operations = (paths[endpoint.path] ??= {})
    operations[endpoint.method.toLowerCase()] = operation(endpoint)
  }
  for (const door of doors) {
    const operations = (paths[door.path] ??= {})
    operations[door.method.toLowerCase()] = documentedDoor(door)
  }
  const tags = new Set([...endpoints.map(({ tag }) => tag), ...doors.map(({ tag }) => tag)])
  return {
    openapi: '3.1.0',
    info: {
      title: 'Watchword',
      version,
      description: 'Time-based one-time passwords: verified, shared and guarded. Errors are RFC 9457 problem details.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server this document comes from' }],
    security: known,
    tags: [...tags].map((name) => ({ name, description: tagTexts[name] })),
    paths,
    components: { securitySchemes, schemas: { Problem: described(Problem) } },
  }
}

const known = [{ token: [] }, { session: [] }]

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'An access token, or one of the provider where that is allowed',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-watchword_console',
    description:
      'The session of the console; changes also send X-CSRF-Token. Over plain HTTP on loopback it is named watchword_console',
  },
  tinyMfa: {
    type: 'apiKey',
    in: 'header',
    name: 'tiny-mfa-access-token',
    description: 'A token of go-tiny-mfa’s door: the root token, or one of an issuer',
  },
}

function operation(endpoint: Endpoint): object {
  const { params, query, body, answer } = endpoint.parts
  return {
    operationId: endpoint.name,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: `Who may: ${endpoint.rights}.`,
    ...security(endpoint),
    parameters: [
      ...parameters(params, 'path'),
      ...parameters(query, 'query'),
      ...(endpoint.isNameable === true ? [{ ...idempotencyHeader, in: 'header', required: false }] : []),
    ],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: described(body) } } } }),
    responses: {
      [endpoint.status]: { description: 'Done', ...content(endpoint, answer) },
      ...Object.fromEntries(
        problemsOf(endpoint).map(([status, codes]) => [status, problem(problemText(codes), endpoint)]),
      ),
      default: problem('Anything else that went wrong', endpoint),
    },
  }
}

function security({ isOpen, knowsCaller = false }: Endpoint): { security?: object[] } {
  if (!isOpen) return {}
  return { security: knowsCaller ? [{}, ...known] : [] }
}

// A browser that came on a link is told in a page what a program is told in problem details.
function problem(description: string, { media }: Endpoint): object {
  const page = media === 'text/html' ? { 'text/html': { schema: { type: 'string' } } } : {}
  const details = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
  return { description, content: { ...page, ...details } }
}

function content(endpoint: Endpoint, answer: object | undefined): object {
  if (endpoint.media !== undefined) return { content: { [endpoint.media]: { schema: { type: 'string' } } } }
  return answer === undefined ? {} : { content: { 'application/json': { schema: described(answer) } } }
}

function parameters(schema: Endpoint['parts']['params'], place: 'path' | 'query'): object[] {
  if (schema === undefined) return []
  const required = new Set<string>(schema.required ?? [])
  return Object.entries(described(schema).properties ?? {}).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    description,
    schema: property,
  }))
}
