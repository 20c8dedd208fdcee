import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { importFailures } from '../../src/errors/importers.ts'
import { otpFailures } from '../../src/errors/otp.ts'
import { remark, remarkCodes } from '../../src/errors/remarks.ts'
import { skipCodes } from '../../src/importers/report.ts'
import { createWords } from '../../web/src/words/create-words.ts'
import { de } from '../../web/src/words/de/index.ts'
import { en } from '../../web/src/words/en/index.ts'

const german = createWords('de', de, () => {})
const said = (key: string) => JSON.stringify(Reflect.get(de, key) ?? '')
const placesIn = (text: string) => new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))

it('every remark of the server, the importers and sign-on has its German sentence, with nothing invented in it', () => {
  expect(remarkCodes.length).toBeGreaterThan(50)
  expect(remarkCodes.filter((code) => !Object.hasOwn(de, `remark.${code}`))).toEqual([])
  for (const code of remarkCodes) {
    const invented = [...placesIn(said(`remark.${code}`))].filter((name) => !placesIn(remark(code).message).has(name))
    expect(invented, code).toEqual([])
  }
})

it('every check of the health page has its German name', () => {
  const folder = resolve(import.meta.dirname, '../../src/server/operation')
  const sources = readdirSync(folder).filter((name) => name.includes('finding'))
  const text = sources.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
  const found = [...text.matchAll(/\bcheck = '([^']+)'|finding\('\w+', '([^']+)'/g)]
  const checks = found.map(([, named, given]) => named ?? given ?? '')
  expect(checks).toEqual(expect.arrayContaining(['clock', 'disk space', 'root key', 'database']))
  expect(checks.filter((check) => !Object.hasOwn(de, `check.${check}`))).toEqual([])
})

it('whatever an importer leaves out or refuses has its German words', () => {
  expect(skipCodes.filter((code) => !Object.hasOwn(de, `left-out.${code}`))).toEqual([])
  const ofEntries = Object.keys({ ...importFailures, ...otpFailures })
  expect(ofEntries.filter((code) => !Object.hasOwn(de, `problem.${code}`))).toEqual([])
})

it('no German sentence is for a remark that does not exist', () => {
  const named = Object.keys(de).filter((key) => key.startsWith('remark.'))
  expect(named.filter((key) => !remarkCodes.some((code) => key === `remark.${code}`))).toEqual([])
})

it('says a remark in the visitor’s language with its values, and the server’s own sentence in English', () => {
  const listens = remark('listens', { address: '127.0.0.1:8000' })
  expect(german.remarkText(listens)).toBe('Lauscht auf 127.0.0.1:8000.')
  expect(createWords('en', en, () => {}).remarkText(listens)).toBe(listens.message)
  const refused = { code: 'import_type_unsupported', message: 'mOTP accounts …', values: { type: 'mOTP' } }
  expect(german.remarkText(refused)).toMatch(/^Konten der Art mOTP/)
})
