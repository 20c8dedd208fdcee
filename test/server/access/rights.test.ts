import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { Browser, type CallOptions, type House, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, logIn } from './people.ts'

type Engine = (typeof engines)[number]

async function secondServer(engine: Engine): Promise<[House, House]> {
  const place = await engine.freshPlace()
  const first = await openHouse(engine, { place })
  const { rootKey, clock } = first
  return [first, await openHouse(engine, { place, rootKey, clock })]
}

async function makeToken(house: House, token: string, body: object): Promise<{ id: string; token: string }> {
  const answer = await house.call(api.createToken, { token, body })
  if (answer.status !== 201) throw new Error(`no token: ${JSON.stringify(answer.body)}`)
  return answer.body as { id: string; token: string }
}

const kindOf = async (house: House, options: { token?: string; browser?: Browser }) =>
  (await house.call(api.readMe, options)).body['kind'] ?? 'refused'

describe.each(engines)('rights on $name', (engine) => {
  it('keeps the last administrator: they cannot be demoted, disabled, deleted, nor by two requests at once', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const token = ada.rootToken
    const params = { person: 'ada' }
    const tries = [
      await house.call(api.updatePerson, { token, params, body: { role: 'member' } }),
      await house.call(api.updatePerson, { token, params, body: { enabled: false } }),
      await house.call(api.deletePerson, { token, params }),
    ]
    expect(tries.map(({ body }) => body['code'])).toEqual(Array(3).fill('last_administrator'))
    await addPerson(house, token, { username: 'bob', role: 'administrator' })
    const both = await Promise.all(
      ['ada', 'bob'].map((person) =>
        house.call(api.updatePerson, { token, params: { person }, body: { role: 'member' } }),
      ),
    )
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  })

  it('keeps the administrators that a group makes, when it is changed, emptied or deleted', async () => {
    const house = await openHouse(engine)
    const { rootToken: token } = await addFirstAdministrator(house)
    await addPerson(house, token, { username: 'bob' })
    await house.call(api.createGroup, { token, body: { name: 'ops', role: 'administrator' } })
    await house.call(api.addMember, { token, params: { group: 'ops', person: 'bob' } })
    const demoted = await house.call(api.updatePerson, { token, params: { person: 'ada' }, body: { role: 'member' } })
    expect(demoted.status).toBe(200)
    const tries = [
      await house.call(api.removeMember, { token, params: { group: 'ops', person: 'bob' } }),
      await house.call(api.updateGroup, { token, params: { group: 'ops' }, body: { role: null } }),
      await house.call(api.deleteGroup, { token, params: { group: 'ops' } }),
    ]
    expect(tries.map(({ body }) => body['code'])).toEqual(Array(3).fill('last_administrator'))
  })

  it('T96 ends what a group gave with the membership, at the next request on every server', async () => {
    const [first, second] = await secondServer(engine)
    const { rootToken: token } = await addFirstAdministrator(first)
    const bob = await addPerson(first, token, { username: 'bob' })
    await first.call(api.createGroup, { token, body: { name: 'adders', mayAddAccounts: true } })
    const params = { group: 'adders', person: 'bob' }
    const mayAdd = async (house: House) =>
      (await house.call(api.readMe, { browser: bob.browser })).body['mayAddAccounts']
    await first.call(api.addMember, { token, params })
    expect(await mayAdd(first)).toBe(true)
    await expect.poll(() => mayAdd(second)).toBe(true)
    await first.call(api.removeMember, { token, params })
    expect(await mayAdd(first)).toBe(false)
    await expect.poll(() => mayAdd(second)).toBe(false)
  })

  it('ends sessions and tokens on every server within a second', async () => {
    const [first, second] = await secondServer(engine)
    const ada = await addFirstAdministrator(first)
    const browser = await logIn(first, ada)
    const { id, token } = await makeToken(first, ada.rootToken, { name: 'shop', scopes: ['verify:shop'] })
    expect([await kindOf(second, { browser }), await kindOf(second, { token })]).toEqual(['person', 'service'])
    await first.call(api.endSessions, { token: ada.rootToken, body: { person: ada.id } })
    await first.call(api.updateToken, { token: ada.rootToken, params: { token: id }, body: { enabled: false } })
    expect([await kindOf(first, { browser }), await kindOf(first, { token })]).toEqual(['stranger', 'refused'])
    await expect.poll(() => kindOf(second, { browser })).toBe('stranger')
    await expect.poll(() => kindOf(second, { token })).toBe('refused')
  })

  it('T96 lets only an administrator lift an administrator’s ban of a token', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    const made = await house.call(api.createToken, { browser: bob.browser, body: { name: 'mine', scopes: ['add'] } })
    const { id, token } = made.body as { id: string; token: string }
    const change = async (by: CallOptions, body: object) => {
      const { status, body: answer } = await house.call(api.updateToken, { ...by, params: { token: id }, body })
      return status === 200 ? status : answer['code']
    }
    const [owner, root] = [{ browser: bob.browser }, { token: ada.rootToken }]
    expect([await change(owner, { enabled: false }), await change(owner, { enabled: true })]).toEqual([200, 200])
    expect(await change(root, { enabled: false, expiresAtMs: house.clock.nowMs() + 60_000 })).toBe(200)
    for (const body of [{ enabled: true }, { enabled: false }, { expiresAtMs: null }]) {
      expect(await change(owner, body)).toBe('token_disabled_from_above')
    }
    expect(await change(owner, { name: 'still mine' })).toBe(200)
    expect(await kindOf(house, { token })).toBe('refused')
    expect(await change(root, { enabled: true })).toBe(200)
    expect(await kindOf(house, { token })).toBe('person')
  })

  it('ends a session by idleness and by age, and a token at its time', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const [idle, busy] = [await logIn(house, ada), await logIn(house, ada)]
    const expiresAtMs = house.clock.nowMs() + 3 * 60 * 60_000
    const { token } = await makeToken(house, ada.rootToken, { name: 'short', scopes: ['audit'], expiresAtMs })
    for (let minutes = 0; minutes < 11 * 60; minutes += 30) {
      house.clock.advance(30 * 60_000)
      expect(await kindOf(house, { browser: busy })).toBe('person')
      if (minutes === 60) expect(await kindOf(house, { browser: idle })).toBe('stranger')
    }
    expect(await kindOf(house, { token })).toBe('refused')
    house.clock.advance(60 * 60_000)
    expect(await kindOf(house, { browser: busy })).toBe('stranger')
  })

  it('makes no token that has ended already, and moves no end into the past', async () => {
    const house = await openHouse(engine)
    const { rootToken } = await addFirstAdministrator(house)
    const past = { expiresAtMs: house.clock.nowMs() - 1 }
    const made = await house.call(api.createToken, {
      token: rootToken,
      body: { name: 'dead', scopes: ['audit'], ...past },
    })
    expect(made).toMatchObject({ status: 400, body: { code: 'token_expiry_past' } })
    const { id } = await makeToken(house, rootToken, { name: 'alive', scopes: ['audit'] })
    const moved = await house.call(api.updateToken, { token: rootToken, params: { token: id }, body: past })
    expect(moved).toMatchObject({ status: 400, body: { code: 'token_expiry_past' } })
  })

  it('narrows a person by the scopes of their token, and ends it with them', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob', role: 'auditor' })
    const make = async (scopes: string[]) =>
      await house.call(api.createToken, { browser: bob.browser, body: { name: 'mine', scopes } })
    const refused = await Promise.all([['admin'], ['verify:shop'], ['enrol:*'], ['door:tiny-mfa']].map(make))
    expect(refused.map(({ body }) => body['code'])).toEqual(Array(4).fill('scope_beyond_rights'))
    expect((await make(['everything'])).body['code']).toBe('scope_unknown')
    const { token } = (await make(['reveal:x'])).body as { token: string }
    expect((await house.call(api.listPeople, { token })).status).toBe(403)
    expect((await house.call(api.listPeople, { browser: bob.browser })).status).toBe(200)
    expect((await house.call(api.createToken, { token, body: { name: 'more', scopes: ['reveal:*'] } })).status).toBe(
      403,
    )
    await house.call(api.updatePerson, { token: ada.rootToken, params: { person: 'bob' }, body: { enabled: false } })
    expect(await kindOf(house, { token })).toBe('refused')
  })

  it('opens neither console nor API by a gate session', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const { username, passphrase } = ada
    const { token } = await house.access.login(
      { username, passphrase, recoveryCode: ada.recoveryCodes[0] },
      { kind: 'gate', address: '127.0.0.1', userAgent: '' },
    )
    for (const name of ['watchword_console', '__Host-watchword_console']) {
      const me = await house.call(api.readMe, { headers: { cookie: `${name}=${token}` } })
      expect(me.body['kind']).toBe('stranger')
    }
  })

  it('T41 tells nothing about people to whoever does not administer', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    const of = (person: string) => house.call(api.readPerson, { browser: bob.browser, params: { person } })
    const [known, unknown] = [await of('ada'), await of('nobody at all')]
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body])
    for (const endpoint of [api.listPeople, api.listGroups, api.listMembers, api.listNotices, api.listWebhooks]) {
      expect((await house.call(endpoint, { browser: bob.browser, params: { group: 'everyone' } })).status).toBe(403)
    }
    const others = await house.call(api.listSessions, { browser: bob.browser, query: { person: ada.id } })
    expect(others.status).toBe(403)
  })

  it.each(['.', '..', '%2e%2e', 'a/b', '..%2f..', 'everyone/../ops'])(
    'T63 crosses no path by the name %j',
    async (name) => {
      const house = await openHouse(engine)
      const { rootToken: token } = await addFirstAdministrator(house)
      const group = await house.call(api.createGroup, { token, body: { name } })
      const { id } = group.body as { id: string }
      const updated = await house.call(api.updateGroup, {
        token,
        params: { group: name },
        body: { mayAddAccounts: true },
      })
      const groups = await house.call(api.listGroups, { token })
      const items = groups.body['items'] as { id: string; name: string; mayAddAccounts: boolean }[]
      const others = items.filter((each) => each.id !== id)
      expect(others.every((each) => !each.mayAddAccounts)).toBe(true)
      expect([200, 400, 404]).toContain(updated.status)
    },
  )

  it('T60 takes no identity and no address from a header that no trusted proxy sent', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const headers = {
      'remote-user': 'ada',
      'x-forwarded-user': 'ada',
      'x-auth-request-user': 'ada',
      'x-webauth-user': 'ada',
      'x-forwarded-for': '192.0.2.77',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=192.0.2.77;host=evil.example',
    }
    expect((await house.call(api.readMe, { headers })).body['kind']).toBe('stranger')
    const invited = await house.call(api.createPerson, { token: ada.rootToken, headers, body: { username: 'eve' } })
    expect(String(invited.body['setupUrl'])).toMatch(/^http:\/\/localhost:8000\//)
    await house.call(api.login, { headers, body: { username: 'ada', passphrase: 'x' } })
    const { items } = await house.access.context.audit.list({ action: 'person.login' })
    expect(items[0]?.address).toBe('127.0.0.1')
  })

  it('T71 deletes a person with what they own, and nothing of what the audit says of them', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    const said = async () => (await house.access.context.audit.list({ object: bob.id })).items.length
    const before = await said()
    await house.call(api.deletePerson, { token: ada.rootToken, params: { person: 'bob' } })
    expect(await kindOf(house, { browser: bob.browser })).toBe('stranger')
    expect(await said()).toBeGreaterThan(before)
    const left = await house.storage.db.selectFrom('subject').select('name').execute()
    expect(left.map(({ name }) => name)).toEqual([ada.id])
  })

  it('audits who was denied what', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    await house.call(api.createGroup, { browser: bob.browser, body: { name: 'mine' } })
    const { items } = await house.access.context.audit.list({ action: 'request.denied' })
    expect(items[0]).toMatchObject({ actorName: 'bob', objectId: 'POST /v1/groups', outcome: 'denied' })
  })
})
