import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AddressLimit } from '../../../src/server/gate/portal/address-limit.ts'
import { hiddenFields, PlainBrowser } from '../../support/gate/browser.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, type HousePerson, openGateHouse, passphrase } from '../../support/gate/house.ts'

const origin = { origin: 'http://app.example.test', 'sec-fetch-site': 'same-origin' }

/** Its clock stands: a slow machine must not earn a guesser new tries. */
async function open(options: Parameters<typeof openGateHouse>[0] = {}) {
  const house = await openGateHouse({ ...options, isClockStanding: true })
  onTestFinished(() => house.close())
  return house
}

function from(house: GateHouse, forwarded: string, fields: Record<string, string>) {
  const headers = { ...origin, 'x-forwarded-for': forwarded }
  return new PlainBrowser(house.port).logIn(fields, { headers })
}

const nobody = (index: number) => ({ user: `nobody${index}`, password: 'x', token: '000000' })

/** How many of so many bad logins were told to wait. */
async function limited(house: GateHouse, tries: number, addressOf: (index: number) => string): Promise<number> {
  let waits = 0
  for (let index = 0; index < tries; index += 1) {
    if ((await from(house, addressOf(index), nobody(index))).status === 429) waits += 1
  }
  return waits
}

describe('limits of the portal', () => {
  it('P19 counts by the last hop no proxy vouches for, whatever a visitor writes before it', async () => {
    const house = await open({ isClockStanding: true })
    expect(await limited(house, 25, (index) => `198.51.100.${index}, 203.0.113.9`)).toBe(5)
    expect((await from(house, '203.0.113.9, 198.51.100.1', nobody(99))).status).toBe(401)
  })

  it('P19 counts logins sent at once before any of them was looked at, and gives back what did not fail', async () => {
    const house = await open()
    const alice = await house.addPerson('alice')
    const headers = { ...origin, 'x-forwarded-for': '203.0.113.9' }
    const visitors = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const browser = new PlainBrowser(house.port)
        return { browser, form: hiddenFields((await browser.get('/auth/login', headers)).body) }
      }),
    )
    const guesses = visitors.map(({ browser, form }, index) =>
      browser.post('/auth/login', { ...form, ...nobody(index) }, headers),
    )
    const told = (await Promise.all(guesses)).map(({ status }) => status)
    expect([told.filter((status) => status === 401).length, told.filter((status) => status === 429).length]).toEqual([
      20, 10,
    ])

    const right = { user: 'alice', password: passphrase, token: house.freshCode(alice) }
    expect((await from(house, '198.51.100.5', right)).status).toBe(302)
    expect(await limited(house, 21, () => '198.51.100.5')).toBe(1)
  })

  it('P19 counts IPv6 by its network of 64 bits', async () => {
    const house = await open({ isClockStanding: true })
    expect(await limited(house, 25, (index) => `2001:db8:1:2::${index.toString(16)}`)).toBe(5)
    expect((await from(house, '2001:db8:1:3::1', nobody(99))).status).toBe(401)
  })

  it('P19 counts each client of a translator by itself', async () => {
    const house = await open({ isClockStanding: true })
    const spelled = (index: number) => (index % 2 === 0 ? '203.0.113.9' : '64:ff9b::203.0.113.9')
    expect(await limited(house, 25, spelled)).toBe(5)
    expect((await from(house, '64:ff9b::203.0.113.10', nobody(99))).status).toBe(401)
  })

  it('T22 a neighbour behind the same address who fails without end shuts out no known device', async () => {
    const house = await open({ isClockStanding: true })
    const alice = await house.addPerson('alice')
    const browser = new PlainBrowser(house.port)
    const headers = { ...origin, 'x-forwarded-for': '203.0.113.9' }
    const logIn = (user: string) =>
      browser.logIn({ user, password: passphrase, token: house.freshCode(alice) }, { headers })
    expect((await logIn('alice')).status).toBe(302)
    await browser.get('/auth/logout')
    let told = 0
    for (let tries = 0; tries < 60 && told !== 429; tries += 1)
      told = (await from(house, '203.0.113.9', nobody(tries))).status
    expect(told).toBe(429)
    expect((await logIn('alice')).status).toBe(302)
  })

  it('P20 a thousand bad tries from one address hold up no other', async () => {
    const house = await open({ isClockStanding: true })
    const alice = await house.addPerson('alice')
    const tries = async () => {
      const browser = new PlainBrowser(house.port)
      const headers = { ...origin, 'x-forwarded-for': '203.0.113.250' }
      const form = hiddenFields((await browser.get('/auth/login', headers)).body)
      const wrong = { ...form, user: 'alice', password: 'x', token: '1' }
      let told = 0
      for (let index = 0; index < 250; index += 1) told = (await browser.post('/auth/login', wrong, headers)).status
      return told
    }
    expect(await Promise.all([tries(), tries(), tries(), tries()])).toEqual([429, 429, 429, 429])
    const right = { user: 'alice', password: passphrase, token: house.freshCode(alice) }
    // A fresh code moves the clock on, which lets some more in.
    expect(await limited(house, 10, () => '203.0.113.250')).toBeGreaterThan(0)
    expect((await from(house, '192.0.2.10', right)).status).toBe(302)
  })

  it('P18 P25 Basic with a passphrase is nobody, however the name is spelled', async () => {
    const house = await open({ rules: 'rules:\n  - policy: one_factor\n' })
    await house.addPerson('alice')
    const visit = { 'x-original-url': 'https://app.example.test/', 'x-original-method': 'GET' }
    for (const name of ['alice', 'Alice', ' alice ', 'alice@example.test', '']) {
      const basic = Buffer.from(`${name}:${passphrase}`).toString('base64')
      const headers = { ...visit, authorization: `Basic ${basic}` }
      expect((await exchange(house.port, '/check/nginx', { headers })).status).toBe(401)
      expect(
        (await exchange(house.port, '/v1/me', { headers: { authorization: `Basic ${basic}` } })).body,
      ).not.toContain('alice')
    }
  })
})

