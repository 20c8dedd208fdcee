import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Echo, type EchoApp, startEchoApp } from '../support/gate/echo-app.ts'
import { exchange, type ExchangeOptions } from '../support/gate/exchange.ts'
import { type GateHouse, openGateHouse } from '../support/gate/house.ts'
import { programOf, type RunningProxy, startPrintedProxy, type TestedProxy } from '../support/gate/proxies.ts'
import { addGateToken } from '../support/gate/token.ts'
import { describeWith } from '../support/programs.ts'

const host = 'app.example.test'
const rules = `
rules:
  - host: status.example.test
    policy: bypass
  - host: ${host}
    path: /public/
    policy: bypass
  - host: ${host}
    policy: one_factor
`
const proxies: readonly TestedProxy[] = ['nginx', 'caddy', 'haproxy', 'apache']

/** What a visitor says of itself, in the headers that apps believe. */
const misleading = {
  forwarded: 'for=203.0.113.9;host=evil.test',
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'gopher',
  'x-forwarded-port': '70',
  'x-forwarded-prefix': '/evil',
  'x-forwarded-uri': '/evil',
  'x-real-ip': '203.0.113.9',
  'x-original-url': '/evil',
  'x-original-uri': '/evil',
  'x-rewrite-url': '/evil',
  x_forwarded_for: '203.0.113.9',
  x_original_url: '/evil',
}

