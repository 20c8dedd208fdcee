import { endpoints, Problem } from '../../api/index.ts'
import type { Endpoint } from '../../api/endpoint.ts'
import { type DoorOperation, documentedDoor } from './door-operation.ts'

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
  return {
    openapi: '3.1.0',
    info: {
      title: 'Watchword',
      version,
      description: 'Time-based one-time passwords: verified, shared and guarded. Errors are RFC 9457 problem details.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }, { session: [] }],
    tags: [...new Set([...endpoints.map(({ tag }) => tag), ...doors.map(({ tag }) => tag)])].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-watchword_console' },
        tinyMfa: { type: 'apiKey', in: 'header', name: 'tiny-mfa-access-token' },
      },
      schemas: { Problem },
    },
  }
}

function operation(endpoint: Endpoint): object {
  const { params, query, body, answer } = endpoint.parts
  return {
    operationId: endpoint.name,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: `Who may: ${endpoint.rights}.`,
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [endpoint.status]: { description: 'Done', ...content(endpoint, answer) },
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

function content(endpoint: Endpoint, answer: object | undefined): object {
  if (endpoint.media !== undefined) return { content: { [endpoint.media]: {} } }
  return answer === undefined ? {} : { content: { 'application/json': { schema: answer } } }
}

function parameters(schema: Endpoint['parts']['params'], place: 'path' | 'query'): object[] {
  if (schema === undefined) return []
  const required = new Set<string>(schema.required ?? [])
  return Object.entries(schema.properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema: property,
  }))
}
