import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { hiddenFields, PlainBrowser } from '../support/gate/browser.ts'
import { type Echo, type EchoApp, startEchoApp } from '../support/gate/echo-app.ts'
import { type GateHouse, type HousePerson, openGateHouse, passphrase } from '../support/gate/house.ts'
import { type RunningProxy, startNginx } from '../support/gate/proxies.ts'
import { describeWith } from '../support/programs.ts'

// The two nginx files simpleotp's users have, by their facts: its manual's block and its vhost file.
const manualBlock = (gate: number, app: number) => `
map $http_upgrade $connection_upgrade { default upgrade; '' close; }
server {
  listen 127.0.0.1:PORT;
  server_name app.example.test;
  location /auth { proxy_pass http://127.0.0.1:${gate}; proxy_set_header X-Original-URI $request_uri; }
  error_page 401 = @error401;
  location @error401 { return 302 /auth/login; }
  location / {
    auth_request /auth/check;
    proxy_pass http://127.0.0.1:${app};
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
  }
}
`
const vhostFile = (gate: number, folder: string) => `
server {
  listen 127.0.0.1:PORT;
  server_name _;
  error_page 401 = @error401;
  location @error401 { return 302 /auth/login?orig_path=$request_uri; }
  location /auth/ { proxy_pass http://127.0.0.1:${gate}; }
  location /auth/gen { auth_request /auth/check; proxy_pass http://127.0.0.1:${gate}; }
  location / { auth_request /auth/check; root ${folder}; index index.html; }
}
`
const variables = { WATCHWORD_TRUSTED_PROXIES: '', WATCHWORD_GATE_COOKIE_NAME: 'token' }

