import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Configuration } from 'openid-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { askProvider, ProviderAtFault } from '../../../src/server/access/oidc/ask-provider.ts'
import { keysOf } from '../../../src/server/access/oidc/keys.ts'
import type { Provider } from '../../../src/server/access/oidc/provider.ts'
import { usualSignOn } from '../../../src/server/access/oidc/settings.ts'
import { makeCertificate } from '../../support/certificate.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { type OddProvider, sendJson, startOddProvider } from '../../support/odd-provider.ts'
import { Browser, type HouseOptions, openHouse } from './house.ts'

type Odd = Parameters<OddProvider['odd']['set']>[1]

const tooMuch: Odd = (response) => sendJson(response, { pad: 'x'.repeat(1024 * 1024) })
const cutOff: Odd = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
  response.write('{"issuer":', () => response.destroy())
}
const broken: Odd = (response) => void response.writeHead(503).end('{}')
const elsewhere: Odd = (response) => void response.writeHead(302, { location: '/elsewhere' }).end()

async function setUp(engine: TestEngine, options: HouseOptions = {}) {
  const provider = await startOddProvider()
  const named = { WATCHWORD_OIDC_ISSUER: provider.issuer, WATCHWORD_OIDC_CLIENT_ID: 'watchword' }
  const variables = { ...named, WATCHWORD_OIDC_ADMINISTRATORS_GROUP: 'admins' }
  const house = await openHouse(engine, { ...options, variables })
  const browser = new Browser()
  const visit = async (url: string, visitor = browser) => {
    const answer = await house.app.inject({ url, headers: { host: 'localhost:8000', cookie: visitor.header } })
    visitor.keep([answer.headers['set-cookie'] ?? []].flat())
    return answer
  }
  /** Begins a login; answers the address the provider sends back to, or the status it ended with. */
  const begin = async (claims: Record<string, unknown> = {}, visitor = browser): Promise<number | string> => {
    const begun = await visit('/v1/login/oidc', visitor)
    if (begun.statusCode !== 302) return begun.statusCode
    const { searchParams } = new URL(String(begun.headers.location))
    const iat = Math.floor(Date.now() / 1000)
    const whole = { iss: provider.issuer, aud: 'watchword', sub: 'u1', iat, exp: iat + 300, ...claims }
    provider.idToken = await provider.sign({ ...whole, nonce: searchParams.get('nonce') })
    const query = new URLSearchParams({ code: 'x', state: searchParams.get('state') ?? '' })
    return `/authorization-code/callback?${query.toString()}`
  }
  /** Logs in as far as the provider lets it; answers the status it ended with. */
  const signOn = async (claims: Record<string, unknown> = {}, visitor = browser): Promise<number> => {
    const begun = await begin(claims, visitor)
    return typeof begun === 'number' ? begun : (await visit(begun, visitor)).statusCode
  }
  const refusals = async () =>
    (await house.access.context.audit.list({ action: 'person.login', outcome: 'refused' })).items.length
  const me = async (visitor = browser) => (await house.call(api.readMe, { browser: visitor })).body
  const whoIs = async (visitor = browser) => (await me(visitor))['kind']
  return { provider, house, browser, visit, begin, signOn, refusals, me, whoIs }
}

function copyOf(browser: Browser): Browser {
  const copy = new Browser()
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value)
  return copy
}

