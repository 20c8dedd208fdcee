import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { onTestFinished } from 'vitest'

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** A provider that answers at each of its paths whatever a test says. */
export interface OddProvider {
  readonly issuer: string
  /** What its discovery document says besides or instead. */
  document: Record<string, unknown>
  /** The answers that are not as they should be, by path: `/jwks`, `/token`, `/.well-known/openid-configuration`. */
  readonly odd: Map<string, Answer>
  /** How often each path was asked. */
  readonly asked: Map<string, number>
  /** The id token that `/token` answers. */
  idToken: string
  readonly publicKey: JWK
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
}

/** Starts one on loopback; it stops when the test ends. */
export async function startOddProvider(): Promise<OddProvider> {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider: OddProvider = {
    issuer,
    document: {},
    odd: new Map(),
    asked: new Map(),
    idToken: '',
    publicKey: { ...(await exportJWK(publicKey)), kid: 'first', use: 'sig', alg: 'RS256' },
    sign: (claims, header = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'first', ...header }).sign(privateKey),
  }
  server.on('request', (request, response) => answer(provider, request, response))
  return provider
}

function answer(provider: OddProvider, request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', provider.issuer)
  provider.asked.set(pathname, (provider.asked.get(pathname) ?? 0) + 1)
  const odd = provider.odd.get(pathname)
  if (odd !== undefined) odd(response, request)
  else sendJson(response, usualAnswer(provider, pathname))
}

function usualAnswer({ issuer, document, publicKey, idToken }: OddProvider, pathname: string): unknown {
  if (pathname === '/jwks') return { keys: [publicKey] }
  if (pathname === '/token') return { access_token: 'x', token_type: 'bearer', expires_in: 60, id_token: idToken }
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    ...document,
  }
}

export function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body))
}
