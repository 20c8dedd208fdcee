import { parse, parseAllDocuments } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Proxy, proxies, printConfig } from '../../../src/server/gate/proxy-config/print.ts'
import { exchange, type ExchangeOptions } from '../../support/gate/exchange.ts'
import { type GateHouse, openGateHouse } from '../../support/gate/house.ts'
import { addGateToken } from '../../support/gate/token.ts'

const options = {
  hosts: ['app.example.com', '*.apps.example.com'],
  gate: '127.0.0.1:8000',
  app: '127.0.0.1:8888',
  listen: '80',
  cookieName: 'watchword',
}

// Traefik and Envoy cannot be had from Debian: these are the requests their sources make of a visitor's.
describe('proxies known by the headers they send', () => {
  let house: GateHouse
  let cookie: string

  beforeAll(async () => {
    house = await openGateHouse()
    cookie = `watchword=${await house.signIn(await house.addPerson('alice'))}`
  })
  afterAll(() => house.close())

  const traefik = (visitor: Record<string, string>): [string, ExchangeOptions] => [
    '/check/forward',
    {
      headers: {
        host: 'watchword.internal:8000',
        'x-forwarded-method': 'GET',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'app.example.test',
        'x-forwarded-port': '443',
        'x-forwarded-uri': '/page?a=1&b=2',
        'x-forwarded-for': '192.0.2.9',
        'user-agent': 'Mozilla/5.0',
        'accept-encoding': 'gzip',
        ...visitor,
      },
    },
  ]
  const envoy = (visitor: Record<string, string>): [string, ExchangeOptions] => [
    '/check/ext-authz/page?a=1&b=2',
    {
      headers: {
        host: 'app.example.test',
        'content-length': '0',
        'x-forwarded-proto': 'https',
        'x-envoy-internal': 'true',
        'x-envoy-expected-rq-timeout-ms': '2000',
        ...visitor,
      },
    },
  ]
  const ingressNginx = (visitor: Record<string, string>): [string, ExchangeOptions] => [
    '/check/nginx',
    {
      headers: {
        host: 'watchword.internal',
        'x-original-url': 'https://app.example.test/page?a=1&b=2',
        'x-original-method': 'GET',
        'x-real-ip': '192.0.2.9',
        'x-forwarded-for': '192.0.2.9',
        'x-auth-request-redirect': '/page?a=1&b=2',
        'x-sent-from': 'nginx-ingress-controller',
        ...visitor,
      },
    },
  ]
  const shapes = { traefik, envoy, ingressNginx }
  const browser = { accept: 'text/html' }
  const login = 'https://app.example.test/auth/login?rd=https%3A%2F%2Fapp.example.test%2Fpage%3Fa%3D1%26b%3D2'

  it.each(Object.entries(shapes))('%s lets a session pass and names its person', async (_name, shape) => {
    const { status, headers } = await exchange(house.port, ...shape({ cookie }))
    expect([status, headers['remote-user'], headers['remote-groups']]).toEqual([200, 'alice', 'everyone'])
  })

  it.each([
    ['traefik', traefik, 302],
    ['envoy', envoy, 302],
    ['ingressNginx', ingressNginx, 401],
  ] as const)('%s leads a browser to the login and a program to 401', async (_name, shape, status) => {
    const turnedAway = await exchange(house.port, ...shape(browser))
    expect([turnedAway.status, turnedAway.headers.location]).toEqual([status, login])
    const program = await exchange(house.port, ...shape({ accept: 'application/json' }))
    expect([program.status, program.headers.location]).toEqual([401, undefined])
  })

  it('Envoy asks with the method of the visit', async () => {
    const [path, options] = envoy(browser)
    expect((await exchange(house.port, path, { ...options, method: 'POST' })).status).toBe(303)
  })
})

