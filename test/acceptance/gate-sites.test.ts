import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listenForGate } from '../../src/server/gate/listener.ts'
import { makeCertificate } from '../support/certificate.ts'
import { PlainBrowser } from '../support/gate/browser.ts'
import { type Echo, type EchoApp, startEchoApp } from '../support/gate/echo-app.ts'
import { exchange } from '../support/gate/exchange.ts'
import { type GateHouse, openGateHouse, passphrase } from '../support/gate/house.ts'
import {
  programOf,
  type RunningProxy,
  startPrintedProxy,
  startPrintedSites,
  type TestedProxy,
} from '../support/gate/proxies.ts'
import { describeWith } from '../support/programs.ts'

const host = 'app.example.test'
const other = 'wiki.example.test'

/** Another site of the same machine, which nobody asked to guard. */
const neighbours = {
  nginx: 'server { listen 127.0.0.1:PORT; server_name open.example.test; location / { return 200 "open"; } }',
  apache: `<VirtualHost 127.0.0.1:PORT>
  ServerName open.example.test
  ProxyPass / http://127.0.0.1:APP/
</VirtualHost>`,
}

for (const kind of ['nginx', 'apache'] as const) {
  describeWith([programOf[kind]], `${kind} with several sites`, () => {
    let house: GateHouse
    let apps: readonly [EchoApp, EchoApp]
    let proxy: RunningProxy
    let cookie: string

    beforeAll(async () => {
      apps = [await startEchoApp(), await startEchoApp()]
      house = await openGateHouse()
      cookie = `watchword=${await house.signIn(await house.addPerson('alice'))}`
      const [app, wiki] = apps
      const places = [
        { gatePort: house.port, appPort: app.port, hosts: [host] },
        { gatePort: house.port, appPort: wiki.port, hosts: [other, '*.any.example.test'] },
      ]
      const before = neighbours[kind].replace(':APP', `:${app.port}`)
      proxy = await startPrintedSites(kind, places, { before })
    })
    afterAll(async () => {
      await proxy.stop()
      await house.close()
      await Promise.all(apps.map((app) => app.close()))
    })

    const ask = (named: string, headers: Readonly<Record<string, string>> = {}) =>
      exchange(proxy.port, '/', { headers: { host: named, ...headers } })

    it('N3 guards each printed site and leaves the others of the machine alone', async () => {
      for (const named of [host, other, 'a.any.example.test']) {
        expect([named, (await ask(named)).status]).toEqual([named, 401])
        const seen = JSON.parse((await ask(named, { cookie })).body) as Echo
        expect(seen.headers).toMatchObject({ host: named, 'remote-user': 'alice' })
      }
      expect((await ask('open.example.test')).status).toBe(200)
    })
  })

  describeWith([programOf[kind]], `${kind} with a printed site first`, () => {
    it('P12 answers 421 to hosts that are nobody’s', async () => {
      const [app, house] = [await startEchoApp(), await openGateHouse()]
      const proxy = await startPrintedProxy(kind, { gatePort: house.port, appPort: app.port })
      const cookie = `watchword=${await house.signIn(await house.addPerson('alice'))}`
      for (const named of ['elsewhere.example.test', `x${host}`, `${host}.evil.test`, '127.0.0.1'])
        expect((await exchange(proxy.port, '/', { headers: { host: named, cookie } })).status).toBe(421)
      expect((await exchange(proxy.port, '/', { headers: { host: 'App.Example.Test', cookie } })).status).toBe(200)
      await proxy.stop()
      await house.close()
      await app.close()
    })
  })
}

const proxies: readonly TestedProxy[] = ['nginx', 'caddy', 'haproxy', 'apache']

for (const kind of proxies) {
  describeWith([programOf[kind], 'openssl'], `${kind} in front of a socket, with a certificate`, () => {
    let folder: string
    let house: GateHouse
    let app: EchoApp

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'watchword-site-'))
      // Proxies give their rights up and still have to reach it.
      chmodSync(folder, 0o755)
      app = await startEchoApp()
      house = await openGateHouse()
    })
    afterAll(async () => {
      await house.close()
      await app.close()
      rmSync(folder, { recursive: true, force: true })
    })

    it('B14 asks over a unix socket, and reaches the login there', async () => {
      const path = join(folder, 'gate.sock')
      const { gate } = house.rooms
      const server = await listenForGate(`unix:${path}`, { check: gate.handle, pages: house.pages })
      chmodSync(path, 0o666)
      const proxy = await startPrintedProxy(kind, { gate: `unix:${path}`, appPort: app.port })
      const alice = await house.addPerson(`alice-${kind}`)
      const browser = new PlainBrowser(proxy.port, `${host}:${proxy.port}`)
      expect((await browser.get('/page')).status).toBe(302)
      const fields = { user: alice.username, password: passphrase, token: house.freshCode(alice) }
      expect((await browser.logIn(fields)).status).toBe(302)
      const { headers } = JSON.parse((await browser.get('/page')).body) as Echo
      expect(headers['remote-user']).toBe(alice.username)
      await proxy.stop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })

    it('N3 serves HTTPS with the certificate that is named', async () => {
      const made = makeCertificate(folder)
      const [certificate, key] = [join(folder, 'site.pem'), join(folder, 'site.pem.key')]
      writeFileSync(certificate, made.cert)
      writeFileSync(key, made.key)
      const proxy = await startPrintedProxy(kind, {
        gatePort: house.port,
        appPort: app.port,
        tls: { certificate, key },
      })
      const login = await new Promise<string | undefined>((resolve, reject) => {
        const headers = { host: `${host}:${proxy.port}`, accept: 'text/html' }
        const place = { port: proxy.port, host: '127.0.0.1', servername: host, ca: readFileSync(made.path) }
        // The certificate is another host's; that it is ours is what counts.
        request({ ...place, path: '/page', headers, agent: false, checkServerIdentity: () => undefined }, (answer) => {
          answer.resume()
          resolve(answer.headers.location)
        })
          .on('error', reject)
          .end()
      })
      const site = `https://${host}:${proxy.port}`
      expect(login).toBe(`${site}/auth/login?rd=${encodeURIComponent(`${site}/page`)}`)
      await proxy.stop()
    })
  })
}
