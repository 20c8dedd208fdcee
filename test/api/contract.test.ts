import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { endpoints, updateSettings } from '../../src/api/index.ts'

/** Every property name anywhere in what an endpoint takes. */
function taken(schema: unknown, found = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return found
  if ('properties' in schema && typeof schema.properties === 'object' && schema.properties !== null) {
    for (const name of Object.keys(schema.properties)) found.add(name)
  }
  for (const part of Object.values(schema)) taken(part, found)
  return found
}

function isList(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && Object.hasOwn(Object(Object(answer).properties), 'items')
}

describe('the wire contract', () => {
  it('T67 lets nobody choose a place on the server: no path, file, folder or sink is ever taken', () => {
    const names = endpoints.flatMap(({ parts }) => [...taken(parts.body), ...taken(parts.query)])
    // `fileName` tells what a picture was called, `paths` limits a gate token to addresses of an app.
    const places = names.filter((name) => /path|file|folder|directory|sink|syslog/i.test(name))
    expect(new Set(places)).toEqual(new Set(['fileName', 'paths']))
    expect(names.length).toBeGreaterThan(100)
  })

  it('T67 refuses a setting it does not know', () => {
    const settings = Compile(updateSettings.parts.body)
    expect(settings.Check({ undoMs: 1000 })).toBe(true)
    expect(settings.Check({ auditPath: '/etc/cron.d/x' })).toBe(false)
  })

  it('gives every endpoint a name and an address of its own', () => {
    const places = endpoints.map(({ method, path }) => `${method} ${path}`)
    expect(new Set(places).size).toBe(endpoints.length)
    expect(new Set(endpoints.map(({ name }) => name)).size).toBe(endpoints.length)
  })

  it('gives every list pages: a cursor, a limit, and the cursor of the next page', () => {
    const lists = endpoints.filter(({ parts }) => isList(parts.answer))
    expect(lists.length).toBeGreaterThan(15)
    for (const { name, parts } of lists) {
      expect(Object.keys(parts.query?.properties ?? {}), name).toEqual(expect.arrayContaining(['cursor', 'limit']))
      expect(parts.answer, name).toHaveProperty('properties.nextCursor')
    }
  })

  it('T53 T86 names no secret in any answer but those of enrolment', () => {
    const shown = endpoints.filter(({ parts }) =>
      [...taken(parts.answer)].some((name) => /secret(?!Version|s$)|otpauth/i.test(name) && !/hasSecret/.test(name)),
    )
    expect(shown.map(({ name }) => name).toSorted()).toEqual([
      'beginCode',
      'enrolSubject',
      'openEnrolmentLink',
      'readEnrolment',
      'setupBegin',
    ])
  })
})
