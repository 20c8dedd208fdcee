import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EchoApp, startEchoApp } from '../support/gate/echo-app.ts'
import { exchange } from '../support/gate/exchange.ts'
import { type GateHouse, type HousePerson, openGateHouse } from '../support/gate/house.ts'
import { printedNginx, startNginx, startPrintedProxy } from '../support/gate/proxies.ts'
import { describeWith } from '../support/programs.ts'

const host = '127.0.0.1'

describeWith(['nginx'], 'nginx and the gate over time', () => {
  let house: GateHouse
  let app: EchoApp
  let alice: HousePerson
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'watchword-cache-'))
    app = await startEchoApp()
    house = await openGateHouse()
    alice = await house.addPerson('alice')
  })
  afterAll(async () => {
    await house.close()
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('N5 keeps its connections to the gate open over a thousand checks, with 64 visitors at once', async () => {
    const nginx = await startPrintedProxy('nginx', { gatePort: house.port, appPort: app.port, hosts: [host] })
    const headers = { host: `${host}:${nginx.port}`, cookie: `watchword=${await house.signIn(alice)}` }
    const before = house.connections()
    for (let round = 0; round < 16; round += 1) {
      const asked = Array.from({ length: 64 }, () => exchange(nginx.port, '/', { headers }))
      expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200]))
    }
    await nginx.stop()
    expect(house.connections() - before).toBeLessThanOrEqual(128)
  })

  it('P33 the cache recipe of the guide saves checks and keeps people and addresses apart', async () => {
    const site = printedNginx({ gatePort: house.port, appPort: app.port, hosts: [host] })
    const guide = readFileSync(join(import.meta.dirname, '../../docs/guide/gate.md'), 'utf8')
    const [, shown = ''] = /```nginx\n(proxy_cache_key [\s\S]*?)```/.exec(guide) ?? []
    const recipe = `internal;\n proxy_cache checks; proxy_ignore_headers Cache-Control;\n${shown}`
    const cached = `proxy_cache_path ${folder} keys_zone=checks:1m;\n${site.replace('internal;', recipe)}`
    const nginx = await startNginx(cached)
    const token = await house.signIn(alice)
    const ask = async (cookie: string, path = '/') =>
      (await exchange(nginx.port, path, { headers: { host: `${host}:${nginx.port}`, cookie } })).status
    const checks = async () => {
      const { values } = await house.rooms.core.services.metrics.gateChecks.get()
      return values.reduce((sum, { value }) => sum + value, 0)
    }
    const before = await checks()
    for (let round = 0; round < 10; round += 1) expect(await ask(`watchword=${token}`)).toBe(200)
    expect((await checks()) - before).toBe(1)
    expect(await ask('watchword=other')).toBe(401)
    expect(await ask('')).toBe(401)
    expect(await ask(`watchword=${token}`, '/else')).toBe(200)
    expect((await checks()) - before).toBe(4)
    await nginx.stop()
  })
})
