import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, openGateHouse } from '../../support/gate/house.ts'

const rules = `
rules:
  - path: /alice/
    person: alice
    policy: one_factor
  - path: /alice/
    policy: deny
  - path: /strict/
    policy: two_factor
  - path: /fresh/
    policy: two_factor
    step_up_minutes: 60
  - policy: one_factor
`
const everything = { hosts: ['*'], paths: ['/'], methods: ['*'], twoFactor: true }

describe('gate tokens', () => {
  let house: GateHouse
  let administrator: string

  beforeAll(async () => {
    house = await openGateHouse({ rules })
    await house.addPerson('alice')
    administrator = await make({ scopes: ['admin'] })
  })
  afterAll(() => house.close())

  const make = async (wish: { name?: string; scopes?: string[]; gateLimits?: typeof everything }) => {
    const { core, access } = house.rooms
    const { text } = await core.storage.transaction((tx) =>
      access.tokens.create(tx, { name: 'robot', owner: 'service', scopes: ['gate:app'], createdBy: 'test', ...wish }),
    )
    return text ?? ''
  }
  const check = (token: string, path = '/x', host = 'app.example.test') => {
    const visit = { 'x-original-url': `https://${host}${path}`, 'x-original-method': 'GET' }
    return exchange(house.port, '/check/nginx', { headers: { ...visit, authorization: `Bearer ${token}` } })
  }
  const wish = async (body: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${administrator}` }
    const text = JSON.stringify({ name: 'robot', owner: 'service', scopes: ['gate:app'], ...body })
    const answer = await exchange(house.port, '/v1/tokens', { method: 'POST', headers, body: text })
    return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> }
  }

  it('B8 a token passes no step-up rule, however new it is: nobody is there to prove it anew', async () => {
    const token = await make({ gateLimits: everything })
    expect([(await check(token, '/strict/')).status, (await check(token, '/fresh/')).status]).toEqual([200, 401])
  })

  it('B8 limits open nothing without a scope for the gate, nor a scope without limits', async () => {
    expect((await check(await make({ scopes: ['metrics'], gateLimits: everything }))).status).toBe(401)
    expect((await check(await make({}))).status).toBe(401)
    for (const half of [{ scopes: ['metrics'], gateLimits: everything }, { gateLimits: undefined }]) {
      const { status, body } = await wish(half)
      expect([status, body['code']]).toEqual([400, 'token_gate_incomplete'])
    }
  })

  it('B8 limits are kept in the spelling the gate compares with', async () => {
    const made = await wish({ gateLimits: { ...everything, hosts: ['Status2.Example.TEST.'], methods: ['get'] } })
    expect(made.body['gateLimits']).toMatchObject({ hosts: ['status2.example.test'], methods: ['GET'] })
    const token = String(made.body['token'])
    expect((await check(token, '/x', 'status2.example.test')).status).toBe(200)
    expect((await check(token, '/x', 'app.example.test')).status).toBe(401)
    const old = await make({ gateLimits: { ...everything, hosts: ['Status2.Example.test', 'https://x/'] } })
    expect((await check(old, '/x', 'status2.example.test')).status).toBe(200)
  })

  it.each([
    { hosts: ['https://app.example.test/'] },
    { hosts: ['*.'] },
    { paths: ['api'] },
    { paths: ['/a/*/b'] },
    { methods: ['GTE'] },
    { hosts: [] },
    { paths: [] },
  ])('B8 limits that could never match are refused: %j', async (limits) => {
    expect((await wish({ gateLimits: { ...everything, ...limits } })).status).toBe(400)
  })

  it('B8 a service is never taken for a person of its name', async () => {
    const token = await make({ name: 'alice', gateLimits: everything })
    expect((await check(token, '/alice/')).status).toBe(403)
    expect((await check(token)).headers['remote-user']).toBe('service/alice')
    const odd = await make({ name: 'a,b: c@d@e', gateLimits: everything })
    expect((await check(odd)).headers['remote-user']).toBe('')
  })

  it('law 3: the audit hears of a token once a minute, also after the clock was set back', async () => {
    const token = await make({ name: 'clocked', gateLimits: everything })
    const uses = async () => (await house.rooms.core.audit.list({ action: 'gate.token' })).items.length
    const before = await uses()
    await check(token)
    await check(token)
    await expect.poll(uses).toBe(before + 1)
    house.advance(-3_600_000)
    await check(token)
    await expect.poll(uses).toBe(before + 2)
    house.advance(3_600_000)
  })

  it('law 3: the audit says what a new token opens', async () => {
    const { body } = await wish({ gateLimits: everything })
    const { items } = await house.rooms.core.audit.list({ action: 'token.create', object: String(body['id']) })
    expect(items[0]?.detail).toMatchObject({
      scopes: ['gate:app'],
      gateHosts: ['*'],
      gatePaths: ['/'],
      gateMethods: ['*'],
      gateTwoFactor: true,
    })
  })
})
