import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Proxy, proxies, printConfig } from '../../../src/server/gate/proxy-config/print.ts'
import { exchange, type ExchangeOptions } from '../../support/gate/exchange.ts'
import { type GateHouse, openGateHouse } from '../../support/gate/house.ts'

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

describe('printed configurations', () => {
  const options = {
    hosts: ['app.example.com', '*.apps.example.com'],
    gate: '127.0.0.1:8000',
    app: '127.0.0.1:8888',
    listen: '80',
    cookieName: 'watchword',
  }

  it.each(proxies)('N3 B2 %s names gate, check and identity headers', (proxy: Proxy) => {
    const text = printConfig(proxy, options)
      .map(({ content }) => content)
      .join('\n')
    expect(text).toMatch(/\/check\/(nginx|forward|ext-authz)/)
    for (const name of ['Remote-User', 'Remote-Groups', 'Remote-Name', 'Remote-Email'])
      expect(text.toLowerCase()).toContain(name.toLowerCase())
  })

  it.each(['traefik', 'envoy', 'ingress-nginx'] as const)('%s is YAML', (proxy) => {
    for (const { content } of printConfig(proxy, options)) expect(typeof parse(content)).toBe('object')
  })
})
