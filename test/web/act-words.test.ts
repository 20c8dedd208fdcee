import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { de } from '../../web/src/words/de/index.ts'

const server = resolve(import.meta.dirname, '../../src/server')

/** Everything the server's sources write after one name, such as `action: '…'`. */
function written(name: string): string[] {
  const sources = readdirSync(server, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const pattern = new RegExp(`\\b${name}: '([a-z_.-]+)'`, 'g')
  const found = sources.flatMap((file) => [...readFileSync(join(server, file), 'utf8').matchAll(pattern)])
  return [...new Set(found.map(([, value]) => value ?? ''))]
}

/** Actions put together from a room and a word, such as `subjectEvent(by, 'enrol', …)`. */
function composed(): string[] {
  const sources = readdirSync(server, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const text = sources.map((file) => readFileSync(join(server, file), 'utf8')).join('\n')
  const events = [...text.matchAll(/\b(subject|realm)Event\(by, '([a-z_]+)'/g)].map(
    ([, room, word]) => `${room}.${word}`,
  )
  const changes = [
    ...text.matchAll(/\? \['(subject\.[a-z]+)'\]|'(account\.aws-mfa\.[a-z]+)'|action = '([a-z.-]+)'/g),
  ].map(([, ...actions]) => actions.find((action) => action !== undefined) ?? '')
  const accounts = [...text.matchAll(/accountEvent\([^)]*?'(account\.[a-z.-]+)'/g)].map(([, action]) => action ?? '')
  const purposes = [...text.matchAll(/\bpurpose: '(verify|authenticate|confirm|resync)'/g)].map(
    ([, purpose]) => `subject.${purpose}`,
  )
  return [...new Set([...events, ...changes, ...accounts, ...purposes])]
}

it('so has every action the server puts together', () => {
  const names = composed()
  expect(names).toEqual(expect.arrayContaining(['subject.enrol', 'subject.capped', 'account.update', 'subject.resync']))
  expect(names.filter((each) => !Object.hasOwn(de, `act.${each}`))).toEqual([])
})

it.each([
  ['action', 'act.'],
  ['objectKind', 'act.on.'],
])('every %s the server records by name has a German word', (name, prefix) => {
  const names = written(name)
  expect(names.length).toBeGreaterThan(10)
  expect(names.filter((each) => !Object.hasOwn(de, prefix + each))).toEqual([])
})
