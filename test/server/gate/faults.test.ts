import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Failure } from '../../../src/errors/failure.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, openGateHouse } from '../../support/gate/house.ts'

const rules = `
rules:
  - host: app.example.test
    policy: one_factor
`
const nginx = { 'x-original-url': 'https://app.example.test/', 'x-original-method': 'GET' }
const forward = {
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'app.example.test',
  'x-forwarded-uri': '/',
  'x-forwarded-method': 'GET',
}
const away = new Failure('database_away')

describe('a fault of ours at the gate', () => {
  let house: GateHouse
  let cookie: string

  beforeAll(async () => {
    house = await openGateHouse({ rules })
    cookie = `watchword=${await house.signIn(await house.addPerson('alice'))}`
  })
  afterEach(() => vi.restoreAllMocks())
  afterAll(() => house.close())

  const statuses = async () => {
    const checks = [
      exchange(house.port, '/check/nginx', { headers: { ...nginx, cookie } }),
      exchange(house.port, '/check/forward', { headers: { ...forward, cookie } }),
      exchange(house.port, '/auth/check', { headers: { cookie } }),
    ]
    return (await Promise.all(checks)).map(({ status }) => status)
  }

  it('lets a session through while all is well', async () => {
    expect(await statuses()).toEqual([200, 200, 200])
  })

  it('law 4: answers 503 when the look for the session throws', async () => {
    vi.spyOn(house.rooms.access.sessions, 'look').mockImplementation(() => {
      throw away
    })
    expect(await statuses()).toEqual([503, 503, 503])
  })

  it('law 4: answers 503 when the database does not answer', async () => {
    vi.spyOn(house.rooms.access.sessions, 'look').mockRejectedValue(away)
    expect(await statuses()).toEqual([503, 503, 503])
  })

  it('law 4: lets nobody through whose visit cannot be read, signed in or not', async () => {
    const unreadable = [{}, { ...nginx, 'x-original-url': 'app.example.test/' }, { ...nginx, 'x-original-url': '' }]
    for (const headers of unreadable) {
      for (const who of [{ cookie }, {}]) {
        const { status } = await exchange(house.port, '/check/nginx', { headers: { ...headers, ...who } })
        expect([400, 403], JSON.stringify(headers)).toContain(status)
      }
    }
  })
})
