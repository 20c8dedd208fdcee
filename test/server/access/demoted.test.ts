import { describe, expect, it } from 'vitest'
import { hasScope, isAdministrator, mayReadMetrics } from '../../../src/server/access/rights.ts'
import type { PersonActor } from '../../../src/server/http/actor.ts'
import { engines } from '../../support/engines.ts'
import { type AllDoors, openAllDoors } from '../compat/all-doors.ts'
import { insertPerson } from './row-people.ts'

/** An administrator who made a token with these scopes. */
async function addRuler({ rooms }: AllDoors, id: string, scopes: readonly string[]): Promise<string> {
  const { tokens, context } = rooms.access
  return context.storage.transaction(async (tx) => {
    await insertPerson(tx, id, 'administrator')
    const made = await tokens.create(tx, { name: id, owner: 'person', personId: id, scopes, createdBy: id })
    return made.text ?? ''
  })
}

/** What a token is answered wherever only administrators get by themselves. */
async function answers({ json }: AllDoors, token: string): Promise<number[]> {
  const bearer = { authorization: `Bearer ${token}` }
  const door = { 'tiny-mfa-access-token': token }
  const asked = [
    await json('GET', '/v1/realms/web/subjects', bearer),
    await json('POST', '/v1/realms/web/subjects/ada/enrolment', bearer),
    await json('POST', '/v1/realms/web/subjects/ada/verify', bearer, { code: '000000' }),
    await json('GET', '/metrics', { ...bearer, 'x-forwarded-for': '192.0.2.1' }),
    await json('GET', '/api/v1/issuer', door),
  ]
  return asked.map(({ status }) => status)
}

describe.each(engines)('tokens of whoever was an administrator on $name', (engine) => {
  it('T96 open no realm and no door any more, whatever their scopes say', async () => {
    const doors = await openAllDoors(engine)
    await doors.json('POST', '/v1/realms', doors.root, { name: 'web' })
    await doors.json('POST', '/v1/realms/web/subjects', doors.root, { name: 'ada' })
    await addRuler(doors, 'left-behind', [])
    for (const scopes of [['admin'], ['enrol:*', 'verify:web', 'door:tiny-mfa', 'metrics']]) {
      const id = `bob-${scopes.length}`
      const token = await addRuler(doors, id, scopes)
      expect(await answers(doors, token)).toEqual([200, 201, 200, 200, 200])
      expect(await doors.json('PATCH', `/v1/people/${id}`, doors.root, { role: 'member' })).toMatchObject({
        status: 200,
      })
      expect((await answers(doors, token)).filter((status) => status < 400)).toEqual([])
    }
  })
})

describe('the rights of a person', () => {
  const person: PersonActor = {
    kind: 'person',
    personId: 'bob',
    username: 'bob',
    role: 'member',
    groupIds: [],
    mayAddAccounts: true,
    address: '',
    factors: 'two',
    authenticatedAtMs: 0,
  }
  const mayAnything = (actor: PersonActor) =>
    isAdministrator(actor) ||
    mayReadMetrics(actor) ||
    ['verify', 'explain', 'enrol', 'door'].some((verb) => hasScope(actor, verb, 'web'))

  it('T96 are nowhere more than their role, whichever scopes a token has', () => {
    for (const role of ['member', 'auditor'] as const) {
      for (const scope of [
        'admin',
        'metrics',
        'verify:web',
        'verify:*',
        'enrol:web',
        'enrol:*',
        'door:web',
        'explain:*',
      ]) {
        expect(mayAnything({ ...person, role, tokenId: 't', scopes: [scope] })).toBe(false)
        expect(mayAnything({ ...person, role: 'administrator', factors: 'one', scopes: [scope] })).toBe(false)
      }
    }
  })

  it('are narrowed by the scopes of an administrator’s token, and by nothing in a session', () => {
    const ruler = { ...person, role: 'administrator' } as const
    expect(hasScope({ ...ruler, scopes: ['enrol:web'] }, 'enrol', 'web')).toBe(true)
    expect(hasScope({ ...ruler, scopes: ['enrol:web'] }, 'enrol', 'shop')).toBe(false)
    expect(hasScope({ ...ruler, scopes: ['enrol:web'] }, 'verify', 'web')).toBe(false)
    expect(hasScope(ruler, 'enrol', 'shop')).toBe(true)
  })
})
