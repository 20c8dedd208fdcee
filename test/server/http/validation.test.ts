import type { FastifyRequest } from 'fastify'
import { expect, it } from 'vitest'
import { updateMe } from '../../../src/api/me.ts'
import { checkInput } from '../../../src/server/http/validation.ts'

const check = checkInput(updateMe)
const refusalOf = (body: unknown) => {
  try {
    check({ params: {}, query: {}, body } as FastifyRequest)
  } catch (error) {
    return String(error)
  }
  return 'no refusal'
}

it('T54 does not repeat the name of a field it does not know', () => {
  const refusal = refusalOf({ planted: 1 })
  expect(refusal).toContain('a field that is not known here')
  expect(refusal).not.toContain('planted')
})

it.each(['a\0b', 'a\ud800', '\udc00b'])('refuses %j, which not every database can hold', (displayName) => {
  expect(refusalOf({ displayName })).toContain('a NUL or half a character')
})

it.each([
  ['objects', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
  ['lists', `{"displayName":${'['.repeat(5000)}${']'.repeat(5000)}}`],
])('T66 refuses %s nested thousands of levels deep, and does not fall over them', (_what, text) => {
  expect(refusalOf(JSON.parse(text))).toContain('nested too deeply')
})
