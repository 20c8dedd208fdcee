import { expect, it } from 'vitest'
import { catalogue, type FailureCode } from '../../src/errors/catalogue.ts'
import { Failure } from '../../src/errors/failure.ts'
import { toProblem } from '../../src/server/http/problem.ts'
import { de } from '../../web/src/words/de/index.ts'
import { en } from '../../web/src/words/en/index.ts'

// Doors of other programs, which the console does not use.
const ofOtherDoors = /^(totpshare|tiny_mfa|ungleichotp)_/
const codes = Object.keys(catalogue) as FailureCode[]
const reachable = codes.filter(
  (code) => !ofOtherDoors.test(code) && toProblem(new Failure(code)).problem.code !== 'internal_error',
)

it('every failure that can reach the console has its German sentence', () => {
  expect(reachable.length).toBeGreaterThan(100)
  expect(reachable.filter((code) => !Object.hasOwn(de, `problem.${code}`))).toEqual([])
})

it('no sentence of the console is for a failure that does not exist', () => {
  const said = [...Object.keys(de), ...Object.keys(en)].filter((key) => key.startsWith('problem.'))
  expect(said.filter((key) => !Object.hasOwn(catalogue, key.slice('problem.'.length)))).toEqual([])
})

it('no sentence of the console speaks of fields and headers of the API', () => {
  const sentences = [...Object.entries(en), ...Object.entries(de)]
    .filter(([key]) => key.startsWith('problem.'))
    .map(([, sentence]) => JSON.stringify(sentence))
  expect(sentences.filter((sentence) => /[a-z][A-Z][a-z]+|Idempotency|POST|contentBase64/.test(sentence))).toEqual([])
})
