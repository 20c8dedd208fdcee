import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import Provider, { type Configuration } from 'oidc-provider'
import { onTestFinished, vi } from 'vitest'
import { freePort } from './free-port.ts'

/** Somebody the provider knows; `groups` is what the claim of that name holds, absent when undefined. */
export interface ProviderPerson {
  readonly sub: string
  readonly name?: string
  readonly preferredUsername?: string
  readonly email?: string
  groups?: unknown
}

/** A real OpenID provider on loopback, and what tests may do behind its back. */
export interface TestProvider {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly people: Map<string, ProviderPerson>
  /** Signs claims with the provider's own key, or with `key`. */
  sign(claims: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  /** It no longer answers at its address. */
  stop(): Promise<void>
  /** It is back at its address, with its keys and what it knew. */
  resume(): Promise<void>
}

export interface TestProviderOptions {
  readonly redirectUris: readonly string[]
  readonly people: readonly ProviderPerson[]
  /** Whether `groups` stands in the id token (default) or only in userinfo. */
  readonly groupsIn?: 'id_token' | 'userinfo'
  readonly backchannelLogoutUri?: string
  /** The acr it knows, and how it proves somebody who is asked for some of them; it knows none unless given. */
  readonly assurance?: {
    readonly acrValues: readonly string[]
    readonly prove: (asked: readonly string[]) => { acr: string; amr: string[] }
  }
}

const clientId = 'watchword'
const clientSecret = 'a secret between the two of us only'

/** Starts a provider; it stops when the test ends. */
export async function startProvider(options: TestProviderOptions): Promise<TestProvider> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk: JWK = { ...(await exportJWK(privateKey)), kid: 'first', use: 'sig', alg: 'RS256' }
  const people = new Map(options.people.map((person) => [person.sub, person]))
  const server = createServer()
  // It comes back at the port it had, which nobody must be given meanwhile.
  const port = await freePort()
  const resume = async () => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await resume()
  const issuer = `http://127.0.0.1:${port}`
  const provider = quietly(() => new Provider(issuer, configuration(options, jwk, people)))
  if (options.assurance !== undefined) sayHowProved(provider, options.assurance)
  server.on('request', (request, response) => void provider.callback()(request, response))
  const stop = () => close(server)
  onTestFinished(stop)
  const sign = async (claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'first', ...header })
      .sign(await importJWK(jwk, 'RS256'))
  return { issuer, clientId, clientSecret, people, sign, stop, resume }
}

function configuration(
  { redirectUris, groupsIn = 'id_token', backchannelLogoutUri, assurance }: TestProviderOptions,
  jwk: JWK,
  people: ReadonlyMap<string, ProviderPerson>,
): Configuration {
  return {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [...redirectUris],
        post_logout_redirect_uris: redirectUris.map((uri) => `${new URL(uri).origin}/`),
        token_endpoint_auth_method: 'client_secret_post',
        ...(backchannelLogoutUri === undefined
          ? {}
          : { backchannel_logout_uri: backchannelLogoutUri, backchannel_logout_session_required: true }),
      },
    ],
    acrValues: [...(assurance?.acrValues ?? [])],
    jwks: { keys: [jwk] },
    cookies: { keys: ['only-for-tests'] },
    claims: {
      openid: [
        'sub',
        'sid',
        ...(groupsIn === 'id_token' ? ['groups'] : []),
        ...(assurance === undefined ? [] : ['amr']),
      ],
      profile: ['name', 'preferred_username', ...(groupsIn === 'userinfo' ? ['groups'] : [])],
      email: ['email'],
    },
    // The claims of a scope stand in the id token too, as most providers do it.
    conformIdTokenClaims: groupsIn === 'userinfo',
    features: {
      backchannelLogout: { enabled: true },
      devInteractions: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => void (context.body = `<!doctype html>${form}`),
      },
    },
    pkce: { required: () => true },
    // Its own way of fetching refuses loopback, where all our servers are.
    fetch: (url, options) => fetch(url, { ...options, dispatcher: undefined } as RequestInit),
    findAccount: (_context, sub) => {
      const person = people.get(sub)
      if (person === undefined) return undefined
      const { name, preferredUsername, email, groups } = person
      return {
        accountId: sub,
        claims: () => ({
          sub,
          ...(name === undefined ? {} : { name }),
          ...(preferredUsername === undefined ? {} : { preferred_username: preferredUsername }),
          ...(email === undefined ? {} : { email }),
          ...(groups === undefined ? {} : { groups }),
        }),
      }
    },
    ttl: { AccessToken: 600, IdToken: 600, Interaction: 600, Session: 600, Grant: 600, AuthorizationCode: 60 },
  }
}

// Its ready-made login page knows no methods; what it did is added where the login is finished.
function sayHowProved(provider: Provider, { prove }: NonNullable<TestProviderOptions['assurance']>): void {
  const finish = provider.interactionFinished.bind(provider)
  provider.interactionFinished = async (request, response, result, options) => {
    const { params } = await provider.interactionDetails(request, response)
    const asked = typeof params['acr_values'] === 'string' ? params['acr_values'].split(' ') : []
    const { login } = result
    await finish(
      request,
      response,
      login === undefined ? result : { ...result, login: { ...login, ...prove(asked) } },
      options,
    )
  }
}

/** A person at the provider's pages: follows redirects, types the login, consents; ends at the first foreign address. */
export class ProviderVisitor {
  readonly #cookies = new Map<string, string>()
  readonly #issuer: string

  constructor(issuer: string) {
    this.#issuer = issuer
  }

  /** Logs in as `sub` and answers the address the provider sends the browser back to. */
  async visit(address: string, sub: string): Promise<string> {
    let next = address
    for (let hops = 0; hops < 20; hops += 1) {
      if (!next.startsWith(this.#issuer)) return next
      const response = await this.#fetch(next)
      const location = response.headers.get('location')
      next = location === null ? await this.#answer(next, await response.text(), sub) : new URL(location, next).href
    }
    throw new Error('the provider sends the browser in circles')
  }

  async #answer(page: string, html: string, sub: string): Promise<string> {
    const action = /action="([^"]+)"/.exec(html)?.[1]
    const prompt = /name="prompt" value="([^"]+)"/.exec(html)?.[1]
    if (action === undefined || prompt === undefined)
      throw new Error(`the provider shows no form: ${html.slice(0, 400)}`)
    const fields = new URLSearchParams(prompt === 'login' ? { prompt, login: sub, password: 'any' } : { prompt })
    const target = new URL(action.replaceAll('&amp;', '&'), page).href
    const response = await this.#fetch(target, fields)
    return new URL(response.headers.get('location') ?? '', target).href
  }

  /** Ends the provider's session by its own logout page. */
  async logOut(address: string): Promise<string> {
    const html = await (await this.#fetch(address)).text()
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
    const action = /action="([^"]+)"/.exec(html)?.[1] ?? ''
    const response = await this.#fetch(new URL(action, address).href, new URLSearchParams({ xsrf, logout: 'yes' }))
    return response.headers.get('location') ?? ''
  }

  async #fetch(address: string, fields?: URLSearchParams): Promise<Response> {
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(fields === undefined ? {} : { method: 'POST', body: fields }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return response
  }
}

// It warns of its own login pages and of keeping everything in memory, which is what a test wants.
function quietly<T>(make: () => T): T {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    return make()
  } finally {
    warn.mockRestore()
  }
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  if (!server.listening) return
  await new Promise((resolve) => server.close(resolve))
}
