import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import { tokenKey } from '../../../src/server/access/token-key.ts'
import { type AccessToken, insertToken, tokenById } from '../../../src/server/access/tokens/store.ts'
import { engines } from '../../support/engines.ts'
import { field, openHouse } from './house.ts'

const token: AccessToken = {
  id: 't1',
  name: 'shop',
  owner: 'service',
  personId: null,
  realmId: null,
  scopes: [],
  gateLimits: null,
  createdBy: 'test',
  createdAtMs: 1,
  expiresAtMs: null,
  lastUsedAtMs: null,
  enabled: true,
}

const spellings = ['ops', 'Ops', 'oPs', 'opS', 'OPs', 'oPS', 'OpS', 'OPS']

describe.each(engines)('the name of a realm on $name', (engine) => {
  it('T26 goes to one of many who ask for it at once on two servers, in capitals or not', async () => {
    const shared = { place: await engine.freshPlace(), rootKey: newRootKey() }
    const [first, second] = [await openHouse(engine, shared), await openHouse(engine, shared)]
    const made = await Promise.all(
      spellings.map((name, index) => (index % 2 === 0 ? first : second).ask('POST', '/v1/realms', { body: { name } })),
    )
    expect(made.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, ...Array<number>(7).fill(409)])
    const refused = made.filter(({ status }) => status === 409)
    expect(new Set(refused.map((answer) => field(answer, 'code')))).toEqual(new Set(['realm_name_taken']))
  })

  it('T26 goes to one of two realms that are renamed to it at once', async () => {
    const shared = { place: await engine.freshPlace(), rootKey: newRootKey() }
    const [first, second] = [await openHouse(engine, shared), await openHouse(engine, shared)]
    for (const name of ['a', 'b']) await first.ask('POST', '/v1/realms', { body: { name } })
    const renamed = await Promise.all([
      first.ask('PATCH', '/v1/realms/a', { body: { name: 'Ops' } }),
      second.ask('PATCH', '/v1/realms/b', { body: { name: 'ops' } }),
    ])
    expect(renamed.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
  })
})

describe.each(engines)('the scopes that name realms on $name', (engine) => {
  it('T63 name what each is called now, also when many are renamed and deleted at once', async () => {
    const shared = { place: await engine.freshPlace(), rootKey: newRootKey() }
    const [first, second] = [await openHouse(engine, shared), await openHouse(engine, shared)]
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    for (const name of names) await first.ask('POST', '/v1/realms', { body: { name } })
    const { storage } = first.core
    await storage.transaction((tx) =>
      insertToken(tx, { ...token, tokenKey: tokenKey('a token'), scopes: names.map((name) => `verify:${name}`) }),
    )
    await Promise.all(
      names.map((name, index) =>
        index === 0
          ? second.ask('DELETE', `/v1/realms/${name}`)
          : (index % 2 === 0 ? first : second).ask('PATCH', `/v1/realms/${name}`, { body: { name: `new-${name}` } }),
      ),
    )
    const kept = await tokenById(storage.db, token.id)
    expect(kept?.scopes).toEqual(['b', 'c', 'd', 'e', 'f'].map((name) => `verify:new-${name}`))
  })
})
