import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import type { PublicConfig } from '../../../src/server/http/services.ts'
import { engines } from '../../support/engines.ts'
import { codeOf, openHouse } from './house.ts'
import { addFirstAdministrator } from './people.ts'

const [sqlite] = engines
if (sqlite === undefined) throw new Error('no engine')

/** Logs the first administrator in over a server of this configuration; answers the cookies it sets. */
const logInBy = async (config: Partial<PublicConfig>, headers: Record<string, string>) => {
  const house = await openHouse(sqlite, { config })
  const { username, passphrase, otpauthUri, rootToken } = await addFirstAdministrator(house)
  const body = { username, passphrase, code: codeOf(otpauthUri, house.clock) }
  const answer = await house.call(api.login, { headers, body })
  const cookies = [answer.headers['set-cookie'] ?? []].flat().map(String)
  return { house, rootToken, status: answer.status, cookie: cookies.find((line) => line.includes('console=')) ?? '' }
}

describe('the console’s cookie', () => {
  it.each([
    ['an address of https', { publicUrl: 'https://codes.example.com' }, { host: 'codes.example.com' }],
    ['TLS of its own', { hasTls: true }, { host: 'localhost:8000' }],
    ['plain http from another machine, where a proxy may hide TLS', {}, { host: 'codes.example.com' }],
    ['plain http on an address that is not this machine’s', { isLoopback: false }, { host: 'localhost:8000' }],
  ])('T68 is bound to its host, to TLS and to our own pages over %s', async (_way, config, headers) => {
    const { status, cookie } = await logInBy(config, headers)
    expect(status).toBe(200)
    const [pair = '', ...attributes] = cookie.split('; ')
    expect(pair).toMatch(/^__Host-watchword_console=[\w-]{40,}$/)
    // Neither Domain, so that no other host gets it, nor an age, so that it goes with the browser.
    expect(attributes.toSorted()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
  })

  it('T68 goes in the clear on this very machine alone, or where the operator said so', async () => {
    for (const [config, host] of [
      [{}, 'localhost:8000'],
      [{}, '127.0.0.1:8000'],
      [{ allowPlainHttp: true, isLoopback: false }, 'codes.example.com'],
    ] as const) {
      const { cookie } = await logInBy(config, { host })
      const [pair = '', ...attributes] = cookie.split('; ')
      expect(pair).toMatch(/^watchword_console=/)
      expect(attributes.toSorted()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax'])
    }
  })
})

describe('headers of a proxy', () => {
  const forwarded = {
    'x-forwarded-for': '198.51.100.66, 203.0.113.7, 192.0.2.1',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'codes.example.com',
  }

  it.each([
    ['count from a trusted one, up to the first address nobody trusts', ['127.0.0.1/32', '192.0.2.0/24'], true],
    ['count for nothing from any other', ['192.0.2.0/24'], false],
  ])('T60 %s', async (_claim, trustedProxies, isTrusted) => {
    const { house, rootToken, cookie } = await logInBy({ trustedProxies }, { host: 'localhost:8000', ...forwarded })
    expect(cookie.startsWith('__Host-')).toBe(isTrusted)
    const { items } = await house.access.context.audit.list({ action: 'person.login' })
    expect(items[0]?.address).toBe(isTrusted ? '203.0.113.7' : '127.0.0.1')
    const invited = await house.call(api.createPerson, {
      token: rootToken,
      headers: forwarded,
      body: { username: 'eve' },
    })
    const origin = isTrusted ? 'https://codes.example.com' : 'http://localhost:8000'
    expect(String(invited.body['setupUrl']).startsWith(`${origin}/setup#`)).toBe(true)
  })

  it.each(['a:b', 'a:99999', '[', '[::1', '::', '256.256.256.256'])(
    'T54 a Host that is none is refused, and no fault of ours: %s',
    async (host) => {
      const { status, body } = await (
        await openHouse(sqlite)
      ).call(api.login, {
        headers: { host },
        body: { username: 'ada', passphrase: 'x' },
      })
      expect([status, body['code']]).toEqual([400, 'bad_request'])
    },
  )
})
