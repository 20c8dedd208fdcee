import { describe, expect, it } from 'vitest'
import { engines } from '../../support/engines.ts'
import { type AllDoors, openAllDoors } from '../compat/all-doors.ts'
import { insertPerson } from './row-people.ts'

/** A member's bearer token, and the cookie of their console. */
async function addMember({ rooms }: AllDoors): Promise<{ bearer: Record<string, string>; cookie: string }> {
  const { tokens, sessions, context } = rooms.access
  return context.storage.transaction(async (tx) => {
    await insertPerson(tx, 'bob', 'member')
    const wish = { name: 'mine', owner: 'person', personId: 'bob', scopes: ['add'], createdBy: 'bob' } as const
    const { text } = await tokens.create(tx, wish)
    const limits = { idleMs: 3_600_000, absoluteMs: 3_600_000 }
    const login = { kind: 'console', personId: 'bob', factors: 'two', address: '', userAgent: '', limits } as const
    const session = await sessions.begin(tx, login)
    return { bearer: { authorization: `Bearer ${text}` }, cookie: `watchword_console=${session.token}` }
  })
}

describe.each(engines)('denials on $name', (engine) => {
  it('law 3: are audited also where the answer is that there is no such thing, whether there is or not', async () => {
    const doors = await openAllDoors(engine)
    await doors.json('POST', '/v1/realms', doors.root, { name: 'web' })
    const { bearer, cookie } = await addMember(doors)
    const ask = async (method: string, path: string, headers: Record<string, string> = bearer) =>
      (await doors.json(method, path, headers)).status
    const afar = { ...bearer, 'x-forwarded-for': '192.0.2.1' }
    const answers = [
      await ask('GET', '/v1/realms/web'),
      await ask('GET', '/v1/realms/nowhere'),
      await ask('GET', '/v1/accounts/nothing'),
      await ask('GET', '/metrics', afar),
      await ask('POST', '/v1/sessions/end-all', { cookie, host: 'localhost:8000' }),
    ]
    expect(answers).toEqual([404, 404, 404, 403, 403])
    const { items } = await doors.rooms.core.audit.list({ action: 'request.denied' })
    expect(items.map(({ actorName, objectId, reason }) => [actorName, objectId, reason]).toReversed()).toEqual([
      ['bob', 'GET /v1/realms/:realm', 'forbidden'],
      ['bob', 'GET /v1/realms/:realm', 'forbidden'],
      ['bob', 'GET /v1/accounts/:account', 'forbidden'],
      ['bob', 'GET /metrics', 'forbidden'],
      ['bob', 'POST /v1/sessions/end-all', 'csrf_refused'],
    ])
    expect(await doors.json('GET', '/v1/realms/nowhere', doors.root)).toMatchObject({ status: 404 })
    expect((await doors.rooms.core.audit.list({ action: 'request.denied' })).items).toHaveLength(items.length)
  })
})
