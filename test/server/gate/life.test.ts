import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Failure } from '../../../src/errors/failure.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { personById } from '../../../src/server/access/people/store.ts'
import { personNamed, updatePerson } from '../../../src/server/access/people/people.ts'
import { importSimpleotp } from '../../../src/server/compat/simpleotp/import.ts'
import { findings } from '../../../src/server/operation/findings.ts'
import { listenForGate } from '../../../src/server/gate/listener.ts'
import { engines } from '../../support/engines.ts'
import { PlainBrowser } from '../../support/gate/browser.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, openGateHouse, passphrase } from '../../support/gate/house.ts'
import { freePort } from '../../support/free-port.ts'
import { createStore, startTestServer } from '../../support/server.ts'

const origin = { origin: 'http://app.example.test', 'sec-fetch-site': 'same-origin' }
const operator = { kind: 'operator' as const, name: 'test', address: '' }
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

async function asks(house: GateHouse, token: string, path = '/auth/check', headers = {}): Promise<number> {
  return (await exchange(house.port, path, { headers: { cookie: `watchword=${token}`, ...headers } })).status
}

/** Waits until another server has heard: the deadline ends a test that hangs, and measures nothing. */
function becomes(status: number, ask: () => Promise<number>): Promise<void> {
  return expect.poll(ask, { interval: 25 }).toBe(status)
}

