import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { endpoints } from '../../../src/api/index.ts'
import { doorOperations } from '../../../src/server/doors.ts'
import { namesWithProblems } from '../../../src/server/http/documented-problems.ts'
import { docsPage } from '../../../src/server/http/docs-page.ts'
import { openApi } from '../../../src/server/http/openapi.ts'

interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly security?: readonly object[]
  readonly parameters: readonly { name: string; in: string; description?: string; schema: object }[]
  readonly requestBody?: { content: Record<string, { schema: object }> }
  readonly responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

interface Document {
  readonly tags: readonly { name: string; description?: string }[]
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { securitySchemes: Record<string, object>; schemas: Record<string, object> }
}

// As a reader gets it: what JSON does not carry is not there.
const document = JSON.parse(JSON.stringify(openApi('1.2.3', doorOperations))) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ place: `${method.toUpperCase()} ${path}`, path, operation })),
)
const native = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]))

/** Every schema of an operation: of its parameters, its body and its answers. */
function schemasOf({ parameters, requestBody, responses }: Operation): object[] {
  const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)]
  const bodies = contents.flatMap((content) => Object.values(content ?? {}).map(({ schema }) => schema))
  return [...parameters.map(({ schema }) => schema), ...bodies]
}

/** Fields anywhere in a schema that do not say what they are. */
function undescribed(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const fields: Record<string, object> = 'properties' in schema ? { ...Object(schema.properties) } : {}
  const silent = Object.entries(fields).filter(([, field]) => !('description' in field))
  return [...silent.map(([name]) => name), ...Object.values(schema).flatMap(undescribed)]
}

describe('the OpenAPI document', () => {
  it('names every operation once, with a summary and a tag that says what it holds', () => {
    const tags = new Map(document.tags.map(({ name, description }) => [name, description]))
    expect([...tags].filter(([, description]) => description === undefined)).toEqual([])
    for (const { place, operation } of operations) {
      expect(operation.summary, place).toMatch(/\S/)
      expect(operation.tags.length, place).toBe(1)
      expect(tags.has(operation.tags[0] ?? ''), place).toBe(true)
    }
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
    expect(operations.length).toBe(endpoints.length + doorOperations.length)
  })

  it('says of every parameter and every field what it is, and of every name in a path that it is one', () => {
    const silent = operations.flatMap(({ place, path, operation }) => {
      const named = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`)
      expect(named.toSorted(), place).toEqual((path.match(/\{\w+\}/g) ?? []).toSorted())
      const parameters = operation.parameters.filter(({ description = '' }) => description === '')
      const fields = schemasOf(operation).flatMap(undescribed)
      return [...parameters.map(({ name }) => `${place} ${name}`), ...fields.map((name) => `${place} .${name}`)]
    })
    expect(silent).toEqual([])
    expect(undescribed(document.components.schemas)).toEqual([])
  })

  it('holds schemas that compile, and refers only to what is there', () => {
    const text = JSON.stringify(document)
    for (const [, name = ''] of text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas).toHaveProperty(name)
    }
    expect(text.match(/"\$ref"/g)?.length).toBe(text.match(/"\$ref":"#\/components\/schemas\//g)?.length)
    const whole = new Set(operations.flatMap(({ operation }) => schemasOf(operation)).map((one) => JSON.stringify(one)))
    for (const schema of whole) {
      const { $ref, ...rest } = JSON.parse(schema) as { $ref?: string }
      if ($ref === undefined) expect(() => Compile(rest).Check('anything'), schema).not.toThrow()
    }
    expect(whole.size).toBeGreaterThan(100)
  })

  it('says who may call: endpoints open to everyone ask for nothing, all others for a scheme it describes', () => {
    for (const { place, operation } of operations) {
      const endpoint = native.get(operation.operationId)
      for (const scheme of operation.security ?? []) {
        expect(Object.keys(document.components.securitySchemes), place).toEqual(
          expect.arrayContaining(Object.keys(scheme)),
        )
      }
      if (endpoint === undefined) continue
      const isOpen = operation.security?.every((scheme) => Object.keys(scheme).length === 0) ?? false
      const isOptional = operation.security?.some((scheme) => Object.keys(scheme).length === 0) ?? false
      expect([place, isOpen || isOptional]).toEqual([place, endpoint.isOpen])
      if (endpoint.isOpen && endpoint.knowsCaller !== true) expect(operation.security, place).toEqual([])
    }
    expect(document.paths['/v1/login']?.['post']?.security).toEqual([])
  })

  it('says what is refused and why: 4xx with the names of failures, as problem details', () => {
    for (const { place, operation } of operations) {
      const endpoint = native.get(operation.operationId)
      if (endpoint === undefined) continue
      const { responses } = operation
      const refused = Object.entries(responses).filter(([status]) => status.startsWith('4'))
      expect(refused.length, place).toBeGreaterThan(0)
      for (const [, { description, content }] of refused) {
        expect(description, place).toMatch(/^`\w+`: \S/)
        expect(content, place).toEqual({
          ...(endpoint.media === 'text/html' ? { 'text/html': { schema: { type: 'string' } } } : {}),
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        })
      }
      const wanted = [
        ...(endpoint.isOpen ? [] : ['login_needed']),
        ...(endpoint.parts.params === undefined ? [] : ['bad_request']),
        ...(endpoint.path.includes('{realm}') ? ['realm_not_found'] : []),
      ]
      const told = JSON.stringify(responses)
      expect(
        wanted.filter((code) => !told.includes(`\`${code}\``)),
        place,
      ).toEqual([])
    }
    expect(namesWithProblems.filter((name) => !native.has(name))).toEqual([])
  })

  it('takes an Idempotency-Key where an act can be named', () => {
    const nameable = operations.filter(({ operation }) =>
      operation.parameters.some(({ in: place, name }) => place === 'header' && name === 'Idempotency-Key'),
    )
    expect(nameable.map(({ operation }) => operation.operationId).toSorted()).toEqual(['revealCode', 'verifyCode'])
  })

  it('is shown whole by the page at /docs, whatever a description holds', () => {
    const page = docsPage(document)
    for (const { operation } of operations) expect(page).toContain(operation.summary.replaceAll("'", '&#39;'))
    expect(page).toContain('<code>Idempotency-Key</code>')
    expect(page).toContain('<code>reveal_lease_held</code>')
    const hostile = structuredClone(document)
    const [operation] = Object.values(hostile.paths['/v1/me'] ?? {})
    Object.assign(operation ?? {}, { summary: '<img src=x onerror=alert(1)>' })
    expect(docsPage(hostile)).not.toContain('<img')
  })
})
