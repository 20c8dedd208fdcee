import { Value } from 'typebox/value'
import type { TSchema } from 'typebox'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../../src/api/index.ts'
import { doorOperations } from '../../../src/server/doors.ts'
import type { DoorAnswer, DoorOperation } from '../../../src/server/http/door-operation.ts'
import { openApi } from '../../../src/server/http/openapi.ts'
import { engines } from '../../support/engines.ts'
import { type AllDoors, openAllDoors } from './all-doors.ts'
import { type Attempt, tinyMfaAttempts, totpshareAttempts, ungleichotpAttempts } from './door-walk.ts'

const [sqlite] = engines

/** One answer, as the documentation speaks of it. */
interface Observed {
  readonly status: number
  readonly media: string
  readonly body: string
}

async function attemptsAt(doors: AllDoors, operation: DoorOperation): Promise<Attempt[]> {
  if (operation.tag === 'tiny-mfa') return tinyMfaAttempts(doors, operation)
  if (operation.tag === 'ungleichotp') return ungleichotpAttempts(doors, operation)
  return totpshareAttempts(doors, operation, await logIn(doors))
}

/** A browser of an administrator that shows its cookie and no CSRF token. */
async function logIn({ rooms }: AllDoors): Promise<Readonly<Record<string, string>>> {
  const { context, sessions } = rooms.access
  const row = {
    id: 'boss',
    username: 'boss',
    username_key: 'boss',
    display_name: '',
    email: '',
    source: 'local',
    role: 'administrator',
    oidc_issuer: null,
    oidc_subject: null,
    passphrase_hash: null,
    legacy_passphrase: null,
    disabled: 0,
    preferences: '{}',
    last_seen_at_ms: null,
    created_at_ms: 0,
    updated_at_ms: 0,
  } as const
  const limits = { idleMs: 3_600_000, absoluteMs: 3_600_000 }
  const login = { kind: 'console', personId: 'boss', factors: 'two', address: '', userAgent: '', limits } as const
  const token = await context.storage.transaction(async (tx) => {
    await tx
      .insertInto('person')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    return (await sessions.begin(tx, login)).token
  })
  return { cookie: `watchword_console=${token}` }
}

async function observe({ app }: AllDoors, method: string, { url, headers, body }: Attempt): Promise<Observed> {
  const sent = { method: method as 'GET', url, headers: { host: 'localhost:8000', ...headers } }
  const reply = await app.inject({ ...sent, ...(body === undefined ? {} : { payload: body }) })
  const media = String(reply.headers['content-type'] ?? '').split(';')[0] ?? ''
  return { status: reply.statusCode, media, body: reply.body }
}

/** What the documentation says wrongly about an answer, or nothing. */
function wrongWith({ status, media, body }: Observed, answers: DoorOperation['answers']): string | null {
  const documented: DoorAnswer | undefined = answers[status]
  if (documented === undefined) return `${status} is not documented: ${body}`
  const { media: said = 'application/json', schema } = documented
  if (said !== media) return `${status} is ${media}, documented as ${said}`
  if (schema === undefined) return null
  const isProblem = '$ref' in schema
  const fits = Value.Check(isProblem ? Problem : (schema as TSchema), JSON.parse(body))
  return fits ? null : `${status} is not of the documented shape: ${body}`
}

describe('the documentation of the doors', () => {
  it.each(doorOperations.map((operation) => [`${operation.method} ${operation.path}`, operation] as const))(
    'says of %s what it answers: every status, its type and its shape, and no other',
    async (_name, operation) => {
      if (sqlite === undefined) throw new Error('there is no engine')
      const doors = await openAllDoors(sqlite)
      const seen = new Set<string>()
      const wrong = new Set<string>()
      for (const attempt of await attemptsAt(doors, operation)) {
        const observed = await observe(doors, operation.method, attempt)
        seen.add(String(observed.status))
        const fault = wrongWith(observed, operation.answers)
        if (fault !== null) wrong.add(fault)
      }
      expect([...wrong]).toEqual([])
      expect([...seen].toSorted()).toEqual(Object.keys(operation.answers).toSorted())
    },
  )

  it('stands in the OpenAPI document with the type and shape of every answer', () => {
    const { paths } = openApi('', doorOperations) as {
      paths: Record<string, Record<string, { responses: Record<string, { content?: object }>; requestBody?: object }>>
    }
    for (const { method, path, answers, request } of doorOperations) {
      const { responses, requestBody } = paths[path]?.[method.toLowerCase()] ?? { responses: {} }
      expect(Object.keys(responses)).toEqual([...Object.keys(answers), 'default'])
      for (const [status, { content }] of Object.entries(responses)) {
        expect([path, status, content === undefined]).toEqual([path, status, ['204', '302'].includes(status)])
      }
      expect([path, requestBody === undefined]).toEqual([path, request === undefined])
    }
  })
})
