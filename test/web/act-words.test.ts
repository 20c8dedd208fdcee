import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { de } from '../../web/src/words/de/index.ts'

const server = resolve(import.meta.dirname, '../../src/server')

/** Everything the server's sources write after one name, such as `action: '…'`. */
function written(name: string): string[] {
  const sources = readdirSync(server, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const pattern = new RegExp(`\\b${name}: '([a-z_.]+)'`, 'g')
  const found = sources.flatMap((file) => [...readFileSync(join(server, file), 'utf8').matchAll(pattern)])
  return [...new Set(found.map(([, value]) => value ?? ''))]
}

it.each([
  ['action', 'act.'],
  ['objectKind', 'act.on.'],
])('every %s the server records by name has a German word', (name, prefix) => {
  const names = written(name)
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((each) => !Object.hasOwn(de, prefix + each))).toEqual([])
})