describe.each(engines)('sessions of the gate on $name', (engine) => {
  it('B5 B6 survive a restart, and end on every server', async () => {
    const { url } = await engine.freshPlace()
    const variables = url === undefined ? {} : { WATCHWORD_DATABASE_URL: url }
    const folder = mkdtempSync(join(tmpdir(), 'watchword-two-'))
    const first = await openGateHouse({ folder, variables })
    const alice = await first.addPerson('alice')
    const token = await first.signIn(alice)
    await first.close()

    const again = await openGateHouse({ folder, variables })
    const beside = await openGateHouse({ folder, variables })
    expect([await asks(again, token), await asks(beside, token)]).toEqual([200, 200])
    await exchange(again.port, '/auth/logout', { headers: { cookie: `watchword=${token}` } })
    await becomes(401, () => asks(beside, token))

    const other = await again.signIn(alice)
    expect(await asks(beside, other)).toBe(200)
    await updatePerson(again.rooms.access.context, operator, alice.id, { enabled: false })
    await becomes(401, () => asks(beside, other))
    await again.close()
    await beside.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('B8 a gate token that is ended opens nothing on any server', async () => {
    const { url } = await engine.freshPlace()
    const variables = url === undefined ? {} : { WATCHWORD_DATABASE_URL: url }
    const folder = mkdtempSync(join(tmpdir(), 'watchword-two-'))
    const [one, two] = [await openGateHouse({ folder, variables }), await openGateHouse({ folder, variables })]
    const { core, access } = one.rooms
    const gateLimits = { hosts: ['*'], paths: ['/'], methods: ['*'], twoFactor: false }
    const wish = { name: 'robot', owner: 'service', scopes: ['gate:app'], gateLimits, createdBy: 'test' } as const
    const { token, text } = await core.storage.transaction((tx) => access.tokens.create(tx, wish))
    const visit = { 'x-original-url': 'https://app.example.test/', 'x-original-method': 'GET' }
    const headers = { ...visit, authorization: `Bearer ${text}` }
    const status = async (house: GateHouse) => (await exchange(house.port, '/check/nginx', { headers })).status
    expect([await status(one), await status(two)]).toEqual([200, 200])
    await core.storage.transaction((tx) => access.tokens.end(tx, { id: token.id }))
    await becomes(401, () => status(one))
    await becomes(401, () => status(two))
    await one.close()
    await two.close()
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('the clock of the gate', () => {
  it('P41 a clock that is set back lets no spent code in again', async () => {
    const house = await openGateHouse()
    const alice = await house.addPerson('alice')
    const code = house.freshCode(alice)
    const logIn = () =>
      new PlainBrowser(house.port).logIn({ user: 'alice', password: passphrase, token: code }, { headers: origin })
    expect((await logIn()).status).toBe(302)
    house.advance(-25_000)
    expect((await logIn()).status).toBe(401)
    await house.close()
  })

  it('P41 a clock that is five minutes off shows on the status page', async () => {
    const place = await engines.find(({ name }) => name === 'postgres')?.freshPlace()
    const house = await openGateHouse({ variables: { WATCHWORD_DATABASE_URL: place?.url ?? '' } })
    const { core } = house.rooms
    const clockOf = async () => (await findings(core, core.config)).find(({ check }) => check === 'clock')
    expect(await clockOf()).toMatchObject({ level: 'ok' })
    house.advance(5 * 60_000)
    expect(await clockOf()).toMatchObject({ level: 'error', message: expect.stringMatching(/ (299|300|301) s apart/) })
    await house.close()
  })
})

describe('rules that change while the gate runs', () => {
  it('B18 an edited file takes over without ending a session, and a bad one is refused by line and reason', async () => {
    const house = await openGateHouse({ rules: 'rules:\n  - policy: one_factor\n' })
    const token = await house.signIn(await house.addPerson('alice'))
    const visit = { 'x-original-url': 'https://app.example.test/', 'x-original-method': 'GET' }
    const ask = () => asks(house, token, '/check/nginx', visit)
    expect(await ask()).toBe(200)
    writeFileSync(house.rulesFile, 'rules:\n  - policy: one_factor\n    hots: a\n')
    await house.rooms.gate.rules.look()
    expect(await ask()).toBe(200)
    expect(JSON.stringify(house.logLines)).toMatch(/line \d+/)
    writeFileSync(house.rulesFile, 'rules:\n  - policy: deny\n    name: closed\n')
    await house.rooms.gate.rules.look()
    expect(await ask()).toBe(403)
    writeFileSync(house.rulesFile, 'rules:\n  - policy: one_factor\n')
    await house.rooms.gate.rules.look()
    expect(await ask()).toBe(200)
    await house.close()
  })

  it('B18 law 3: an edit whose audit fails waits and is taken over later, good or bad', async () => {
    const house = await openGateHouse({ rules: 'rules:\n  - policy: one_factor\n' })
    const { storage } = house.rooms.core
    const { rules } = house.rooms.gate
    const lookWhileBusy = async () => {
      const busy = vi.spyOn(storage, 'transaction').mockRejectedValue(new Failure('database_busy'))
      await expect(rules.look()).resolves.toBeUndefined()
      busy.mockRestore()
    }
    writeFileSync(house.rulesFile, 'rules:\n  - policy: deny\n')
    await lookWhileBusy()
    expect(rules.current?.rules[0]?.verdict).toBe('one_factor')
    await rules.look()
    expect(rules.current?.rules[0]?.verdict).toBe('deny')
    writeFileSync(house.rulesFile, 'rules:\n  - policy: sometimes\n')
    await lookWhileBusy()
    await rules.look()
    expect(rules.current?.rules[0]?.verdict).toBe('deny')
    const { items } = await house.rooms.core.audit.list({ action: 'gate.rules' })
    expect(items.map(({ outcome }) => outcome).toSorted()).toEqual(['done', 'refused'])
    await house.close()
  })

  it('nothing starts with rules that cannot be read', async () => {
    const failure = openGateHouse({ rules: 'rules:\n  - policy: sometimes\n' })
    await expect(failure).rejects.toThrow(/line 2/)
  })
})

describe('the code-only mode', () => {
  let house: GateHouse
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'watchword-code-'))
    writeFileSync(join(folder, 'totp_secret'), `${secret}\n`)
    house = await openGateHouse({
      rules: 'rules:\n  - path: /strict/\n    policy: two_factor\n  - policy: one_factor\n',
      variables: { WATCHWORD_GATE_TOTP_SECRET_FILE: join(folder, 'totp_secret') },
    })
  })
  afterAll(async () => {
    await house.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const code = () => {
    house.advance(30_000)
    return totp(decodeBase32(secret), house.nowMs())
  }

  it('D2.6 S2 asks for a code and nothing else, and takes each once', async () => {
    const browser = new PlainBrowser(house.port)
    const page = await browser.get('/auth/login')
    expect(page.body).not.toContain('name="password"')
    const token = code()
    expect((await browser.logIn({ token }, { headers: origin })).status).toBe(302)
    const session = browser.cookies.get('watchword') ?? ''
    const strict = { 'x-original-url': 'https://app.example.test/strict/', 'x-original-method': 'GET' }
    expect(await asks(house, session)).toBe(200)
    expect(await asks(house, session, '/check/nginx', strict)).toBe(403)
    expect((await new PlainBrowser(house.port).logIn({ token }, { headers: origin })).status).toBe(401)
    expect((await new PlainBrowser(house.port).logIn({ token: '000000' }, { headers: origin })).status).toBe(401)
  })

  it('N10 strangers who guess without end do not lock the owner of a known device out', async () => {
    const browser = new PlainBrowser(house.port)
    expect((await browser.logIn({ token: code() }, { headers: origin })).status).toBe(302)
    const { codes } = house.rooms.access.context
    for (let tries = 0; tries < 50; tries += 1) {
      const address = `203.0.113.${tries}`
      const actor = { kind: 'stranger' as const, address }
      await codes.verify({ personId: house.rooms.gate.codeOnlyPersonId, code: '000000', actor, address })
      house.advance(30_000)
    }
    browser.cookies.delete('watchword')
    const moved = { ...origin, 'x-forwarded-for': '198.51.100.1' }
    expect((await browser.logIn({ token: code() }, { headers: moved })).status).toBe(302)
    const strange = { ...origin, 'x-forwarded-for': '198.51.100.2' }
    expect((await new PlainBrowser(house.port).logIn({ token: code() }, { headers: strange })).status).toBe(401)
  })
})

describe("the import of simpleotp's users", () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-simpleotp-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('takes passphrases and secrets over, hashes anew at the first login and overwrites nobody', async () => {
    const files = {
      '.salt_alice': '4X5qqyP2NgXRHYoVo+EM8avuFArxvInsQ3nvwI0WEyA=',
      '.password_alice_secret': 'cvPAHkqmTxhV+YH3WFtrV7r1xy1WYnRO00mbOI10cok=',
      '.totp_alice_secret': secret,
      '.salt_broken': 'AAAA',
      '.password_broken_secret': 'short',
      '.totp_broken_secret': secret,
      '.totp_gh_secret': '-----BEGIN PGP MESSAGE-----\n',
    }
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    const house = await openGateHouse()
    const { core, access } = house.rooms
    const report = await importSimpleotp(core, access, operator, { folder, isDryRun: false })
    expect(report).toMatchObject({ imported: ['alice'], known: [], refused: [{ username: 'broken' }], agentFiles: 1 })

    const logIn = async (password: string) => {
      house.advance(30_000)
      const token = totp(decodeBase32(secret), house.nowMs())
      return (await new PlainBrowser(house.port).logIn({ user: 'alice', password, token }, { headers: origin })).status
    }
    expect(await logIn('pw2')).toBe(401)
    expect(await logIn('pw1')).toBe(302)
    const alice = await personNamed(access.context, 'alice')
    expect(alice?.passphraseHash).toContain('$argon2id$')
    expect(alice?.legacyPassphrase).toBeNull()
    expect(await logIn('pw1')).toBe(302)
    expect(await importSimpleotp(core, access, operator, { folder, isDryRun: false })).toMatchObject({
      imported: [],
      known: ['alice'],
    })
    await house.close()
  })

  it('a lone .totp_secret turns the code-only mode on', async () => {
    const lone = join(folder, 'lone')
    mkdirSync(lone)
    writeFileSync(join(lone, '.totp_secret'), secret)
    const store = mkdtempSync(join(tmpdir(), 'watchword-lone-'))
    const before = await openGateHouse({ folder: store })
    expect(before.rooms.gate.codeOnlyPersonId).toBeNull()
    const { core, access } = before.rooms
    await importSimpleotp(core, access, operator, { folder: lone, isDryRun: false })
    await before.close()
    const after = await openGateHouse({ folder: store })
    const id = after.rooms.gate.codeOnlyPersonId
    expect(await personById(after.rooms.core.storage.db, id ?? '')).toMatchObject({ username: 'code-only' })
    await after.close()
    rmSync(store, { recursive: true, force: true })
  })
})

describe("the gate's own listener", () => {
  it('B14 answers checks and the portal on a unix socket for its group alone, and nothing else', async () => {
    const house = await openGateHouse()
    const token = await house.signIn(await house.addPerson('alice'))
    const path = join(house.folder, 'gate.sock')
    const pages = (_request: unknown, response: { end(text: string): void }) => response.end('a page')
    const server = await listenForGate(`unix:${path}`, { check: house.rooms.gate.handle, pages })
    const ask = (url: string) =>
      new Promise<number>((resolve, reject) => {
        const headers = {
          cookie: `watchword=${token}`,
          'x-original-url': 'https://app.example.test/',
          'x-original-method': 'GET',
        }
        request({ socketPath: path, path: url, headers, agent: false }, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
          .on('error', reject)
          .end()
      })
    expect(statSync(path).mode & 0o777).toBe(0o660)
    expect([await ask('/check/nginx'), await ask('/auth/login'), await ask('/v1/me'), await ask('/')]).toEqual([
      200, 200, 404, 404,
    ])
    await new Promise((resolve) => server.close(resolve))
    await expect(listenForGate('somewhere', { check: house.rooms.gate.handle, pages: () => {} })).rejects.toThrow(
      /HOST:PORT/,
    )
    await house.close()
  })
})

describe('a server of its own', () => {
  it('S8 D2.17 runs from one command with a gate on its own port, and stops when its supervisor says so', async () => {
    const store = createStore()
    const port = await freePort()
    const server = await startTestServer({ ...store.variables, WATCHWORD_GATE_LISTEN: `127.0.0.1:${port}` })
    const visit = { 'x-original-url': 'https://app.example.test/', 'x-original-method': 'GET' }
    const statuses = [
      (await exchange(port, '/check/nginx', { headers: visit })).status,
      (await exchange(port, '/auth/login')).status,
      (await exchange(port, '/healthz')).status,
      (await exchange(server.port, '/check/nginx', { headers: visit })).status,
      (await exchange(server.port, '/healthz')).status,
    ]
    await server.stop()
    store.remove()
    expect(statuses).toEqual([401, 200, 404, 404, 200])
  })
})

describe('a storm of logins', () => {
  it('leaves checks answered, and tells the crowd to wait', async () => {
    const house = await openGateHouse()
    const token = await house.signIn(await house.addPerson('alice'))
    const storm = Array.from({ length: 120 }, (_, index) =>
      new PlainBrowser(house.port).logIn(
        { user: `nobody${index}`, password: 'x', token: '000000' },
        { headers: { ...origin, 'x-forwarded-for': `192.0.2.${index}` } },
      ),
    )
    const checks = await Promise.all(Array.from({ length: 50 }, () => asks(house, token)))
    const statuses = new Set((await Promise.all(storm)).map(({ status }) => status))
    await house.close()
    expect(new Set(checks)).toEqual(new Set([200]))
    expect(statuses).toEqual(new Set([401, 429]))
  })
})
