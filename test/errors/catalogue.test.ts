import { expect, it } from 'vitest'
import { catalogue } from '../../src/errors/catalogue.ts'

/** Begins with a capital, a figure, a flag or what it is about; ends with a full stop, a reason or an example. */
const sentence = /^(?:[\p{Lu}\d"`{]|--|gpg ).*(?:[.!?}]| as in: .+| as https:\/\/\S+)$/su

it('law 8: every way to fail is told in a sentence', () => {
  const texts: [string, string][] = Object.entries(catalogue)
  expect(texts.length).toBeGreaterThan(300)
  expect(texts.filter(([, text]) => !sentence.test(text))).toEqual([])
})

it('law 8: no two failures are told in the same words', () => {
  const texts = Object.values<string>(catalogue).filter((text) => text !== '{reason}')
  const twice = texts.filter((text, index) => texts.indexOf(text) !== index)
  expect(twice).toEqual([])
})
