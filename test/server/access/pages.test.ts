import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { insertPasskey } from '../../../src/server/access/passkeys/store.ts'
import { engines } from '../../support/engines.ts'
import { type CallOptions, type House, openHouse } from './house.ts'
import { addFirstAdministrator, logIn } from './people.ts'

/** The names in a list, asked for in pages of two. */
async function namesIn(house: House, endpoint: api.Endpoint, field: string, options: CallOptions): Promise<unknown[]> {
  const names: unknown[] = []
  for (let cursor: unknown, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const query = { limit: '2', ...(typeof cursor === 'string' ? { cursor } : {}) }
    const { status, body } = await house.call(endpoint, { ...options, query })
    expect(status).toBe(200)
    const items = body['items'] as Record<string, unknown>[]
    expect(items.length).toBeLessThanOrEqual(2)
    names.push(...items.map((item) => item[field]))
    cursor = body['nextCursor']
  }
  return names
}

describe.each(engines)('lists of access on $name', (engine) => {
  it('hand out webhooks page by page, oldest first', async () => {
    const house = await openHouse(engine)
    const { rootToken: token } = await addFirstAdministrator(house)
    const urls = ['a', 'b', 'c', 'd', 'e'].map((name) => `https://${name}.example.com/`)
    for (const url of urls) {
      await house.call(api.createWebhook, { token, body: { url, events: [] } })
      house.clock.advance(1)
    }
    expect(await namesIn(house, api.listWebhooks, 'url', { token })).toEqual(urls)
    const forged = await house.call(api.listWebhooks, { token, query: { cursor: 'W10' } })
    expect(forged.status).toBe(400)
  })

  it('hand out passkeys page by page, oldest first, and nobody else’s', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const add = (personId: string, name: string, createdAtMs: number) =>
      house.storage.transaction((tx) =>
        insertPasskey(tx, {
          id: `key ${name}`,
          personId,
          name,
          credentialId: name,
          publicKey: new Uint8Array([1]),
          signCount: 0,
          createdAtMs,
          lastUsedAtMs: null,
          transports: [],
        }),
      )
    // Three of one moment: the cursor has to tell them apart.
    for (const [name, atMs] of [
      ['d', 2],
      ['b', 1],
      ['a', 1],
      ['c', 1],
    ] as const)
      await add(ada.id, name, atMs)
    const browser = await logIn(house, ada)
    expect(await namesIn(house, api.listPasskeys, 'name', { browser })).toEqual(['a', 'b', 'c', 'd'])
  })
})
