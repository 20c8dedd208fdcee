import type { FastifyRequest } from 'fastify'
import { Compile } from 'typebox/compile'
import { expect, it, vi } from 'vitest'
import type { Endpoint } from '../../../src/api/endpoint.ts'
import { endpoints } from '../../../src/api/index.ts'
import { Failure } from '../../../src/errors/failure.ts'
import { toProblem } from '../../../src/server/http/problem.ts'
import { checkInput } from '../../../src/server/http/validation.ts'

const named = (name: string): Endpoint => {
  const found = endpoints.find((endpoint) => endpoint.name === name)
  if (found === undefined) throw new Error(`no endpoint ${name}`)
  return found
}

const params = { realm: 'shop', subject: 'ana', account: 'a' }

function problemOf(endpoint: Endpoint, body: unknown, query: object = {}) {
  const own = Object.keys(endpoint.parts.params?.properties ?? {}).map((name) => [name, 'x'])
  const request = { params: { ...params, ...Object.fromEntries(own) }, query, body } as FastifyRequest
  try {
    checkInput(endpoint)(request)
  } catch (error) {
    return toProblem(error).problem
  }
  return null
}

const told = (endpoint: Endpoint, body: unknown, query?: object) =>
  problemOf(endpoint, body, query)?.errors?.map(({ field, code }) => [field, code])

it('names every field that is wrong, at once', () => {
  const body = { name: 5, digits: 99, periodSeconds: 'x' }
  expect(problemOf(named('createRealm'), body)).toMatchObject({
    code: 'bad_request',
    title:
      'The request is not valid: the field name must be text; the field digits must be at most 8; the field periodSeconds must be a whole number.',
    errors: [
      { field: 'name', code: 'field_not_text', message: 'The field name must be text.' },
      { field: 'digits', code: 'field_too_large', values: { limit: 8 } },
      { field: 'periodSeconds', code: 'field_not_whole' },
    ],
  })
})

it.each([
  ['a missing field', 'createRealm', {}, [['name', 'field_missing']]],
  ['a word of others', 'createRealm', { name: 'a', replay: 'never' }, [['replay', 'field_not_one_of']]],
  ['an empty text', 'createRealm', { name: '' }, [['name', 'field_empty']]],
  ['a field inside another', 'updateRealm', { lockout: { cap: 'x' } }, [['lockout.cap', 'field_not_whole']]],
  ['a NUL', 'createRealm', { name: 'a\0' }, [['name', 'field_unstorable']]],
  ['no object', 'createRealm', 'text', [['', 'body_misfit']]],
])('says of %s where it is', (_what, name, body, expected) => {
  expect(told(named(name), body)).toEqual(expect.arrayContaining(expected))
})

it('says of a query what is wrong with it', () => {
  expect(told(named('listRealms'), undefined, { limit: '100000' })).toEqual([['limit', 'field_too_large']])
})

it('does not say of one shape among several what another misses', () => {
  const body = { preferences: { theme: 5 } }
  expect(told(named('updateMe'), body)).toEqual([['preferences', 'field_misfit']])
})

it('says of a rule of ours which field it is about, like the schema does', () => {
  const { problem } = toProblem(new Failure('account_text_unprintable', { detail: { field: 'note' } }))
  expect(problem.errors).toEqual([
    { field: 'note', code: 'account_text_unprintable', message: problem.title, values: { field: 'note' } },
  ])
})

const marker = 'pLaNtEd'
const planted: unknown[] = [
  marker,
  [marker],
  { [marker]: marker },
  [[{ [marker]: [marker] }]],
  marker.repeat(3000),
  `${marker}\0`,
  { [marker]: `\ud800${marker}` },
  Array.from({ length: 500 }, () => marker),
  Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`${marker}${at}`, at])),
]

it.each(endpoints.filter(({ parts }) => parts.body !== undefined).map((one) => [one.name, one] as const))(
  'T54 echoes nothing of a body it refuses, and stays short: %s',
  (_name, endpoint) => {
    const fields = Object.keys(Object(endpoint.parts.body).properties ?? {})
    const bodies = planted.flatMap((value) => [
      value,
      { [marker]: value },
      ...fields.map((field) => ({ [field]: value })),
      Object.fromEntries(fields.map((field) => [field, value])),
    ])
    const problems = bodies.map((body) => problemOf(endpoint, body)).filter((problem) => problem !== null)
    expect(problems.length).toBeGreaterThan(0)
    for (const problem of problems) {
      const text = JSON.stringify(problem)
      expect(text.includes(marker)).toBe(false)
      expect(text.length).toBeLessThan(8000)
      expect(problem.errors?.length).toBeGreaterThan(0)
      expect(problem.errors?.length).toBeLessThanOrEqual(8)
    }
  },
)

it('collects no complaints about input that is right', () => {
  const { body } = named('createRealm').parts
  if (body === undefined) throw new Error('createRealm has no body')
  const complaints = vi.spyOn(Object.getPrototypeOf(Compile(body)), 'Errors')
  expect(problemOf(named('createRealm'), { name: 'shop' })).toBeNull()
  expect(complaints).not.toHaveBeenCalled()
  expect(problemOf(named('createRealm'), {})).not.toBeNull()
  expect(complaints).toHaveBeenCalledOnce()
})