/** The address of a server whose certificate is its own. */
async function startUntrusted(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-untrusted-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const server = createServer(makeCertificate(folder))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/token`
}

const paths = ['/.well-known/openid-configuration', '/token', '/jwks']

describe.each(engines)('a provider at fault on $name', (engine) => {
  it.each([
    ['T66 answers more than any provider has to say', tooMuch],
    ['breaks off in the middle', cutOff],
    ['is broken', broken],
  ])('%s: nobody is let in, and nobody is said to have been refused', async (_, odd) => {
    const { provider, signOn, refusals, whoIs } = await setUp(engine)
    for (const path of paths) {
      provider.odd.set(path, odd)
      expect(await signOn(), path).toBe(502)
      provider.odd.delete(path)
    }
    expect([await refusals(), await whoIs()]).toEqual([0, 'stranger'])
    expect([await signOn(), await whoIs()]).toEqual([302, 'person'])
  })

  it('whose certificate nobody trusts has refused nobody', async () => {
    const { provider, signOn, refusals } = await setUp(engine)
    provider.document = { token_endpoint: await startUntrusted() }
    expect([await signOn(), await refusals()]).toEqual([502, 0])
  })

  it('keeps the factors of its people: none of theirs are made or changed here', async () => {
    const { house, browser, signOn, whoIs } = await setUp(engine)
    expect([await signOn(), await whoIs()]).toEqual([302, 'person'])
    const proof = { passphrase: 'marching orders at dawn', code: '123456' }
    const answers = await Promise.all([
      house.call(api.beginCode, { browser }),
      house.call(api.passkeyOptions, { browser }),
      house.call(api.newRecoveryCodes, { browser }),
      house.call(api.reproof, { browser, body: proof }),
      house.call(api.changePassphrase, { browser, body: { ...proof, newPassphrase: 'another march, another dawn' } }),
    ])
    expect(answers.map(({ body }) => body['code'])).toEqual(Array(5).fill('person_not_local'))
  })

  it('T64 leaves nothing of a login in the browser, whatever came of it', async () => {
    const { browser, signOn } = await setUp(engine)
    const names = () => [...browser.cookies.keys()].filter((name) => name.includes('sign_on'))
    expect([await signOn({ aud: 'another' }), names()]).toEqual([401, []])
    expect([await signOn(), names(), browser.cookies.size]).toEqual([302, [], 1])
  })

  it('says anew at each login who administers, for sessions that are open too', async () => {
    const { signOn, me } = await setUp(engine)
    const other = new Browser()
    expect(await signOn({ groups: ['ops', 'admins'] })).toBe(302)
    expect(await me()).toMatchObject({ mayAdminister: true })
    expect(await signOn({ groups: ['ops'] }, other)).toBe(302)
    expect([await me(), await me(other)]).toMatchObject([{ mayAdminister: false }, { mayAdminister: false }])
    expect(await signOn({ groups: ['ops', 'admins'] }, other)).toBe(302)
    expect([await me(), await me(other)]).toMatchObject([{ mayAdminister: true }, { mayAdminister: true }])
  })

  it('ends the one session it names, and all of a person where it names none', async () => {
    const { provider, house, browser, signOn, whoIs } = await setUp(engine)
    const [second, third] = [new Browser(), new Browser()]
    const browsers = [browser, second, third]
    for (const [index, each] of browsers.entries()) await signOn({ sid: `session ${index}` }, each)
    const end = async (claims: Record<string, unknown>) => {
      const iat = Math.floor(Date.now() / 1000)
      const whole = { iss: provider.issuer, aud: 'watchword', iat, exp: iat + 60, jti: crypto.randomUUID() }
      const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
      const payload = `logout_token=${await provider.sign({ ...whole, events, ...claims })}`
      const headers = { host: 'localhost:8000', 'content-type': 'application/x-www-form-urlencoded' }
      await house.app.inject({ method: 'POST', url: '/v1/login/oidc/logout', headers, payload })
      return Promise.all(browsers.map((each) => whoIs(each)))
    }
    expect(await end({ sub: 'u1', sid: 'session 1' })).toEqual(['person', 'stranger', 'person'])
    expect(await end({ sid: 'another' })).toEqual(['person', 'stranger', 'person'])
    expect(await end({ sub: 'u2' })).toEqual(['person', 'stranger', 'person'])
    expect(await end({ sub: 'u1' })).toEqual(['stranger', 'stranger', 'stranger'])
  })

  it('sends us nowhere else', async () => {
    const { provider, signOn, whoIs } = await setUp(engine)
    for (const path of paths) {
      provider.odd.set(path, elsewhere)
      expect([401, 502], path).toContain(await signOn())
      provider.odd.delete(path)
    }
    expect([provider.asked.get('/elsewhere'), await whoIs()]).toEqual([undefined, 'stranger'])
  })

  it.each([{}, { authorization_endpoint: undefined }, { authorization_endpoint: 'javascript:alert(1)' }])(
    'T64 that names %j sends browsers to an address of the web or nowhere',
    async (document) => {
      const { provider, visit, browser } = await setUp(engine)
      provider.document = document
      const { statusCode, headers } = await visit('/v1/login/oidc')
      const isUsual = Object.keys(document).length === 0
      expect([statusCode, browser.cookies.size]).toEqual(isUsual ? [302, 1] : [502, 0])
      expect(String(headers.location).startsWith('http://127.0.0.1')).toBe(isUsual)
    },
  )

  it.each(['javascript:alert(1)', 'nonsense'])(
    'that names %j for logouts keeps nobody from logging out',
    async (there) => {
      const { provider, house, browser, signOn, whoIs } = await setUp(engine)
      provider.document = { end_session_endpoint: there }
      expect([await signOn(), await whoIs()]).toEqual([302, 'person'])
      expect(await house.call(api.logout, { browser })).toMatchObject({ status: 200, body: { redirect: null } })
      expect(await whoIs()).toBe('stranger')
    },
  )

  it('that takes its time keeps nobody logged in who logged out', async () => {
    const { provider, house, browser, signOn, whoIs } = await setUp(engine)
    expect(await signOn()).toBe(302)
    // What it says about itself has to be asked for anew after an hour; the session is used meanwhile.
    house.clock.advance(31 * 60_000)
    expect(await whoIs()).toBe('person')
    house.clock.advance(31 * 60_000)
    let whileItThinks: unknown
    provider.odd.set('/.well-known/openid-configuration', (response) => {
      void whoIs(copyOf(browser)).then((kind) => {
        whileItThinks = kind
        response.writeHead(503).end()
      })
    })
    expect(await house.call(api.logout, { browser })).toMatchObject({ status: 200, body: { redirect: null } })
    expect(whileItThinks).toBe('stranger')
  })

  it('T64 lets each login come back once, on either of two servers, though it takes a code twice', async () => {
    const place = await engine.freshPlace()
    const { provider, house, browser, visit, begin, refusals } = await setUp(engine, { place })
    const variables = { WATCHWORD_OIDC_ISSUER: provider.issuer, WATCHWORD_OIDC_CLIENT_ID: 'watchword' }
    const other = await openHouse(engine, { place, rootKey: house.rootKey, variables, clock: house.clock })
    const url = String(await begin())
    const stolen = copyOf(browser)
    expect((await visit(url)).statusCode).toBe(302)
    for (const { app } of [house, other]) {
      const again = await app.inject({ url, headers: { host: 'localhost:8000', cookie: stolen.header } })
      expect([again.statusCode, String(again.headers['set-cookie'])]).toEqual([
        401,
        expect.not.stringMatching('console'),
      ])
    }
    expect([provider.asked.get('/token'), await refusals()]).toEqual([3, 2])
    expect(await house.storage.db.selectFrom('session').select('id').execute()).toHaveLength(1)
  })

  it('is not asked about each forged logout token that a stranger sends', async () => {
    const { provider, house, signOn } = await setUp(engine)
    expect(await signOn()).toBe(302)
    provider.asked.clear()
    for (let count = 0; count < 10; count += 1) {
      const payload = `logout_token=${await provider.sign({}, { kid: `none-${count}` })}`
      const headers = { host: 'localhost:8000', 'content-type': 'application/x-www-form-urlencoded' }
      const answer = await house.app.inject({ method: 'POST', url: '/v1/login/oidc/logout', headers, payload })
      expect(answer.statusCode).toBe(400)
    }
    expect(provider.asked.get('/jwks')).toBeLessThan(4)
  })
})

describe('askProvider', () => {
  it('T66 hangs up on an answer that does not end', async () => {
    const { issuer, odd } = await startOddProvider()
    const hungUp = new Promise<void>((resolve) => {
      odd.set('/', (response) => {
        response.once('close', resolve)
        const more = (): void => void (response.destroyed || response.write(Buffer.alloc(65_536), more))
        more()
      })
    })
    await expect(askProvider(issuer, {})).rejects.toThrow(ProviderAtFault)
    await hungUp
  })

  it('waits for the whole answer no longer than it was told to', async () => {
    const { issuer, odd } = await startOddProvider()
    const patience = new AbortController()
    odd.set('/', (response) => void response.write('{', () => patience.abort(new Error('too long'))))
    await expect(askProvider(issuer, { signal: patience.signal })).rejects.toThrow('too long')
  })

  it('hands on what it was answered', async () => {
    const { issuer, odd } = await startOddProvider()
    odd.set(
      '/',
      (response) => void response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"no"}'),
    )
    const answer = await askProvider(issuer, {})
    expect([answer.status, answer.headers.get('content-type'), await answer.json()]).toEqual([
      404,
      'application/json',
      { error: 'no' },
    ])
  })
})

describe('keysOf', () => {
  const named = (issuer: string, jwks_uri?: string): Provider => ({
    settings: { ...usualSignOn, issuer, clientId: 'watchword', clientSecret: null },
    configuration: new Configuration({ issuer, ...(jwks_uri === undefined ? {} : { jwks_uri }) }, 'watchword'),
  })

  it.each([['http://idp.example/jwks'], ['file:///etc/passwd'], ['nonsense'], [undefined]])(
    'T64 takes no keys from %j of an https provider: anybody could have put them there',
    async (address) => {
      await expect(keysOf(named('https://idp.example', address))).rejects.toThrow('no https address of its keys')
    },
  )

  it('takes them over https, and over http of this very machine', async () => {
    await expect(keysOf(named('https://idp.example', 'https://keys.example/'))).resolves.toBeDefined()
    await expect(keysOf(named('http://127.0.0.1:1', 'http://127.0.0.1:1/jwks'))).resolves.toBeDefined()
  })
})
