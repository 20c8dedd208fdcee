import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { codeOf, openHouse } from './house.ts'
import { addFirstAdministrator, logIn } from './people.ts'

describe.each(engines)('a new code of one’s own on $name', (engine) => {
  async function setUp() {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const [browser, other] = [await logIn(house, ada), await logIn(house, ada)]
    const begun = await house.call(api.beginCode, { browser })
    const otpauthUri = String(begun.body['otpauthUri'])
    const confirm = async (code: string) => (await house.call(api.confirmCode, { browser, body: { code } })).body
    return { house, ada, browser, other, otpauthUri, confirm }
  }

  it('T81 T105 is confirmed by its first code, and tells how far the clock behind a wrong one is off', async () => {
    const { house, ada, browser, other, otpauthUri, confirm } = await setUp()
    const serverTimeMs = house.clock.nowMs()
    expect(await confirm(codeOf(otpauthUri, house.clock, -4))).toEqual({
      confirmed: false,
      reason: 'wrong',
      clockOffsetSteps: -4,
      serverTimeMs,
    })
    expect(await confirm('000000')).toEqual({ confirmed: false, reason: 'wrong', serverTimeMs })
    expect(await confirm(codeOf(otpauthUri, house.clock))).toEqual({ confirmed: true, serverTimeMs })
    expect((await house.call(api.readMe, { browser })).body['kind']).toBe('person')
    expect((await house.call(api.readMe, { browser: other })).body['kind']).toBe('stranger')
    house.clock.advance(30_000)
    await expect(logIn(house, ada)).rejects.toThrow('401')
    await logIn(house, { ...ada, otpauthUri })
  })

  it('T10 is confirmed once: its code says so afterwards, and the old one counts until then', async () => {
    const { house, ada, otpauthUri, confirm } = await setUp()
    await logIn(house, ada)
    const code = codeOf(otpauthUri, house.clock)
    expect(await confirm(code)).toMatchObject({ confirmed: true })
    expect(await confirm(code)).toMatchObject({ confirmed: false, reason: 'replayed' })
  })

  it('T42 tells a guesser nothing about clocks', async () => {
    const { house, ada } = await setUp()
    const { username, passphrase, otpauthUri } = ada
    const answer = await house.call(api.login, {
      body: { username, passphrase, code: codeOf(otpauthUri, house.clock, -4) },
    })
    expect([answer.status, Object.keys(answer.body).toSorted()]).toEqual([401, ['code', 'status', 'title', 'type']])
  })
})