describe('a clock that is set back', () => {
  it('P41 makes nobody wait until it has caught up', () => {
    const limit = new AddressLimit({ burst: 2, refillMs: 1000 })
    const noonMs = 1_800_000_000_000
    limit.charge('a', noonMs)
    limit.charge('b', noonMs)
    limit.charge('b', noonMs)
    const backMs = noonMs - 3_600_000
    expect([limit.waitMs('a', backMs), limit.waitMs('b', backMs)]).toEqual([0, 1000])
    expect(limit.waitMs('b', backMs + 1000)).toBe(0)
  })
})

describe('a restart', () => {
  /** A house, somebody in it, and the same store opened again. */
  async function restarted(before: (house: GateHouse, alice: HousePerson) => Promise<void>) {
    const folder = mkdtempSync(join(tmpdir(), 'watchword-again-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const first = await openGateHouse({ folder })
    const alice = await first.addPerson('alice')
    await before(first, alice)
    await first.close()
    return { house: await open({ folder }), alice }
  }

  it('P21 clears no count of guesses', async () => {
    const { house, alice } = await restarted(async (first, { id }) => {
      const { codes } = first.rooms.access.context
      for (let index = 0; index < 50; index += 1) {
        const address = `203.0.113.${index}`
        await codes.verify({ personId: id, code: '000000', actor: { kind: 'stranger', address }, address })
        first.advance(30_000)
      }
    })
    house.advance(50 * 30_000)
    const right = { user: 'alice', password: passphrase, token: house.freshCode(alice) }
    expect((await from(house, '198.51.100.7', right)).status).toBe(401)
  })

  it('P22 lets no spent code in again', async () => {
    let fields: Record<string, string> = {}
    let aheadMs = 0
    const { house } = await restarted(async (first, alice) => {
      fields = { user: 'alice', password: passphrase, token: first.freshCode(alice) }
      aheadMs = first.nowMs() - Date.now()
      expect((await from(first, '192.0.2.10', fields)).status).toBe(302)
    })
    house.advance(aheadMs)
    expect((await from(house, '192.0.2.10', fields)).status).toBe(401)
  })
})
