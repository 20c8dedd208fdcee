import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Echo, type EchoApp, startEchoApp } from '../support/gate/echo-app.ts'
import { PlainBrowser } from '../support/gate/browser.ts'
import { exchange, type ExchangeOptions } from '../support/gate/exchange.ts'
import { type GateHouse, type HousePerson, openGateHouse, passphrase } from '../support/gate/house.ts'
import { programOf, type RunningProxy, startPrintedProxy, type TestedProxy } from '../support/gate/proxies.ts'
import { describeWith } from '../support/programs.ts'

const host = 'app.example.test'
const rules = `
rules:
  - path: /public/
    policy: bypass
  - path: /forbidden/
    group: nobody
    policy: one_factor
  - path: /forbidden/
    policy: deny
  - path: /own-pages/
    websockets: same_site
    policy: one_factor
  - host: ${host}
    policy: one_factor
`

const forged = {
  'Remote-User': 'root',
  'remote-groups': 'administrators',
  Remote_User: 'root',
  'Remote-Email': 'root@example.test',
  'X-Original-URL': 'http://app.example.test/public/',
  'X-Original-Method': 'OPTIONS',
  'X-Forwarded-Uri': '/public/',
  'X-Forwarded-Host': 'other.example.test',
  X_Forwarded_Uri: '/public/',
}

const proxies: readonly TestedProxy[] = ['nginx', 'caddy', 'haproxy', 'apache']

