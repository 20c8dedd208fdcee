import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Failure } from '../../../src/errors/failure.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { breakAudit, loseCommits } from '../../support/broken-storage.ts'
import { hiddenFields, PlainBrowser } from '../../support/gate/browser.ts'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, type HousePerson, openGateHouse, passphrase } from '../../support/gate/house.ts'

const rules = `
rules:
  - host: app.example.test
    policy: one_factor
`
const nginx = { 'x-original-url': 'https://app.example.test/', 'x-original-method': 'GET' }
const forward = {
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'app.example.test',
  'x-forwarded-uri': '/',
  'x-forwarded-method': 'GET',
}
const away = new Failure('database_away')

describe('a fault of ours at the gate', () => {
  let house: GateHouse
  let alice: HousePerson
  let cookie: string

  beforeAll(async () => {
    house = await openGateHouse({ rules })
    alice = await house.addPerson('alice')
    cookie = `watchword=${await house.signIn(alice)}`
  })
  afterEach(() => vi.restoreAllMocks())
  afterAll(() => house.close())

  const statuses = async () => {
    const checks = [
      exchange(house.port, '/check/nginx', { headers: { ...nginx, cookie } }),
      exchange(house.port, '/check/forward', { headers: { ...forward, cookie } }),
      exchange(house.port, '/auth/check', { headers: { cookie } }),
    ]
    return (await Promise.all(checks)).map(({ status }) => status)
  }

  it('lets a session through while all is well', async () => {
    expect(await statuses()).toEqual([200, 200, 200])
  })

  it('law 4: answers 503 when the look for the session throws', async () => {
    vi.spyOn(house.rooms.access.sessions, 'look').mockImplementation(() => {
      throw away
    })
    expect(await statuses()).toEqual([503, 503, 503])
  })

  it('law 4: answers 503 when the database does not answer', async () => {
    vi.spyOn(house.rooms.access.sessions, 'look').mockRejectedValue(away)
    expect(await statuses()).toEqual([503, 503, 503])
  })

  const logIn = async (language: string, target: string) => {
    const headers = { origin: 'http://app.example.test', 'sec-fetch-site': 'same-origin', 'accept-language': language }
    const fields = { user: 'alice', password: passphrase, token: '123456' }
    return new PlainBrowser(house.port).logIn(fields, { path: `/auth/login?rd=${target}`, headers })
  }

  it.each(['database_away', 'database_busy'] as const)(
    'a login that %s stops is told so, keeps its way back and is nobody’s wrong guess',
    async (code) => {
      vi.spyOn(house.rooms.access, 'login').mockRejectedValue(new Failure(code))
      for (let tries = 0; tries < 25; tries += 1) {
        const { status, body } = await logIn('de', '/x')
        expect([status, hiddenFields(body)['rd']]).toEqual([503, '/x'])
        expect(body).toContain('geprüft wurde nichts')
      }
      vi.restoreAllMocks()
      expect((await logIn('en', '/x')).status).toBe(401)
    },
  )

  it.each<[string, (storage: Storage) => Promise<() => unknown>]>([
    ['law 3: its verdict and its session have no record', (storage: Storage) => breakAudit(storage)],
    ['law 7: the commit of its verdict is lost', async (storage: Storage) => loseCommits(storage, 'hotTransaction')],
    ['law 7: the commit of its session is lost', async (storage: Storage) => loseCommits(storage, 'transaction')],
  ])('a login is none where %s', async (_fault, begin) => {
    const { storage } = house.rooms.core
    const sessions = () => storage.db.selectFrom('session').select('id').execute()
    const before = await sessions()
    const browser = new PlainBrowser(house.port)
    const headers = { origin: 'http://app.example.test', 'sec-fetch-site': 'same-origin' }
    const tryTo = () =>
      browser.logIn({ user: 'alice', password: passphrase, token: house.freshCode(alice) }, { headers })
    const mend = await begin(storage)
    const { status } = await tryTo()
    await mend()
    expect([status, browser.cookies.has('watchword'), await sessions()]).toEqual([503, false, before])
    expect([(await tryTo()).status, browser.cookies.has('watchword')]).toEqual([302, true])
  })

  it('whoever finds the passphrases busy waits a moment, and is charged nothing', async () => {
    vi.spyOn(house.rooms.access, 'login').mockRejectedValue(new Failure('passphrases_busy'))
    for (let tries = 0; tries < 25; tries += 1) {
      const { status, headers } = await logIn('en', '/x')
      expect([status, headers['retry-after']]).toEqual([429, '5'])
    }
    vi.restoreAllMocks()
    expect((await logIn('en', '/x')).status).toBe(401)
  })

  it('law 4: lets nobody through whose visit cannot be read, signed in or not', async () => {
    const unreadable = [{}, { ...nginx, 'x-original-url': 'app.example.test/' }, { ...nginx, 'x-original-url': '' }]
    for (const headers of unreadable) {
      for (const who of [{ cookie }, {}]) {
        const { status } = await exchange(house.port, '/check/nginx', { headers: { ...headers, ...who } })
        expect([400, 403], JSON.stringify(headers)).toContain(status)
      }
    }
  })
})