/** What Traefik makes of a visitor's headers: those it lists are the check's or gone. */
function throughTraefik(visitor: Headers, check: Headers): Headers {
  const text = printConfig('traefik', options)[0]?.content ?? ''
  const [, list = ''] = /authResponseHeaders:\n((?: +- .*\n)+)/.exec(text) ?? []
  return replaced(
    visitor,
    check,
    [...list.matchAll(/- (.*)/g)].map(([, name]) => name ?? ''),
  )
}

/** The same for ingress-nginx: `proxy_set_header NAME $upstream_http_name`, where empty takes the header away. */
function throughIngress(visitor: Headers, check: Headers): Headers {
  const [app] = parseAllDocuments(printConfig('ingress-nginx', options)[0]?.content ?? '')
  const { metadata } = app?.toJS() as Ingress
  const list = metadata.annotations['nginx.ingress.kubernetes.io/auth-response-headers'] ?? ''
  return replaced(visitor, check, list.split(','))
}

function replaced(visitor: Headers, check: Headers, names: readonly string[]): Headers {
  const app = new Headers(visitor)
  for (const name of names) {
    const value = check.get(name) ?? ''
    if (value === '') app.delete(name)
    else app.set(name, value)
  }
  return app
}

describe('a gate token', () => {
  let house: GateHouse
  let token: string
  let cookie: string

  beforeAll(async () => {
    house = await openGateHouse({ rules: 'rules:\n  - path: /open/\n    policy: bypass\n  - policy: one_factor\n' })
    token = await addGateToken(house)
    cookie = `watchword=${await house.signIn(await house.addPerson('alice'))}`
  })
  afterAll(() => house.close())

  const visit = (path: string) => ({
    'x-forwarded-method': 'GET',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'app.example.test',
    'x-forwarded-uri': path,
    'x-original-method': 'GET',
    'x-original-url': `https://app.example.test${path}`,
  })
  const ways = {
    traefik: { path: '/check/forward', sent: {}, through: throughTraefik },
    'ingress-nginx': {
      path: '/check/nginx',
      sent: { 'x-sent-from': 'nginx-ingress-controller' },
      through: throughIngress,
    },
  }

  describe.each(Object.entries(ways))('behind %s', (_name, { path, sent, through }) => {
    const appSees = async (visitor: Record<string, string>, where = '/x') => {
      const { status, headers } = await exchange(house.port, path, {
        headers: { ...visit(where), ...sent, ...visitor },
      })
      const told = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
      return [status, through(new Headers(visitor), new Headers(told)).get('authorization')]
    }
    const basic = (password: string) => `Basic ${Buffer.from(`x:${password}`).toString('base64')}`

    it('never reaches the app, as Bearer or Basic, where it is needed or not', async () => {
      for (const authorization of [`Bearer ${token}`, basic(token)])
        for (const where of ['/x', '/open/x']) expect(await appSees({ authorization }, where)).toEqual([200, null])
    })

    it('is told from what was meant for the app, which arrives', async () => {
      for (const authorization of [
        'Bearer of-the-app',
        basic('of the app'),
        'Digest username="a\u00e9"',
        'Negotiate YII=',
      ])
        for (const visitor of [{ authorization, cookie }, { authorization }])
          expect(await appSees(visitor, 'cookie' in visitor ? '/x' : '/open/x')).toEqual([200, authorization])
    })
  })

  it('nor anything else of Authorization is ever answered to nginx itself, Envoy, or whoever asks for the session', async () => {
    const headers = {
      ...visit('/x'),
      'x-forwarded-proto': 'https',
      host: 'app.example.test',
      authorization: 'Basic x',
      cookie,
    }
    for (const path of ['/check/nginx', '/check/ext-authz/x', '/auth/check']) {
      const answer = await exchange(house.port, path, { headers })
      expect([answer.status, answer.headers['authorization']]).toEqual([200, undefined])
    }
  })
})

