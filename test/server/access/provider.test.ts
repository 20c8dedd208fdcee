import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { type ProviderPerson, ProviderVisitor, startProvider } from '../../support/oidc-provider.ts'
import { Browser, openHouse } from './house.ts'
import { addFirstAdministrator } from './people.ts'

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout'

/** A house that listens, a provider that knows its addresses, and sign-on activated by an administrator. */
async function connect(engine: (typeof engines)[number], people: ProviderPerson[], more: object = {}) {
  const house = await openHouse(engine)
  await house.app.listen({ host: '127.0.0.1', port: 0 })
  const origin = `http://127.0.0.1:${(house.app.server.address() as AddressInfo).port}`
  const provider = await startProvider({
    redirectUris: [`${origin}/authorization-code/callback`],
    backchannelLogoutUri: `${origin}/v1/login/oidc/logout`,
    people,
  })
  const { rootToken } = await addFirstAdministrator(house)
  const draft = {
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    scopes: ['openid', 'profile', 'email'],
    groupsClaim: 'groups',
    administratorsGroup: 'admins',
    allowedGroups: [],
    acceptBearer: false,
    bearerAudience: '',
    ...more,
  }
  const headers = { host: new URL(origin).host }
  await house.call(api.draftOidc, { token: rootToken, headers, body: draft })
  const activated = await house.call(api.activateOidc, { token: rootToken, headers })
  return { house, origin, headers, provider, rootToken, draft, activated }
}

type Connected = Awaited<ReturnType<typeof connect>>

async function signOn({ house, headers, provider }: Connected, visitor: ProviderVisitor, sub: string) {
  const browser = new Browser()
  const visit = async (url: string) => {
    const answer = await house.app.inject({ url, headers: { ...headers, cookie: browser.header } })
    browser.keep([answer.headers['set-cookie'] ?? []].flat())
    return String(answer.headers.location)
  }
  const back = await visitor.visit(await visit('/v1/login/oidc'), sub)
  await visit(new URL(back).pathname + new URL(back).search)
  await house.call(api.readMe, { browser, headers })
  return { browser, provider }
}

async function whoIs({ house, headers }: Connected, browser: Browser): Promise<unknown> {
  return (await house.call(api.readMe, { browser, headers })).body['kind']
}

async function sendLogout({ house, headers }: Connected, token: string): Promise<number> {
  const answer = await house.app.inject({
    method: 'POST',
    url: '/v1/login/oidc/logout',
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ logout_token: token }).toString(),
  })
  return answer.statusCode
}

function logoutClaims({ provider }: Connected, more: Record<string, unknown> = {}): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000)
  const base = { iss: provider.issuer, aud: provider.clientId, sub: 'u1', iat, exp: iat + 120 }
  return { ...base, jti: crypto.randomUUID(), events: { [logoutEvent]: {} }, ...more }
}