// The configurations are the printed ones; the tests add process files and module lines alone.
for (const kind of proxies) {
  describeWith([programOf[kind]], `the gate behind ${kind} with the printed configuration`, () => {
    let house: GateHouse
    let app: EchoApp
    let proxy: RunningProxy
    let alice: HousePerson
    let cookie: string

    beforeAll(async () => {
      app = await startEchoApp()
      house = await openGateHouse({ rules })
      alice = await house.addPerson('alice', { groups: ['ops'] })
      cookie = `watchword=${await house.signIn(alice)}`
      proxy = await startPrintedProxy(kind, { gatePort: house.port, appPort: app.port })
    })
    afterAll(async () => {
      await proxy.stop()
      await house.close()
      await app.close()
    })

    const ask = (path: string, { headers, ...rest }: ExchangeOptions = {}) =>
      exchange(proxy.port, path, { ...rest, headers: { host: `${host}:${proxy.port}`, ...headers } })
    const asAlice = (path: string, { headers, ...rest }: ExchangeOptions = {}) =>
      ask(path, { ...rest, headers: { cookie, ...headers } })
    const browser = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }

    it('B2 lets a session through and names its person to the app', async () => {
      const { status, body } = await asAlice('/page?bbox=1,2')
      const echo = JSON.parse(body) as Echo
      expect(status).toBe(200)
      expect(echo.url).toBe('/page?bbox=1,2')
      expect(echo.headers).toMatchObject({
        'remote-user': 'alice',
        'remote-name': 'alice Example',
        'remote-email': 'alice@example.test',
      })
      expect(String(echo.headers['remote-groups']).split(',')).toContain('ops')
    })

    it('P17 names nobody where a rule lets a stranger pass, whatever the stranger claims', async () => {
      const { status, body } = await ask('/public/logo.png', { headers: forged })
      const { headers } = JSON.parse(body) as Echo
      expect(status).toBe(200)
      expect([headers['remote-user'] ?? '', headers['remote-groups'] ?? '', headers['remote-email'] ?? '']).toEqual([
        '',
        '',
        '',
      ])
      expect(headers['remote_user'] ?? '').toBe('')
    })

    it('P9 leads a browser to the login with its whole target, & included', async () => {
      const { status, headers } = await ask('/page?a=1&b=2&c=%26', { headers: browser })
      const login = new URL(String(headers.location))
      expect(status).toBe(302)
      expect(login.origin).toBe(`http://${host}:${proxy.port}`)
      expect(login.pathname).toBe('/auth/login')
      expect(login.searchParams.get('rd')).toBe(`http://${host}:${proxy.port}/page?a=1&b=2&c=%26`)
    })

    it('B9 tells a program 401 and never redirects it', async () => {
      const { status, headers } = await ask('/api', { headers: { accept: 'application/json' } })
      expect(status).toBe(401)
      expect(headers.location).toBeUndefined()
      expect(headers['www-authenticate']).toContain('Bearer')
    })

    it('B2 answers 403 to somebody who is signed in and not allowed', async () => {
      expect((await asAlice('/forbidden/x', { headers: browser })).status).toBe(403)
    })

    it('P1 P6 forged headers open nothing and never reach the app beside a session', async () => {
      expect((await ask('/page', { headers: { ...browser, ...forged } })).status).toBe(302)
      const { headers } = JSON.parse((await asAlice('/page', { headers: forged })).body) as Echo
      expect(headers['remote-user']).toBe('alice')
      expect(headers['remote-email']).toBe('alice@example.test')
      expect(headers['remote_user'] ?? '').toBe('')
    })

    it('P13 other spellings of a public path open nothing', async () => {
      const spellings = [
        '/public/../page',
        '/public/%2e%2e/page',
        '/public/..%2fpage',
        '/public/%2e%2e%2fpage',
        '/public/..;/page',
        '/public//../page',
        '/public/%252e%252e/page',
        '/auth/..%2fpage',
        '/auth/../page',
        '//page',
      ]
      const statuses = await Promise.all(spellings.map(async (path) => (await ask(path, { headers: browser })).status))
      expect(statuses.filter((status) => status === 200)).toEqual([])
    })

    it('P36 passes a POST of 1 MB on whole', async () => {
      const { status, body } = await asAlice('/upload', {
        method: 'POST',
        body: Buffer.alloc(1_000_000, 'x'),
        headers: { 'content-type': 'application/octet-stream' },
      })
      expect(status).toBe(200)
      expect(JSON.parse(body) as Echo).toMatchObject({ method: 'POST', bodyBytes: 1_000_000 })
    })

    it('B10 refuses a POST of 1 MB without a session', async () => {
      const { status } = await ask('/upload', { method: 'POST', body: Buffer.alloc(1_000_000, 'x') })
      expect(status).toBe(401)
    })

    const openSocket = (path: string, headers: Record<string, string>) =>
      new Promise<number | string>((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}${path}`, {
          headers: { host: `${host}:${proxy.port}`, ...headers },
        })
        socket.on('open', () => socket.send('hello'))
        socket.on('message', (data) => {
          resolve(Buffer.from(data as Buffer).toString())
          socket.close()
        })
        socket.on('unexpected-response', (request, response) => {
          resolve(response.statusCode ?? 0)
          request.destroy()
        })
        socket.on('error', reject)
      })

    it('P34 opens a websocket with a session and answers 401 without', async () => {
      expect(await openSocket('/socket', { cookie })).toBe('hello')
      expect(await openSocket('/socket', { cookie, origin: 'https://evil.test' })).toBe('hello')
      expect(await openSocket('/socket', {})).toBe(401)
      expect(await openSocket('/socket', { cookie, Upgrade: 'WebSocket', Connection: 'keep-alive, Upgrade' })).toBe(
        'hello',
      )
    })

    it('P34 opens a websocket from pages of the same site alone where a rule says so', async () => {
      for (const origin of [`http://${host}`, 'https://other.example.test:8443']) {
        expect(await openSocket('/own-pages/', { cookie, origin })).toBe('hello')
      }
      for (const origin of ['https://evil.test', 'https://example.test.evil.test', 'null', 'https://test']) {
        expect([origin, await openSocket('/own-pages/', { cookie, origin })]).toEqual([origin, 403])
      }
      expect(await openSocket('/own-pages/', { cookie })).toBe(403)
      expect((await asAlice('/own-pages/', { headers: { origin: 'https://evil.test' } })).status).toBe(200)
    })

    it('walks through the login to the page that was asked for', async () => {
      const visitor = new PlainBrowser(proxy.port, `${host}:${proxy.port}`)
      const turnedAway = await visitor.get('/page?a=1&b=2', browser)
      const login = new URL(String(turnedAway.headers.location))
      const fields = { user: 'alice', password: passphrase, token: house.freshCode(alice) }
      const { status, headers } = await visitor.logIn(fields, { path: login.pathname + login.search })
      expect([status, headers.location]).toEqual([302, `http://${host}:${proxy.port}/page?a=1&b=2`])
      expect((await visitor.get('/page?a=1&b=2')).status).toBe(200)
    })

    it('the check cannot be asked from outside', async () => {
      for (const path of ['/check/nginx', '/check/forward', '/.watchword-check']) {
        const { status, headers } = await ask(path, { headers: { ...browser, cookie: '' } })
        expect([302, 404]).toContain(status)
        expect(headers['remote-user']).toBeUndefined()
      }
    })
  })

  describeWith([programOf[kind]], `${kind} without the gate`, () => {
    it('P10 lets nobody through while the gate is down', async () => {
      const app = await startEchoApp()
      const house = await openGateHouse({ rules })
      const token = await house.signIn(await house.addPerson('alice'))
      const proxy = await startPrintedProxy(kind, { gatePort: house.port, appPort: app.port })
      const headers = { host: `${host}:${proxy.port}`, cookie: `watchword=${token}` }
      expect((await exchange(proxy.port, '/page', { headers })).status).toBe(200)
      await house.close()
      const { status } = await exchange(proxy.port, '/page', { headers })
      await proxy.stop()
      await app.close()
      expect(status).toBe(kind === 'caddy' ? 502 : 503)
    })
  })
}
