import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { de } from '../../web/src/words/de/index.ts'

const folder = resolve(import.meta.dirname, '../../src/server/operation')

it('every check of the health page has a German sentence', () => {
  const source = readdirSync(folder)
    .filter((name) => /finding/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
  const checks = [...source.matchAll(/\bcheck(?: =|:) '([^']+)'/g)].map(([, check]) => check ?? '')
  expect(checks.length).toBeGreaterThan(8)
  expect(checks.filter((check) => !Object.hasOwn(de, `finding.${check}.ok`))).toEqual([])
})
