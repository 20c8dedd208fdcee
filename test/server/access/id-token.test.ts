import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { startProvider, type TestProvider } from '../../support/oidc-provider.ts'
import { Browser, openHouse } from './house.ts'

const callback = 'http://localhost:8000/authorization-code/callback'

/** A token endpoint that answers whatever id token it is told; a file may name any address. */
async function startLiar(): Promise<{ url: string; idToken: string }> {
  const liar = { url: '', idToken: '' }
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: 'x', token_type: 'bearer', expires_in: 60, id_token: liar.idToken }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  liar.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  return liar
}

function secretsFile(provider: TestProvider, tokenUri: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-id-token-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'client_secrets.json')
  const { issuer, clientId: client_id, clientSecret: client_secret } = provider
  writeFileSync(file, JSON.stringify({ web: { issuer, client_id, client_secret, token_uri: tokenUri } }))
  return file
}

async function setUp(engine: (typeof engines)[number]) {
  const provider = await startProvider({ redirectUris: [callback], people: [] })
  const liar = await startLiar()
  const house = await openHouse(engine, {
    variables: { OIDC_CLIENT_SECRETS: secretsFile(provider, liar.url), AUTHZ_ADMIN: 'admins' },
  })
  /** Comes back from the provider with an id token made from the right claims of this very login. */
  const comeBack = async (make: (claims: Record<string, unknown>) => Promise<string> | string) => {
    const browser = new Browser()
    const visit = async (url: string) => {
      const answer = await house.app.inject({ url, headers: { host: 'localhost:8000', cookie: browser.header } })
      browser.keep([answer.headers['set-cookie'] ?? []].flat())
      return answer
    }
    const { searchParams } = new URL(String((await visit('/v1/login/oidc')).headers.location))
    const iat = Math.floor(Date.now() / 1000)
    const nonce = searchParams.get('nonce')
    const claims = { iss: provider.issuer, aud: provider.clientId, sub: 'u1', iat, exp: iat + 300, nonce }
    liar.idToken = await make({ ...claims, groups: ['admins'] })
    const query = new URLSearchParams({ code: 'x', state: searchParams.get('state') ?? '', iss: provider.issuer })
    const { statusCode } = await visit(`/authorization-code/callback?${query.toString()}`)
    const me = await house.call(api.readMe, { browser })
    return [statusCode, me.body['kind'], me.body['mayAdminister']]
  }
  return { provider, comeBack }
}

describe.each(engines)('an id token on $name', (engine) => {
  it('T64 logs somebody in when it is whole, and nobody when anything of it is wrong', async () => {
    const { provider, comeBack } = await setUp(engine)
    expect(await comeBack((claims) => provider.sign(claims))).toEqual([302, 'person', true])
    const { privateKey } = await generateKeyPair('RS256')
    const secret = Buffer.from(provider.clientSecret)
    const hour = 3600
    const wrong: Record<string, (claims: Record<string, unknown>) => Promise<string> | string> = {
      'alg: none': (claims) => new UnsecuredJWT(claims).encode(),
      'the key of somebody else': (claims) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'first' }).sign(privateKey),
      'the client secret as key': (claims) => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret),
      'a changed claim': async (claims) => {
        const [head, , signature] = (await provider.sign(claims)).split('.')
        const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'u2' })).toString('base64url')
        return [head, changed, signature].join('.')
      },
      'another issuer': (claims) => provider.sign({ ...claims, iss: 'https://elsewhere.example' }),
      'an issuer that begins like ours': (claims) => provider.sign({ ...claims, iss: `${provider.issuer}.example` }),
      'another audience': (claims) => provider.sign({ ...claims, aud: 'another' }),
      'our audience among others, for another party': (claims) =>
        provider.sign({ ...claims, aud: [provider.clientId, 'another'], azp: 'another' }),
      'the nonce of another login': (claims) => provider.sign({ ...claims, nonce: 'another' }),
      'no nonce': (claims) => provider.sign({ ...claims, nonce: undefined }),
      'an end in the past': (claims) => provider.sign({ ...claims, exp: Number(claims['iat']) - hour }),
      'an end longer ago than clocks may differ': (claims) =>
        provider.sign({ ...claims, iat: Number(claims['iat']) - hour, exp: Number(claims['iat']) - 120 }),
      'no end': (claims) => provider.sign({ ...claims, exp: undefined }),
      'no subject': (claims) => provider.sign({ ...claims, sub: undefined }),
      'no token at all': () => '',
    }
    for (const [what, make] of Object.entries(wrong)) {
      expect(await comeBack(make), what).toEqual([401, 'stranger', false])
    }
  })

  it('T64 whose proof was between two seconds logs somebody in', async () => {
    const { provider, comeBack } = await setUp(engine)
    const between = (claims: Record<string, unknown>) => ({ ...claims, auth_time: Number(claims['iat']) - 5.1234 })
    expect(await comeBack((claims) => provider.sign(between(claims)))).toEqual([302, 'person', true])
  })

  it('T64 whose words no database can hold logs the same person in, without those words', async () => {
    const { provider, comeBack } = await setUp(engine)
    const odd = ['Gr\0ace', '\ud800', 'line\r\nbreak', 'x'.repeat(10_000), { nested: ['admins'] }, 7, null]
    for (const what of odd) {
      const told = { name: what, email: what, preferred_username: what, sid: what, acr: what, amr: [what] }
      const groups = ['admins', what, [what]]
      const answer = await comeBack((claims) => provider.sign({ ...claims, ...told, groups }))
      expect(answer, JSON.stringify(what).slice(0, 40)).toEqual([302, 'person', true])
    }
  })

  it.each([
    ['longer than any', 'u'.repeat(600)],
    ['with a NUL', 'u\0'],
    ['of half a character', 'u\ud800'],
  ])('T64 whose subject is %s logs nobody in: two of them would be one person', async (_, sub) => {
    const { provider, comeBack } = await setUp(engine)
    expect(await comeBack((claims) => provider.sign({ ...claims, sub }))).toEqual([401, 'stranger', false])
  })
})