describe('what printed Envoy tells of a visitor', () => {
  it('P19 holds rules for networks against the visitor, and never against Envoy itself', async () => {
    const rules = 'rules:\n  - network: 127.0.0.0/8\n    policy: bypass\n  - policy: one_factor\n'
    const house = await openGateHouse({ rules })
    const printed = printConfig('envoy', { ...options, hosts: ['app.example.test'] })[0]?.content ?? ''
    const [, patterns = ''] = /allowed_headers:\s+patterns:\n((?: +- exact: .*\n)+)/.exec(printed) ?? []
    const passed = [...patterns.matchAll(/exact: (.*)/g)].map(([, name]) => name ?? '')
    const seen: Record<string, string> = {
      accept: 'application/json',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-envoy-internal': 'false',
    }
    const told = Object.fromEntries(Object.entries(seen).filter(([name]) => passed.includes(name)))
    const headers = { host: 'app.example.test', 'content-length': '0', ...told }
    expect((await exchange(house.port, '/check/ext-authz/page', { headers })).status).toBe(401)
    await house.close()
  })
})

interface Ingress {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> }
  readonly spec: {
    readonly rules: readonly {
      readonly host: string
      readonly http: { readonly paths: readonly { readonly path: string; readonly backend: { service: unknown } }[] }
    }[]
  }
}

describe('printed configurations', () => {
  it.each(proxies)('N3 B2 %s names gate, check and identity headers', (proxy: Proxy) => {
    const text = printConfig(proxy, options)
      .map(({ content }) => content)
      .join('\n')
    expect(text).toMatch(/\/check\/(nginx|forward|ext-authz)/)
    for (const name of ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email'])
      expect(text.toLowerCase()).toContain(name.toLowerCase())
  })

  it.each(['traefik', 'envoy', 'ingress-nginx'] as const)('%s is YAML', (proxy) => {
    for (const { content } of printConfig(proxy, options))
      for (const document of parseAllDocuments(content)) expect(typeof document.toJS()).toBe('object')
  })

  it('ingress-nginx sends each host to its own login, which is guarded by nothing', () => {
    const [printed] = printConfig('ingress-nginx', { ...options, gate: 'watchword.apps.svc:8000', app: 'wiki:80' })
    const [app, login] = parseAllDocuments(printed?.content ?? '').map((document) => document.toJS() as Ingress)
    const prefix = 'nginx.ingress.kubernetes.io/auth-'
    expect(app?.metadata.annotations[`${prefix}signin`]).toBe('https://$host/auth/login')
    expect(login?.metadata.annotations).toEqual({})
    const pathsOf = (ingress: Ingress | undefined) =>
      ingress?.spec.rules.map(({ host, http: { paths } }) => [host, paths[0]?.path, paths[0]?.backend.service])
    expect(pathsOf(app)).toEqual(options.hosts.map((host) => [host, '/', { name: 'wiki', port: { number: 80 } }]))
    const watchword = { name: 'watchword', port: { number: 8000 } }
    expect(pathsOf(login)).toEqual(options.hosts.map((host) => [host, '/auth/', watchword]))
    expect(app?.metadata.name).not.toBe(login?.metadata.name)
  })

  it('Envoy asks about everything but the login pages, and prints every cluster it names', () => {
    const text = printConfig('envoy', options)[0]?.content ?? ''
    const [host] = /virtual_hosts:[\s\S]*http_filters:/.exec(text) ?? []
    const [login = '', rest = ''] = (host ?? '').split('prefix: /\n')
    expect(login).toMatch(/prefix: \/auth\/[\s\S]*ExtAuthzPerRoute\n +disabled: true/)
    expect(rest).not.toContain('disabled')
    const { static_resources: made } = parse(text) as { static_resources: { clusters: { name: string }[] } }
    const named = [...text.matchAll(/ cluster: (\w+)/g)].map(([, name]) => name)
    expect(new Set(named)).toEqual(new Set(made.clusters.map(({ name }) => name)))
  })
})
