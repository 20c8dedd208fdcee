import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { ProviderVisitor, startProvider, type TestProvider } from '../support/oidc-provider.ts'
import {
  caller,
  createStore,
  initialise,
  type Initialised,
  passphrase,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../support/server.ts'
import { until } from '../support/until.ts'

const publicUrl = 'http://localhost:8000'
const sentence = 'The provider does not answer. Try again in a moment'

describe('a provider that goes away and comes back', () => {
  let store: TestStore
  let made: Initialised
  let provider: TestProvider

  beforeAll(() => {
    store = createStore()
    made = initialise(store)
  })
  beforeEach(async () => {
    provider = await startProvider({
      redirectUris: [`${publicUrl}/authorization-code/callback`],
      people: [{ sub: 'u1', preferredUsername: 'grace', groups: ['ops'] }],
    })
  })
  afterAll(() => store.remove())

  it('stops only the logins through it, says so in a sentence, and everything goes on when it is back', async () => {
    const server = await serve()
    const grace = await signOn(server)
    expect(await whoIs(server, grace)).toMatchObject({ kind: 'person', person: { username: 'grace' } })
    const half = new Map<string, string>()
    const begun = await visit(server, '/v1/login/oidc?returnTo=/', half)
    const back = await new ProviderVisitor(provider.issuer).visit(begun.headers.get('location') ?? '', 'u1')

    await provider.stop()
    const refused = await visit(server, pathOf(back), half)
    expect(refused.status).toBe(502)
    expect(await refused.text()).toContain(sentence)
    expect(await whoIs(server, grace)).toMatchObject({ kind: 'person', person: { username: 'grace' } })
    expect(await localLogin(server)).toBe(200)
    expect(await verifies(server, 'meanwhile')).toBe(true)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)

    await provider.resume()
    expect(await whoIs(server, await signOn(server))).toMatchObject({ kind: 'person' })
    expect((await caller(server, made.rootToken)('POST', '/v1/audit/verify')).body).toMatchObject({ whole: true })
  })

  it('keeps no server from starting, and its first login works as soon as it is back', async () => {
    await provider.stop()
    const server = await serve()
    const refused = await visit(server, '/v1/login/oidc?returnTo=/', new Map())
    expect(refused.status).toBe(502)
    const page = await refused.text()
    expect(page).toContain(sentence)
    expect(page).not.toContain(provider.issuer)
    await until(() => server.log().includes('the provider could not be asked about itself'))
    await provider.resume()
    expect(await whoIs(server, await signOn(server))).toMatchObject({ kind: 'person' })
  })

  async function serve(): Promise<TestServer> {
    const server = await startTestServer({
      ...store.variables,
      WATCHWORD_PUBLIC_URL: publicUrl,
      WATCHWORD_OIDC_ISSUER: provider.issuer,
      WATCHWORD_OIDC_CLIENT_ID: provider.clientId,
      WATCHWORD_OIDC_CLIENT_SECRET: provider.clientSecret,
    })
    onTestFinished(() => server.stop())
    return server
  }

  async function signOn(server: TestServer): Promise<Map<string, string>> {
    const cookies = new Map<string, string>()
    const begun = await visit(server, '/v1/login/oidc?returnTo=/', cookies)
    const back = await new ProviderVisitor(provider.issuer).visit(begun.headers.get('location') ?? '', 'u1')
    await visit(server, pathOf(back), cookies)
    return cookies
  }

  async function localLogin(server: TestServer): Promise<number> {
    const secret = decodeBase32(new URL(made.admin.otpauthUri).searchParams.get('secret') ?? '')
    const body = { username: 'ada', passphrase, code: totp(secret, Date.now()) }
    return (await caller(server, '')('POST', '/v1/login', body)).status
  }

  async function verifies(server: TestServer, name: string): Promise<boolean> {
    const call = caller(server, made.rootToken)
    await call('POST', '/v1/realms', { name: 'shop' })
    await call('POST', '/v1/realms/shop/subjects', { name })
    const { body } = await call('POST', `/v1/realms/shop/subjects/${name}/enrolment`)
    const code = totp(decodeBase32(String(body['secretBase32'])), Date.now())
    return (await call('POST', `/v1/realms/shop/subjects/${name}/verify`, { code })).body['accepted'] === true
  }
})

/** What a browser does with one address: sends its cookies, keeps new ones, follows nothing. */
async function visit(server: TestServer, path: string, cookies: Map<string, string>): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const response = await fetch(server.url + path, { redirect: 'manual', headers: { cookie } })
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split(';')
    cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  }
  return response
}

async function whoIs(server: TestServer, cookies: Map<string, string>): Promise<unknown> {
  return (await visit(server, '/v1/me', cookies)).json()
}

function pathOf(address: string): string {
  const { pathname, search } = new URL(address)
  return pathname + search
}
