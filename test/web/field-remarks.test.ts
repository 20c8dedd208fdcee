import { expect, it } from 'vitest'
import { Refusal } from '../../src/client/index.ts'
import { Failure } from '../../src/errors/failure.ts'
import { remark } from '../../src/errors/remarks.ts'
import { InvalidInput } from '../../src/server/http/field-remarks.ts'
import { toProblem } from '../../src/server/http/problem.ts'
import { remarksAt } from '../../web/src/parts/field-remarks.ts'
import { troubleOf } from '../../web/src/server/trouble.ts'
import { createWords } from '../../web/src/words/create-words.ts'
import { de } from '../../web/src/words/de/index.ts'
import { en } from '../../web/src/words/en/index.ts'

const troubleFrom = (failure: Failure) => troubleOf(new Refusal(toProblem(failure).problem))
const wrong = (field: string, limit: number) => ({ field, ...remark('field_too_long', { field, limit }) })

it('each field of a form hears what is wrong with it, in the visitor’s language', () => {
  const trouble = troubleFrom(new InvalidInput([wrong('name', 128), wrong('tags.3', 64)]))
  const { at, isAll } = remarksAt(trouble, ['name', 'tags', 'note'])
  expect(Object.keys(at).toSorted()).toEqual(['name', 'tags'])
  expect(isAll).toBe(true)
  const said = Object.values(at).map((one) => createWords('de', de, () => {}).remarkText(one))
  expect(said.toSorted()).toEqual(['Höchstens 128 Zeichen, bitte.', 'Höchstens 64 Zeichen, bitte.'])
  expect(createWords('en', en, () => {}).remarkText(wrong('name', 128))).toBe('At most 128 characters, please.')
})

it('a rule of the server that is about one field is said at that field', () => {
  const trouble = troubleFrom(new Failure('realm_name_taken', { detail: { field: 'name' } }))
  const { at, isAll } = remarksAt(trouble, ['name'])
  expect(isAll).toBe(true)
  expect(at['name']).toMatchObject({ code: 'realm_name_taken' })
})

it('the form says the rest itself where a field it does not have is wrong, and where no field is', () => {
  const partly = troubleFrom(new InvalidInput([wrong('name', 128), wrong('nameless', 5)]))
  expect(remarksAt(partly, ['name'])).toMatchObject({ at: { name: {} }, isAll: false })
  expect(remarksAt(troubleFrom(new Failure('forbidden')), ['name'])).toEqual({ at: {}, isAll: false })
  expect(remarksAt(null, ['name'])).toEqual({ at: {}, isAll: false })
})