describe.each(engines)('a provider and its sessions on $name', (engine) => {
  it('is drafted, tried and activated by an administrator; its secret is told to nobody', async () => {
    const { house, headers, origin, rootToken, draft, provider, activated } = await connect(engine, [])
    expect(activated.body).toMatchObject({
      source: 'settings',
      hasSecret: true,
      redirectUri: `${origin}/authorization-code/callback`,
      active: { issuer: provider.issuer, administratorsGroup: 'admins' },
      draft: null,
    })
    expect(JSON.stringify(activated.body)).not.toContain(provider.clientSecret)
    const tried = await house.call(api.testOidc, { token: rootToken, headers })
    expect(tried.body).toEqual({ works: true, findings: [] })
    const stored = JSON.stringify(await house.storage.db.selectFrom('setting').selectAll().execute())
    expect(stored).not.toContain(provider.clientSecret)
    const wrongs: [object, RegExp][] = [
      [{ clientSecret: 'not the secret' }, /does not accept the client id/],
      [{ issuer: `${provider.issuer}/elsewhere` }, /could not be asked about itself/],
      [{ scopes: ['openid', 'nonsense'] }, /does not know the scope nonsense/],
    ]
    for (const [wrong, finding] of wrongs) {
      await house.call(api.draftOidc, { token: rootToken, headers, body: { ...draft, ...wrong } })
      const answer = await house.call(api.testOidc, { token: rootToken, headers })
      expect(answer.body['works']).toBe(false)
      expect(JSON.stringify(answer.body['findings'])).toMatch(finding)
    }
    const ofIdTokens = { acceptBearer: true, bearerAudience: draft.clientId }
    for (const unfit of [{ issuer: 'http://example.com' }, { scopes: ['email'] }, { acceptBearer: true }, ofIdTokens]) {
      const answer = await house.call(api.draftOidc, { token: rootToken, headers, body: { ...draft, ...unfit } })
      expect([answer.status, answer.body['code']]).toEqual([400, 'sign_on_settings_invalid'])
    }
  })

  it('ends the session of the provider at logout, which ends all others there by back-channel logout', async () => {
    const connected = await connect(engine, [{ sub: 'u1' }])
    const visitor = new ProviderVisitor(connected.provider.issuer)
    const { browser: laptop } = await signOn(connected, visitor, 'u1')
    const { browser: phone } = await signOn(connected, visitor, 'u1')
    const { house, headers } = connected
    const left = await house.call(api.logout, { browser: laptop, headers })
    expect(await whoIs(connected, laptop)).toBe('stranger')
    expect(await whoIs(connected, phone)).toBe('person')
    const address = String(left.body['redirect'])
    expect(new URL(address).searchParams.get('post_logout_redirect_uri')).toBe(`${connected.origin}/`)
    await visitor.logOut(address)
    await expect.poll(() => whoIs(connected, phone)).toBe('stranger')
  })

  it('T65 ends no session by a logout token that is forged, old, for another, or used before', async () => {
    const connected = await connect(engine, [{ sub: 'u1' }])
    const { provider } = connected
    const { browser } = await signOn(connected, new ProviderVisitor(provider.issuer), 'u1')
    const { privateKey } = await generateKeyPair('RS256')
    const claims = () => logoutClaims(connected)
    const old = Math.floor(Date.now() / 1000) - 3600
    const forged = [
      'no token at all',
      new UnsecuredJWT(claims()).encode(),
      await new SignJWT(claims()).setProtectedHeader({ alg: 'RS256', kid: 'first' }).sign(privateKey),
      await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(provider.clientSecret)),
      await provider.sign(logoutClaims(connected, { aud: 'another' })),
      await provider.sign(logoutClaims(connected, { iss: 'https://elsewhere.example' })),
      await provider.sign(logoutClaims(connected, { iat: old, exp: old + 120 })),
      await provider.sign(logoutClaims(connected, { iat: old, exp: old + 7200 })),
      await provider.sign(logoutClaims(connected, { nonce: 'n' })),
      await provider.sign(logoutClaims(connected, { events: {} })),
      await provider.sign(logoutClaims(connected, { sub: undefined })),
    ]
    for (const token of forged) expect(await sendLogout(connected, token)).toBe(400)
    expect(await whoIs(connected, browser)).toBe('person')
    const right = await provider.sign(claims())
    expect(await sendLogout(connected, right)).toBe(200)
    expect(await whoIs(connected, browser)).toBe('stranger')
    expect(await sendLogout(connected, right)).toBe(400)
  })

  it('accepts access tokens of the provider only when switched on, and only whole ones', async () => {
    const on = { acceptBearer: true, bearerAudience: 'https://watchword.example' }
    const connected = await connect(engine, [], on)
    const { house, headers, provider, rootToken, draft } = connected
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: provider.issuer,
      aud: on.bearerAudience,
      sub: 'u9',
      iat: now,
      exp: now + 300,
      groups: ['admins'],
    }
    const ask = async (token: string) => (await house.call(api.readMe, { token, headers })).body
    expect(await ask(await provider.sign(claims))).toMatchObject({ kind: 'person', mayAdminister: true })
    expect(await ask(await provider.sign({ ...claims, groups: 'admins' }))).toMatchObject({ mayAdminister: false })
    expect(await ask(await provider.sign({ ...claims, groups: undefined }))).toMatchObject({ mayAdminister: false })
    const { privateKey } = await generateKeyPair('RS256')
    const refused = [
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'first' }).sign(privateKey),
      await provider.sign({ ...claims, aud: provider.clientId }),
      await provider.sign({ ...claims, iss: 'https://elsewhere.example' }),
      await provider.sign({ ...claims, exp: now - 300 }),
      await provider.sign({ ...claims, exp: undefined }),
      // Read as no name at all, all of these would be one person.
      await provider.sign({ ...claims, sub: 7 }),
      await provider.sign({ ...claims, sub: '' }),
      await provider.sign({ ...claims, sub: 'u'.repeat(600) }),
    ]
    for (const token of refused) expect(await ask(token)).toMatchObject({ status: 401, code: 'token_refused' })
    await house.call(api.draftOidc, { token: rootToken, headers, body: { ...draft, acceptBearer: false } })
    await house.call(api.activateOidc, { token: rootToken, headers })
    expect(await ask(await provider.sign(claims))).toMatchObject({ kind: 'stranger' })
  })

  it('proves who is there again where a change asks for it, and only for the same person', async () => {
    const connected = await connect(engine, [{ sub: 'u1' }, { sub: 'u2' }])
    const { house, headers, provider } = connected
    const visitor = new ProviderVisitor(provider.issuer)
    const { browser } = await signOn(connected, visitor, 'u1')
    house.clock.advance(20 * 60_000)
    const visit = async (url: string) => {
      const answer = await house.app.inject({ url, headers: { ...headers, cookie: browser.header } })
      browser.keep([answer.headers['set-cookie'] ?? []].flat())
      return answer
    }
    const prove = async (sub: string) => {
      const begun = await visit('/v1/login/oidc?stepUp=true&returnTo=/accounts')
      const address = String(begun.headers.location)
      expect(new URL(address).searchParams.get('max_age')).toBe('0')
      const back = new URL(await new ProviderVisitor(provider.issuer).visit(address, sub))
      return visit(back.pathname + back.search)
    }
    expect((await prove('u2')).statusCode).toBe(401)
    const before = (await house.call(api.readMe, { browser, headers })).body['authenticatedAtMs']
    expect((await prove('u1')).headers.location).toBe('/accounts')
    const after = (await house.call(api.readMe, { browser, headers })).body['authenticatedAtMs']
    expect([before, after]).toEqual([house.clock.nowMs() - 20 * 60_000, house.clock.nowMs()])
  })
})
