import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import { engines } from '../../support/engines.ts'
import { field, openHouse } from './house.ts'

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