for (const kind of proxies) {
  describeWith([programOf[kind], 'curl'], `attacks on the gate behind ${kind}`, () => {
    let house: GateHouse
    let app: EchoApp
    let proxy: RunningProxy
    let session: string
    let token: string

    beforeAll(async () => {
      app = await startEchoApp()
      house = await openGateHouse({ rules })
      session = await house.signIn(await house.addPerson('alice'))
      token = await addGateToken(house)
      proxy = await startPrintedProxy(kind, { gatePort: house.port, appPort: app.port })
    })
    afterAll(async () => {
      await proxy.stop()
      await house.close()
      await app.close()
    })

    const ask = (path: string, { headers, ...rest }: ExchangeOptions = {}) =>
      exchange(proxy.port, path, { ...rest, headers: { host: `${host}:${proxy.port}`, ...headers } })
    /** What the app saw; null where it was not reached. */
    const seenByApp = async (path: string, options: ExchangeOptions = {}): Promise<Echo | null> => {
      const { status, body } = await ask(path, options)
      return status === 200 && body.startsWith('{"method"') ? (JSON.parse(body) as Echo) : null
    }

    it('P12 judges the host it routes by: a whole address and another Host open nothing', async () => {
      for (const foreign of ['status.example.test', `status.example.test:${proxy.port}`]) {
        expect(await seenByApp(`http://${host}/secret`, { headers: { host: foreign } })).toBeNull()
        expect(await seenByApp(`http://${host}:${proxy.port}/secret`, { headers: { host: foreign } })).toBeNull()
        expect(await seenByApp('/secret', { headers: { host: foreign } })).toBeNull()
      }
      expect((await ask('/secret', { headers: { cookie: `watchword=${session}` } })).status).toBe(200)
    })

    it.each(['http://', 'http://@', 'http://admin?@', 'http://a:b?c@', 'x://', 'x://admin?@'])(
      'P12 hands the app the path that was judged, whatever stands before it: %s',
      async (before) => {
        const target = `${before}${host}:${proxy.port}`
        const seen = await seenByApp(`${target}/public/x`)
        expect(seen?.url ?? '/public/x').toBe('/public/x')
        expect(await seenByApp(`${target}/secret?/public/x`)).toBeNull()
      },
    )

    it.each([`${host},status.example.test`, `status.example.test,${host}`, `${host} status.example.test`])(
      'P10 a Host that is a list opens nothing: %s',
      async (list) => {
        expect(await seenByApp('/secret', { headers: { host: list } })).toBeNull()
      },
    )

    it('P16 tells the app who asks, by which host and scheme, whatever the visitor says', async () => {
      const seen = await seenByApp('/page', { headers: { cookie: `watchword=${session}`, ...misleading } })
      const { headers = {} } = seen ?? {}
      expect(headers).toMatchObject({
        host: `${host}:${proxy.port}`,
        'x-forwarded-for': '127.0.0.1',
        'x-forwarded-host': `${host}:${proxy.port}`,
        'x-forwarded-proto': 'http',
        'x-real-ip': '127.0.0.1',
      })
      const believed = Object.entries(headers).filter(([, value]) => /evil|203\.0\.113|gopher|^70$/.test(String(value)))
      expect(believed).toEqual([])
    })

    it('P15 nobody takes away what the app is told by naming it in Connection', async () => {
      for (const name of ['Remote-User', 'Remote-Groups', 'X-Real-IP', 'X-Forwarded-For', 'X-Forwarded-Proto']) {
        const headers = { cookie: `watchword=${session}`, connection: `close, ${name}` }
        const seen = await seenByApp('/page', { headers })
        expect([name, seen?.headers[name.toLowerCase()]]).toEqual([name, expect.stringMatching(/./)])
      }
    })

    it.each(['h2c', 'websocket, h2c', 'h2c, websocket', 'TLS/1.0'])(
      'P34 lets nothing but a websocket out of HTTP/1.1: %s',
      async (upgrade) => {
        const handshake = { 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
        const headers = { cookie: `watchword=${session}`, connection: 'upgrade', upgrade, ...handshake }
        const seen = await seenByApp('/page', { headers })
        expect([seen === null, seen?.headers.upgrade]).toEqual([false, undefined])
      },
    )

    it('keeps every cookie of the gate from the app and leaves it its own', async () => {
      const cookies: readonly (readonly [string, readonly string[]])[] = [
        [`watchword=${session}`, []],
        [`theme=dark; watchword=${session}`, ['theme=dark']],
        [`watchword=${session}; theme=dark; lang=de`, ['theme=dark', 'lang=de']],
        [
          `a=1;watchword=x;b=2; __Host-watchword=${session}; c=3; __Secure-watchword=y; d=4`,
          ['a=1', 'b=2', 'c=3', 'd=4'],
        ],
        [`watchword=x; watchword=y; my_watchword=mine; watchword=${session}`, ['my_watchword=mine']],
      ]
      for (const [cookie, kept] of cookies) {
        const seen = await seenByApp('/page', { headers: { cookie } })
        const pairs = (seen?.headers.cookie ?? '').split(';').map((pair) => pair.trim())
        expect([cookie, seen === null, pairs.filter((pair) => pair !== '')]).toEqual([cookie, false, kept])
      }
    })

    it('B8 keeps a gate token from the app, and leaves it what is for the app itself', async () => {
      const basic = (password: string) => `Basic ${Buffer.from(`x:${password}`).toString('base64')}`
      for (const authorization of [`Bearer ${token}`, basic(token)]) {
        const seen = await seenByApp('/page', { headers: { authorization } })
        expect(seen?.headers['remote-user']).toMatch(/backup$/)
        expect(seen?.headers.authorization ?? '').toBe('')
        expect(seen?.headers['x-watchword-pass'] ?? '').toBe('')
      }
      const own = { cookie: `watchword=${session}`, authorization: basic('of the app'), 'x-watchword-pass': 'token' }
      expect((await seenByApp('/page', { headers: own }))?.headers.authorization).toBe(basic('of the app'))
    })

    it('B9 tells a program where the login is', async () => {
      const { status, headers, body } = await ask('/api?a=1&b=2', { headers: { accept: 'application/json' } })
      const visited = encodeURIComponent(`http://${host}:${proxy.port}/api?a=1&b=2`)
      const login = `http://${host}:${proxy.port}/auth/login?rd=${visited}`
      expect([status, headers['x-watchword-login'], JSON.parse(body)]).toEqual([401, login, { login }])
      expect(headers['content-type']).toContain('application/json')
      expect(headers['cache-control']).toContain('no-store')
    })

    it('B8 offers Basic to programs that wait to be asked, and to no browser', async () => {
      const { stdout } = await promisify(execFile)('curl', [
        '-sS',
        '--anyauth',
        `-ux:${token}`,
        `-HHost: ${host}:${proxy.port}`,
        '-m20',
        '-o/dev/null',
        '-w%{http_code}',
        `http://127.0.0.1:${proxy.port}/page`,
      ])
      expect(stdout).toBe('200')
      const fetched = { accept: '*/*', 'sec-fetch-mode': 'cors' }
      expect((await ask('/page', { headers: fetched })).headers['www-authenticate']).not.toContain('Basic')
    })

    it('passes an upload of 2 MB on whole', async () => {
      const body = Buffer.alloc(2_000_000, 'x')
      const seen = await seenByApp('/upload', { method: 'POST', body, headers: { cookie: `watchword=${session}` } })
      expect(seen).toMatchObject({ method: 'POST', bodyBytes: 2_000_000 })
    })
  })
}
