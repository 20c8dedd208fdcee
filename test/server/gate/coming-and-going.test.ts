import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hiddenFields, PlainBrowser } from '../../support/gate/browser.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, type HousePerson, openGateHouse, passphrase } from '../../support/gate/house.ts'

const origin = { origin: 'http://app.example.test', 'sec-fetch-site': 'same-origin' }
const rules = `
rules:
  - path: /fresh/
    policy: two_factor
    step_up_minutes: 5
  - path: /closed/
    policy: deny
  - policy: one_factor
`

describe('coming and going at the portal', () => {
  let house: GateHouse
  let alice: HousePerson

  beforeAll(async () => {
    house = await openGateHouse({ rules })
    alice = await house.addPerson('alice')
  })
  afterAll(() => house.close())

  const proof = () => ({ user: 'alice', password: passphrase, token: house.freshCode(alice) })
  const statusOf = async (token: string) =>
    (await exchange(house.port, '/auth/check', { headers: { cookie: `watchword=${token}` } })).status
  /** A browser with two living cookies of ours, as after a move from one cookie area to another. */
  const withTwoCookies = async () => {
    const browser = new PlainBrowser(house.port)
    const tokens = [await house.signIn(alice), await house.signIn(await house.addPerson(`other-${house.nowMs()}`))]
    browser.cookies.set('watchword', tokens[0] ?? '')
    browser.cookies.set('__Secure-watchword', tokens[1] ?? '')
    return { browser, statuses: () => Promise.all(tokens.map(statusOf)) }
  }

  it('P31 logging out ends every session the browser shows, and takes the cookies of every area away', async () => {
    const { browser, statuses } = await withTwoCookies()
    expect(await statuses()).toEqual([200, 200])
    const { headers } = await browser.get('/auth/logout')
    expect(await statuses()).toEqual([401, 401])
    const domains = (headers['set-cookie'] ?? []).map((line) => /Domain=([^;]+)/.exec(line)?.[1] ?? null)
    expect(new Set(domains)).toEqual(new Set([null, 'app.example.test', 'example.test']))
    const { items } = await house.rooms.core.audit.list({ action: 'gate.logout' })
    expect(new Set(items.map(({ actorName }) => actorName)).size).toBe(2)
  })

  it('P7 a login ends every session the browser showed before it', async () => {
    const { browser, statuses } = await withTwoCookies()
    expect((await browser.logIn(proof(), { path: '/auth/login?again=1', headers: origin })).status).toBe(302)
    expect(await statuses()).toEqual([401, 401])
    expect(await statusOf(browser.cookies.get('watchword') ?? '')).toBe(200)
  })

  it('N4 whoever logs out and in again and again sees the form and no tale of lost cookies', async () => {
    const browser = new PlainBrowser(house.port)
    for (let round = 0; round < 3; round += 1) {
      const page = await browser.get('/auth/login?rd=/x', origin)
      expect(page.body).not.toContain('The login does not stick')
      const form = { ...hiddenFields(page.body), ...proof() }
      expect((await browser.post('/auth/login', form, origin)).status).toBe(302)
      expect((await browser.get('/auth/logout')).status).toBe(302)
    }
  })

  it('N4 the tabs of a signed-in visitor are led on, however many there are', async () => {
    const browser = new PlainBrowser(house.port)
    await browser.logIn(proof(), { path: '/auth/login?rd=/x', headers: origin })
    for (let tab = 0; tab < 4; tab += 1) {
      const { status, headers } = await browser.get('/auth/login?rd=/x')
      expect([status, headers.location]).toEqual([302, '/x'])
    }
  })

  it('B4 whoever has to prove themselves anew sees the form, though the proxy lost the wish for it', async () => {
    const browser = new PlainBrowser(house.port)
    await browser.logIn(proof(), { headers: origin })
    const target = encodeURIComponent('http://app.example.test/fresh/page')
    expect((await browser.get(`/auth/login?rd=${target}`)).status).toBe(302)
    house.advance(6 * 60_000)
    for (const rd of [target, '/fresh/']) {
      const { status, body } = await browser.get(`/auth/login?rd=${rd}`)
      expect([status, hiddenFields(body)['again']]).toEqual([200, '1'])
      // Nothing went wrong, and who they are is known.
      expect(body).not.toContain('role="alert"')
      expect(body).toMatch(/name="user"\s+value="alice"/)
    }
    // No proof would help there: the app's own refusal is the truth.
    expect((await browser.get('/auth/login?rd=/closed/')).status).toBe(302)
    expect((await browser.get('/auth/login?rd=/x')).status).toBe(302)
  })
})
