import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isFailure } from '../../../src/errors/failure.ts'
import { readClientSecrets } from '../../../src/server/access/oidc/client-secrets.ts'
import { readSignOnEnvironment } from '../../../src/server/access/oidc/environment.ts'
import { discoverProvider } from '../../../src/server/access/oidc/provider.ts'
import { usualSignOn } from '../../../src/server/access/oidc/settings.ts'

const issuer = 'https://idp.example.com'
const clientSecret = 'a client secret nobody may see'
const endpoints = {
  auth_uri: `${issuer}/v1/authorize`,
  token_uri: `${issuer}/v1/token`,
  userinfo_uri: `${issuer}/v1/userinfo`,
}
const client = { issuer, client_id: 'watchword', client_secret: clientSecret, ...endpoints, redirect_uris: ['x'] }
const fixed = { authorization: endpoints.auth_uri, token: endpoints.token_uri, userinfo: endpoints.userinfo_uri }

function fileWith(content: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-client-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'client_secrets.json')
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

describe('client_secrets.json', () => {
  it.each([['web'], ['installed'], ['anything']])('is read with the client in its object %s', (name) => {
    expect(readClientSecrets(JSON.stringify({ [name]: client }))).toEqual({
      issuer,
      clientId: 'watchword',
      clientSecret,
      endpoints: fixed,
    })
  })

  it('prefers the object web, and takes only the endpoints that are named', () => {
    const installed = { ...client, client_id: 'another' }
    const web = { issuer, client_id: 'watchword', token_uri: `${issuer}/elsewhere` }
    expect(readClientSecrets(JSON.stringify({ installed, web }))).toEqual({
      issuer,
      clientId: 'watchword',
      clientSecret: null,
      endpoints: { token: `${issuer}/elsewhere` },
    })
  })

  it('of Google names no issuer: the origin of its auth_uri is one', () => {
    const { issuer: _, ...google } = { ...client, auth_uri: 'https://accounts.google.com/o/oauth2/auth' }
    expect(readClientSecrets(JSON.stringify({ web: google })).issuer).toBe('https://accounts.google.com')
  })

  it.each([
    ['not JSON', '{"web": '],
    ['a list', '[]'],
    ['empty', '{}'],
    ['text in the place of the client', JSON.stringify({ web: 'secret' })],
    ['without a client id', JSON.stringify({ web: { ...client, client_id: '' } })],
    ['without issuer and auth_uri', JSON.stringify({ web: { client_id: 'x', client_secret: clientSecret } })],
  ])('that is %s is refused in a sentence without anything of it', (_name, content) => {
    try {
      readSignOnEnvironment({ OIDC_CLIENT_SECRETS: fileWith(content) })
      expect.unreachable()
    } catch (error) {
      expect(isFailure(error, 'config_invalid')).toBe(true)
      expect(String(error)).toContain('client_secrets.json')
      expect(String(error)).not.toContain(clientSecret)
    }
  })

  it('that is not there is named', () => {
    expect(() => readSignOnEnvironment({ OIDC_CLIENT_SECRETS: '/no/such/file.json' })).toThrow(/\/no\/such\/file\.json/)
  })
})

describe('the variables of totpshare', () => {
  it('name the file, and the settings beside it', () => {
    const variables = {
      OIDC_CLIENT_SECRETS: fileWith({ installed: client }),
      OIDC_SCOPES: 'openid groups',
      OIDC_CALLBACK_ROUTE: '/back',
      AUTHZ_ADMIN: 'token admins',
    }
    expect(readSignOnEnvironment(variables)).toMatchObject({
      callbackPath: '/back',
      settings: { issuer, endpoints: fixed, scopes: ['openid', 'groups'], administratorsGroup: 'token admins' },
    })
  })

  it.each(['GENERATED', 'generated', 'Generated', 'gEnErAtEd', undefined])(
    'lay the endpoints out below OIDC_PROVIDER for OIDC_CLIENT_SECRETS=%s, with or without a slash at its end',
    (word) => {
      for (const provider of [issuer, `${issuer}/`]) {
        const { settings } = readSignOnEnvironment({
          ...(word === undefined ? {} : { OIDC_CLIENT_SECRETS: word }),
          OIDC_PROVIDER: provider,
          OIDC_CLIENT_ID: 'watchword',
          OIDC_CLIENT_SECRET_KEY: clientSecret,
        })
        expect(settings).toMatchObject({ clientId: 'watchword', clientSecret, endpoints: fixed })
      }
    },
  )

  it('are refused when they are to be generated from a provider nobody names', () => {
    expect(() => readSignOnEnvironment({ OIDC_CLIENT_SECRETS: 'GENERATED' })).toThrow(/needs OIDC_PROVIDER/)
    expect(readSignOnEnvironment({})).toMatchObject({ settings: null })
  })

  it('give way to our own', () => {
    const { settings } = readSignOnEnvironment({
      WATCHWORD_OIDC_ISSUER: 'https://ours.example.com',
      WATCHWORD_OIDC_CLIENT_ID: 'ours',
      OIDC_CLIENT_SECRETS: fileWith({ web: client }),
    })
    expect(settings).toMatchObject({ issuer: 'https://ours.example.com', clientId: 'ours', endpoints: {} })
  })
})

describe('discovery beside fixed endpoints', () => {
  it('takes jwks_uri and what else the file does not name from the document, and leaves the file’s own', async () => {
    const server: Server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          issuer: base,
          authorization_endpoint: `${base}/discovered/authorize`,
          token_endpoint: `${base}/discovered/token`,
          userinfo_endpoint: `${base}/discovered/userinfo`,
          jwks_uri: `${base}/discovered/keys`,
          end_session_endpoint: `${base}/discovered/logout`,
        }),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const given = { authorization: `${base}/v1/authorize`, token: `${base}/v1/token` }
    const { configuration } = await discoverProvider({
      ...usualSignOn,
      issuer: base,
      clientId: 'watchword',
      clientSecret,
      endpoints: given,
    })
    expect(configuration.serverMetadata()).toMatchObject({
      authorization_endpoint: given.authorization,
      token_endpoint: given.token,
      userinfo_endpoint: `${base}/discovered/userinfo`,
      jwks_uri: `${base}/discovered/keys`,
      end_session_endpoint: `${base}/discovered/logout`,
    })
  })
})
