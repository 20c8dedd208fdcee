import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PlainBrowser } from '../../support/gate/browser.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, type HousePerson, openGateHouse, passphrase } from '../../support/gate/house.ts'

const rules = `
rules:
  - policy: one_factor
domains:
  - domain: one.example.com
    portal: https://login.one.example.com
  - domain: two.example.org
    portal: https://two.example.org
`

describe('several domains, each with a portal of its own', () => {
  let house: GateHouse
  let alice: HousePerson

  beforeAll(async () => {
    house = await openGateHouse({ rules, variables: { WATCHWORD_GATE_COOKIE_SECURE: 'true' } })
    alice = await house.addPerson('alice')
  })
  afterAll(() => house.close())

  const visit = async (url: string, cookie = '') => {
    const headers = {
      'x-original-url': url,
      'x-original-method': 'GET',
      'sec-fetch-mode': 'navigate',
      ...(cookie === '' ? {} : { cookie }),
    }
    return exchange(house.port, '/check/nginx', { headers })
  }

  /** Follows a refused visit to the login, and logs in there; what the browser keeps, and where it is led. */
  const logInFor = async (url: string, browser: PlainBrowser, portal: string) => {
    const refused = await visit(url)
    const login = new URL(String(refused.headers.location))
    expect([refused.status, login.origin]).toEqual([401, portal])
    const headers = { origin: portal, 'sec-fetch-site': 'same-origin', 'x-forwarded-proto': 'https' }
    const fields = { user: 'alice', password: passphrase, token: house.freshCode(alice) }
    return browser.logIn(fields, { path: login.pathname + login.search, headers })
  }

  it.each([
    ['https://app.one.example.com/x?a=1&b=2', 'https://login.one.example.com', 'one.example.com'],
    ['https://two.example.org/y', 'https://two.example.org', 'two.example.org'],
    ['https://wiki.two.example.org/z', 'https://two.example.org', 'two.example.org'],
  ])('B7 S5 a login for %s stands on %s, reaches %s and leads back', async (url, portal, domain) => {
    const browser = new PlainBrowser(house.port, new URL(portal).host)
    const { status, headers } = await logInFor(url, browser, portal)
    expect([status, headers.location]).toEqual([302, url])
    const line = (headers['set-cookie'] ?? []).find((each) => each.includes('watchword=')) ?? ''
    expect(line.startsWith('__Secure-watchword=')).toBe(true)
    expect(/Domain=([^;]+)/.exec(line)?.[1]).toBe(domain)
    const [pair = ''] = line.split(';')
    expect((await visit(url, pair)).status).toBe(200)
    const out = await browser.get('/auth/logout', { 'x-forwarded-proto': 'https' })
    const cleared = (out.headers['set-cookie'] ?? []).filter((each) => each.startsWith('__Secure-watchword=;'))
    expect(cleared.some((each) => each.includes(`Domain=${domain}`))).toBe(true)
    expect((await visit(url, pair)).status).toBe(401)
  })

  it('B7 a host outside them has its portal on itself, and its cookie for itself', async () => {
    const portal = 'https://app.example.net'
    const browser = new PlainBrowser(house.port, 'app.example.net')
    const { headers } = await logInFor(`${portal}/x`, browser, portal)
    const line = (headers['set-cookie'] ?? []).find((each) => each.includes('watchword=')) ?? ''
    expect(line.startsWith('__Host-watchword=')).toBe(true)
    expect(headers.location).toBe(`${portal}/x`)
  })

  it('B7 P9 a login leads to the domains of the rules file and to no other', async () => {
    const browser = new PlainBrowser(house.port, 'login.one.example.com')
    const path = `/auth/login?rd=${encodeURIComponent('https://three.example.org/y')}`
    const headers = {
      origin: 'https://login.one.example.com',
      'sec-fetch-site': 'same-origin',
      'x-forwarded-proto': 'https',
    }
    const fields = { user: 'alice', password: passphrase, token: house.freshCode(alice) }
    const { headers: told } = await browser.logIn(fields, { path, headers })
    expect(told.location).toBe('/')
  })

  it.each(['co.uk', 'duckdns.org'])('P29 %s is no domain of a rules file', async (domain) => {
    const text = `rules: []\ndomains:\n  - domain: ${domain}\n    portal: https://login.${domain}\n`
    await expect(openGateHouse({ rules: text })).rejects.toThrow(/line 3.*public suffix/s)
  })
})
