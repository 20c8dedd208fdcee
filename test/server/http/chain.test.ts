import { expect, it, onTestFinished } from 'vitest'
import { Failure } from '../../../src/errors/failure.ts'
import { tinyMfaDoor } from '../../../src/server/compat/tiny-mfa/door.ts'
import { createApp } from '../../../src/server/http/app.ts'
import { type Chain, createChain } from '../../../src/server/http/chain.ts'
import { createLogger } from '../../../src/server/log.ts'
import { verifyRoute } from '../../../src/server/realms/realms.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { openGateHouse } from '../../support/gate/house.ts'
import { engines } from '../../support/engines.ts'
import { testServices } from '../../support/services.ts'
import { openDoorHouse } from '../compat/doors.ts'
import { tokenWith } from '../subjects/actors.ts'

/** A plugin: knows callers by a header of its own, lets each ask twice, and keeps a list of what was answered. */
function plugin(chain: Chain) {
  const answered: string[] = []
  const asked = new Map<string, number>()
  chain.authenticators.push(({ headers }) => (headers['x-badge'] === 'guard' ? tokenWith('verify:shop') : null))
  chain.limiters.push(({ headers, actor }) => {
    const badge = String(headers['x-badge'] ?? actor.kind)
    asked.set(badge, (asked.get(badge) ?? 0) + 1)
    if ((asked.get(badge) ?? 0) > 2) throw new Failure('server_stopping')
  })
  chain.observers.push(({ method, url }, status) => void answered.push(`${method} ${url} ${status}`))
  return answered
}

it('walks every request of the API and the doors through the links a plugin adds', async () => {
  const [sqlite] = engines
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const house = await openDoorHouse(sqlite)
  const chain = createChain()
  const answered = plugin(chain)
  const app = await createApp({ services: testServices(), chain, logger: createLogger('silent') })
  onTestFinished(() => app.close())
  verifyRoute(app, house.subjects)
  await tinyMfaDoor(app, house)
  const verify = (badge: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/realms/shop/subjects/ada/verify',
      headers: { 'x-badge': badge },
      payload: { code: '123456' },
    })
  expect((await verify('guard')).statusCode).toBe(200)
  expect((await verify('burglar')).statusCode).toBe(401)
  await verify('guard')
  expect((await verify('guard')).statusCode).toBe(503)
  const health = () => app.inject({ method: 'GET', url: '/api/v1/health', headers: { 'x-badge': 'door' } })
  await health()
  await health()
  expect((await health()).statusCode).toBe(503)
  expect(answered.at(-1)).toBe('GET /api/v1/health 503')
  expect(answered).toHaveLength(7)
})

it('T54 refuses a token that opens nothing in the words of each door, and as no fault of ours', async () => {
  const house = await openGateHouse()
  onTestFinished(() => house.close())
  const headers = { authorization: `Bearer ww_${'A'.repeat(43)}` }
  const told = async (path: string) => {
    const { status, body } = await exchange(house.port, path, { headers })
    return [status, JSON.parse(body) as object]
  }
  expect(await told('/api/v1/issuer')).toEqual([401, { success: false, message: 'wrong access token provided' }])
  expect(await told('/ungleichotp/')).toEqual([403, { detail: 'Incorrect authentication credentials.' }])
  expect(await told('/api/secrets')).toMatchObject([401, { code: 'token_refused' }])
})
