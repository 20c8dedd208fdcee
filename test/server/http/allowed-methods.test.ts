import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GateHouse, openGateHouse } from '../../support/gate/house.ts'
import { rawExchange } from '../../support/raw-exchange.ts'

// RFC 9110 section 15.5.6: whoever asks a method an address does not take hears which it takes.
describe('a method an address does not take', () => {
  let house: GateHouse

  beforeAll(async () => {
    house = await openGateHouse()
  })
  afterAll(() => house.close())

  const ask = async (method: string, path: string) => {
    const { status, headers, body } = await rawExchange(house.port, { method, path, headers: {} })
    return { status, allow: headers['allow'], body }
  }

  it.each([
    ['HEAD', '/v1/people', 'GET, POST'],
    ['TRACE', '/v1/people?limit=3', 'GET, POST'],
    ['PURGE', '/v1/people', 'GET, POST'],
    ['PUT', '/v1/realms/shop/subjects/alice/verify', 'POST'],
    ['PROPFIND', '/auth/login', 'GET, POST'],
    ['DELETE', '/healthz', 'GET, HEAD'],
  ])('is 405 with those it takes: %s %s', async (method, path, allow) => {
    const answer = await ask(method, path)
    expect(answer).toMatchObject({ status: 405, allow })
    if (method !== 'HEAD') expect(JSON.parse(answer.body)).toMatchObject({ code: 'method_not_allowed' })
  })

  it.each([
    ['PURGE', '/nowhere'],
    ['PUT', '/v1'],
    ['PUT', '/v1/realms//subjects'],
    ['PUT', '/v1/people/'],
    ['PUT', '/api/secrets'],
    ['TRACE', '/api/v2/issuer'],
  ])('is 404 where nothing is, or a door that may be closed: %s %s', async (method, path) => {
    expect(await ask(method, path)).toMatchObject({ status: 404, allow: undefined })
  })

  it('is refused by the other doors in their words', async () => {
    const tiny = { success: false, message: 'method not allowed' }
    for (const method of ['HEAD', 'OPTIONS', 'TRACE', 'PURGE', 'PUT']) {
      const answer = await ask(method, '/api/v1/issuer/shop')
      expect([method, answer.status, answer.allow]).toEqual([method, 405, 'DELETE, GET, POST'])
      if (method !== 'HEAD') expect(JSON.parse(answer.body)).toEqual(tiny)
    }
    for (const [method, path, allow] of [
      ['PURGE', '/ungleichotp/verify/', 'POST, OPTIONS'],
      ['TRACE', '/ungleichotp', 'GET, POST, HEAD, OPTIONS'],
      ['PROPFIND', '/ungleichotp/7/', 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS'],
    ] as const) {
      const answer = await ask(method, path)
      expect(answer).toMatchObject({ status: 403, allow })
      expect(JSON.parse(answer.body)).toEqual({ detail: 'Incorrect authentication credentials.' })
    }
    expect(await ask('PURGE', '/ungleichotp/7/8')).toMatchObject({ status: 404, body: '{"detail":"Not found."}' })
  })
})