describeWith(['nginx'], "simpleotp's nginx files unchanged but for hosts and ports", () => {
  let house: GateHouse
  let app: EchoApp
  let manual: RunningProxy
  let vhost: RunningProxy
  let folder: string
  let alice: HousePerson
  let ada: HousePerson

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'watchword-static-'))
    writeFileSync(join(folder, 'index.html'), 'the static page')
    app = await startEchoApp()
    house = await openGateHouse({ variables })
    alice = await house.addPerson('alice')
    ada = await house.addPerson('ada', { role: 'administrator' })
    manual = await startNginx(manualBlock(house.port, app.port))
    vhost = await startNginx(vhostFile(house.port, folder))
  })
  afterAll(async () => {
    await manual.stop()
    await vhost.stop()
    await house.close()
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const visitorOf = (proxy: RunningProxy) => new PlainBrowser(proxy.port, `app.example.test:${proxy.port}`)
  const originOf = (proxy: RunningProxy) => ({
    origin: `http://app.example.test:${proxy.port}`,
    'sec-fetch-site': 'same-origin',
  })
  const proofOf = (person: HousePerson) => ({
    user: person.username,
    password: passphrase,
    token: house.freshCode(person),
  })

  it("S6 S7 D2.12 behind the manual's block a login leads to / and GET, POST and websockets pass", async () => {
    const visitor = visitorOf(manual)
    const turnedAway = await visitor.get('/deep/page?a=1')
    expect([turnedAway.status, turnedAway.headers.location]).toEqual([
      302,
      `http://app.example.test:${manual.port}/auth/login`,
    ])
    const done = await visitor.logIn(proofOf(alice), { headers: originOf(manual) })
    expect([done.status, new URL(String(done.headers.location), 'http://x').pathname]).toEqual([302, '/'])
    expect(visitor.cookies.get('token')).toMatch(/^[0-9a-f]{64}$/)
    expect((await visitor.get('/deep/page?a=1')).status).toBe(200)
    const posted = await visitor.post('/save', { text: 'x'.repeat(300_000) })
    expect(JSON.parse(posted.body) as Echo).toMatchObject({ method: 'POST', bodyBytes: 300_005 })
    const socket = new WebSocket(`ws://127.0.0.1:${manual.port}/api/kernels`, {
      headers: { host: `app.example.test:${manual.port}`, cookie: `token=${visitor.cookies.get('token')}` },
    })
    const echoed = await new Promise((resolve, reject) => {
      socket.on('open', () => socket.send('kernel'))
      socket.on('message', (data) => resolve(Buffer.from(data as Buffer).toString()))
      socket.on('error', reject)
    })
    socket.close()
    expect(echoed).toBe('kernel')
  })

  it('D2.3 D2.4 D2.12 behind the vhost file orig_path survives a wrong code and its whole query comes back', async () => {
    const visitor = visitorOf(vhost)
    const turnedAway = await visitor.get('/?a=1&b=2')
    const path = new URL(String(turnedAway.headers.location)).pathname
    expect([turnedAway.status, path]).toEqual([302, '/auth/login'])
    const login = '/auth/login?orig_path=/?a=1&b=2'
    expect(String(turnedAway.headers.location)).toContain(login)
    const wrong = await visitor.logIn({ ...proofOf(alice), token: '000000' }, { path: login, headers: originOf(vhost) })
    expect([wrong.status, visitor.cookies.has('token')]).toEqual([401, false])
    expect(hiddenFields(wrong.body)['rd']).toBe('/?a=1&b=2')
    const done = await visitor.post('/auth/login', { ...hiddenFields(wrong.body), ...proofOf(alice) }, originOf(vhost))
    expect(done.status).toBe(302)
    expect(String(done.headers.location)).toContain('/?a=1&b=2')
    expect((await visitor.get('/?a=1&b=2')).body).toBe('the static page')
  })

  it('P27 D2.8 logout ends the session on the server and leads to /', async () => {
    const visitor = visitorOf(vhost)
    await visitor.logIn(proofOf(alice), { headers: originOf(vhost) })
    const token = visitor.cookies.get('token') ?? ''
    const asked = await visitor.get('/auth/logout', { 'sec-fetch-site': 'cross-site' })
    expect(asked.status).toBe(200)
    expect((await visitor.get('/')).status).toBe(200)
    const { status, headers } = await visitor.get('/auth/logout', { 'sec-fetch-site': 'same-origin' })
    expect(status).toBe(302)
    expect(new URL(String(headers.location), 'http://x').pathname).toBe('/')
    expect(visitor.cookies.has('token')).toBe(false)
    visitor.cookies.set('token', token)
    expect((await visitor.get('/')).status).toBe(302)
  })

  it('D2.14 S9 an administrator makes a user at /auth/gen who can log in at once; nobody else can', async () => {
    const member = visitorOf(vhost)
    await member.logIn(proofOf(alice), { headers: originOf(vhost) })
    expect((await member.get('/auth/gen')).status).toBe(403)
    expect((await visitorOf(vhost).get('/auth/gen')).status).toBe(302)

    const visitor = visitorOf(vhost)
    await visitor.logIn(proofOf(ada), { headers: originOf(vhost) })
    const page = await visitor.get('/auth/gen')
    const fields = { user: 'bob', password: 'eleven small lanterns' }
    const withoutCode = await visitor.post('/auth/gen', { ...hiddenFields(page.body), ...fields }, originOf(vhost))
    expect(withoutCode.status).toBe(403)
    const token = house.freshCode(ada)
    const made = await visitor.post('/auth/gen', { ...hiddenFields(page.body), ...fields, token }, originOf(vhost))
    expect(made.status).toBe(201)
    expect(made.body).toContain('<svg')
    const secret = /SECRET : <code>([A-Z2-7 ]+)</.exec(made.body)?.[1]?.replaceAll(' ', '') ?? ''
    const again = { ...fields, token: house.freshCode(ada) }
    expect((await visitor.post('/auth/gen', { ...hiddenFields(page.body), ...again }, originOf(vhost))).status).toBe(
      409,
    )

    const bob = visitorOf(vhost)
    const code = totp(decodeBase32(secret), house.nowMs())
    const done = await bob.logIn({ ...fields, token: code }, { headers: originOf(vhost) })
    expect(done.status).toBe(302)
    expect((await bob.get('/')).status).toBe(200)
  })

  it('D2.7 S4 logins that fail too often get 429 and the old words, and checks are never limited', async () => {
    const visitor = visitorOf(vhost)
    const page = await visitor.get('/auth/login')
    const form = { ...hiddenFields(page.body), user: 'nobody', password: 'wrong', token: '000000' }
    let last = await visitor.post('/auth/login', form, originOf(vhost))
    for (let tries = 0; tries < 60 && last.status !== 429; tries += 1)
      last = await visitor.post('/auth/login', form, originOf(vhost))
    expect(last.status).toBe(429)
    expect(last.body).toContain('Slow down. Hold your horses')
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
    expect((await visitor.get('/')).status).toBe(302)
    // Another browser behind the same proxy is not stopped by it (P20).
    expect((await visitorOf(vhost).logIn(proofOf(alice), { headers: originOf(vhost) })).status).toBe(302)
  })
})
