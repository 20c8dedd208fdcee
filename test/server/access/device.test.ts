import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { type House, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, logIn } from './people.ts'

interface Started {
  readonly deviceCode: string
  readonly userCode: string
  readonly verificationUrl: string
}

async function start(house: House, client = 'watchword on laptop'): Promise<Started> {
  return (await house.call(api.deviceStart, { body: { client } })).body as unknown as Started
}

async function poll(house: House, { deviceCode }: Started) {
  return (await house.call(api.devicePoll, { body: { deviceCode } })).body
}

describe.each(engines)('device sign-in on $name', (engine) => {
  it('gives a confirmed command a token with the rights of its person, once', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const browser = await logIn(house, ada)
    const started = await start(house)
    expect(started.userCode).toMatch(/^[B-Z]{4}-[B-Z]{4}$/)
    expect(started.verificationUrl).toBe(`http://localhost:8000/device#${started.userCode}`)
    expect(await poll(house, started)).toEqual({ state: 'waiting' })
    const typed = started.userCode.toLowerCase().replace('-', ' ')
    const shown = await house.call(api.deviceRead, { browser, params: { userCode: typed } })
    expect(shown.body).toMatchObject({ client: 'watchword on laptop', address: '127.0.0.1' })
    await house.call(api.deviceConfirm, { browser, params: { userCode: typed }, body: { allow: true } })
    const answers = await Promise.all([poll(house, started), poll(house, started), poll(house, started)])
    const tokens = answers.flatMap(({ token }) => (typeof token === 'string' ? [token] : []))
    expect(tokens).toHaveLength(1)
    const me = await house.call(api.readMe, { token: tokens[0] ?? '' })
    expect(me.body).toMatchObject({ mayAdminister: true, person: { username: 'ada' } })
    const listed = await house.call(api.listTokens, { browser })
    const [token] = listed.body['items'] as { id: string; owner: string }[]
    expect(token).toMatchObject({ owner: 'device' })
    await house.call(api.deleteToken, { browser, params: { token: token?.id ?? '' } })
    expect((await house.call(api.readMe, { token: tokens[0] ?? '' })).status).toBe(401)
  })

  it('tells a refused command so, and forgets one that nobody answered', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const browser = await logIn(house, ada)
    const [refused, forgotten] = [await start(house), await start(house)]
    await house.call(api.deviceConfirm, { browser, params: { userCode: refused.userCode }, body: { allow: false } })
    expect(await poll(house, refused)).toEqual({ state: 'refused' })
    house.clock.advance(10 * 60_000)
    expect(await poll(house, forgotten)).toEqual({ state: 'expired' })
    const late = { browser, params: { userCode: forgotten.userCode }, body: { allow: true } }
    expect((await house.call(api.deviceConfirm, late)).status).toBe(404)
  })

  it('leaves a command signed in for ninety days', async () => {
    const house = await openHouse(engine)
    const browser = await logIn(house, await addFirstAdministrator(house))
    const started = await start(house)
    const { userCode } = started
    await house.call(api.deviceConfirm, { browser, params: { userCode }, body: { allow: true } })
    const { token = '' } = (await poll(house, started)) as { token?: string }
    house.clock.advance(90 * 24 * 3_600_000 - 1)
    expect((await house.call(api.readMe, { token })).body).toMatchObject({ kind: 'person' })
    house.clock.advance(1)
    expect((await house.call(api.readMe, { token })).status).toBe(401)
  })

  it('T25 gives no token to a person who was disabled after the confirmation', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    const started = await start(house)
    const { userCode } = started
    await house.call(api.deviceConfirm, { browser: bob.browser, params: { userCode }, body: { allow: true } })
    await house.call(api.updatePerson, { token: ada.rootToken, params: { person: 'bob' }, body: { enabled: false } })
    expect(await poll(house, started)).toEqual({ state: 'refused' })
  })

  it('is confirmed in a browser session alone: no token makes another', async () => {
    const house = await openHouse(engine)
    const { rootToken } = await addFirstAdministrator(house)
    const { userCode } = await start(house)
    for (const token of [rootToken, undefined]) {
      const options = { params: { userCode }, body: { allow: true }, ...(token && { token }) }
      expect([401, 403]).toContain((await house.call(api.deviceConfirm, options)).status)
    }
  })

  it('T65 lets no stranger fill the short codes: an address may leave twenty waiting', async () => {
    const house = await openHouse(engine)
    const starts = Array.from({ length: 24 }, () => house.call(api.deviceStart, { body: { client: 'x' } }))
    const statuses = (await Promise.all(starts)).map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([...Array<number>(20).fill(200), ...Array<number>(4).fill(429)])
    const more = await house.call(api.deviceStart, { body: { client: 'x' } })
    expect([more.status, more.body['code']]).toEqual([429, 'device_too_many'])
    const elsewhere = await house.call(api.deviceStart, { address: '192.0.2.9', body: { client: 'x' } })
    expect(elsewhere.status).toBe(200)
  })
})
