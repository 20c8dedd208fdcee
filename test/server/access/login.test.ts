import { AsyncLocalStorage } from 'node:async_hooks'
import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines } from '../../support/engines.ts'
import { Browser, codeOf, type House, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, followSetup, logIn, type TestPerson } from './people.ts'

const stranger = '203.0.113.66'
const home = '192.0.2.10'

interface Try {
  readonly passphrase?: string
  readonly code?: string
  readonly recoveryCode?: string
  readonly username?: string
  readonly address?: string
}

async function tryLogin(house: House, person: TestPerson, { address = stranger, ...wish }: Try = {}): Promise<number> {
  const { username, passphrase } = person
  return (await house.call(api.login, { address, body: { username, passphrase, ...wish } })).status
}

/** What the audit says of logins, newest first. */
async function loginReasons(house: House): Promise<(string | undefined)[]> {
  const { items } = await house.access.context.audit.list({ action: 'person.login' })
  return items.map(({ reason }) => reason)
}

describe.each(engines)('a login on $name', (engine) => {
  it('opens the console with passphrase and code, and says who is there', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const browser = await logIn(house, ada)
    const me = await house.call(api.readMe, { browser })
    expect(me.body).toMatchObject({ kind: 'person', mayAdminister: true, person: { username: 'ada', hasCode: true } })
  })

  it('spends its code: the same one opens nothing a second time', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const code = codeOf(ada.otpauthUri, house.clock)
    const answers = await Promise.all(Array.from({ length: 5 }, () => tryLogin(house, ada, { code })))
    expect(answers.toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401, 401])
  })

  it('T40 answers every failure the same, in the same number of transactions', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    await house.call(api.updatePerson, { token: ada.rootToken, params: { person: bob.id }, body: { enabled: false } })
    const wrong = '000000'
    const right = codeOf(ada.otpauthUri, house.clock)
    const tries: [TestPerson, Try][] = [
      [ada, { code: wrong }],
      [ada, { code: right, passphrase: 'not the passphrase' }],
      [ada, { code: right, username: 'nobody of that name' }],
      [bob, { code: codeOf(bob.otpauthUri, house.clock) }],
    ]
    const answers = new Set<string>()
    const commits = new Set<number>()
    for (const [{ username, passphrase }, wish] of tries) {
      const body = { username, passphrase, ...wish }
      const [answer, count] = await countTransactions(house, () => house.call(api.login, { address: stranger, body }))
      commits.add(count)
      const { date: _, ...headers } = answer.headers
      answers.add(JSON.stringify([answer.status, answer.body, headers]))
    }
    expect(answers.size).toBe(1)
    expect([...answers][0]).toContain('login_refused')
    expect([...commits]).toEqual([2])
    const reasons = await loginReasons(house)
    expect(reasons.slice(0, 4).toReversed()).toEqual(['code', 'passphrase', 'unknown', 'disabled'])
  })

  it.each([{}, { code: '' }, { code: '  ' }, { recoveryCode: '' }])('needs a second factor: %j', async (factor) => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    expect(await tryLogin(house, ada, factor)).toBeGreaterThanOrEqual(400)
  })

  it('T30 takes a recovery code once, however it is typed, of 120 bits and kept hashed', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const [code = '', other = ''] = ada.recoveryCodes
    expect(ada.recoveryCodes).toHaveLength(10)
    expect(code.replaceAll('-', '')).toMatch(/^[a-z2-7]{24}$/)
    const spoken = code.toUpperCase().replaceAll('-', ' ')
    const answers = await Promise.all(
      [code, spoken, code].map((recoveryCode) => tryLogin(house, ada, { recoveryCode })),
    )
    expect(answers.toSorted((a, b) => a - b)).toEqual([200, 401, 401])
    expect(await tryLogin(house, ada, { recoveryCode: other, passphrase: 'not the passphrase' })).toBe(401)
    expect(await tryLogin(house, ada, { recoveryCode: other })).toBe(200)
    const kept = await house.storage.db.selectFrom('recovery_code').select('code_hash').execute()
    expect(kept.every(({ code_hash }) => code_hash.length === 32)).toBe(true)
  })

  it('T24 a right passphrase does not clear the failures of codes', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const failures = async () =>
      (await house.storage.db.selectFrom('subject_state').select('unknown_failures').executeTakeFirstOrThrow())
        .unknown_failures
    await tryLogin(house, ada, { code: '000000' })
    await tryLogin(house, ada, { code: '000001' })
    expect(await failures()).toBe(2)
    await tryLogin(house, ada, { recoveryCode: ada.recoveryCodes[0] ?? '' })
    expect(await failures()).toBe(2)
  })

  it('T23 keeps the failure of a code when what follows it is rolled back', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const { transaction } = house.storage
    house.storage.transaction = (work) =>
      transaction.call(house.storage, async (tx) => {
        await work(tx)
        throw new Error('rolled back')
      }) as never
    for (const code of ['000000', '000001']) expect(await tryLogin(house, ada, { code })).toBe(500)
    house.storage.transaction = transaction
    expect(await loginReasons(house)).toEqual([])
    const kept = await house.storage.db.selectFrom('subject_state').select('unknown_failures').execute()
    expect(kept).toEqual([{ unknown_failures: 2 }])
  })

  it('T82 T84 charges the same wrong passphrase each time, apart from the failures of codes', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const right = codeOf(ada.otpauthUri, house.clock)
    for (let i = 0; i < 6; i += 1) await tryLogin(house, ada, { passphrase: 'the same wrong one', code: right })
    const budgets = await house.storage.db.selectFrom('login_source').select('failures').execute()
    const codes = await house.storage.db.selectFrom('subject_state').select('unknown_failures').execute()
    expect(budgets).toEqual([{ failures: 6 }])
    expect(codes).toEqual([{ unknown_failures: 0 }])
    expect(await tryLogin(house, ada, { code: right })).toBe(401)
    expect((await loginReasons(house))[0]).toBe('waiting')
    house.clock.advance(60_000)
    expect(await tryLogin(house, ada, { code: codeOf(ada.otpauthUri, house.clock) })).toBe(200)
  })

  it('T28 a stranger who guesses passphrases does not lock out a person at home', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    await logIn(house, ada, home)
    for (let i = 0; i < 7; i += 1) await tryLogin(house, ada, { passphrase: `guess ${i}`, code: '123456' })
    const code = codeOf(ada.otpauthUri, house.clock)
    expect(await tryLogin(house, ada, { code })).toBe(401)
    expect(await tryLogin(house, ada, { code, address: home })).toBe(200)
  })

  it('T28 guesses at one person, or at nobody, are no failures of another', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    await house.storage.transaction((tx) => tx.deleteFrom('login_source').execute())
    const code = '123456'
    await tryLogin(house, bob, { passphrase: 'guess', code })
    for (let i = 0; i < 7; i += 1) await tryLogin(house, ada, { passphrase: `guess ${i}`, code })
    for (let i = 0; i < 7; i += 1) await tryLogin(house, ada, { username: `nobody ${i}`, code })
    const failures = await house.storage.db
      .selectFrom('login_source')
      .select(['person_id', 'failures'])
      .orderBy('failures')
      .execute()
    expect(failures).toEqual([
      { person_id: bob.id, failures: 1 },
      { person_id: ada.id, failures: 6 },
    ])
    expect(await tryLogin(house, bob, { code: codeOf(bob.otpauthUri, house.clock) })).toBe(200)
  })

  it('T28 a source that one person is known from is a stranger’s for another', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    await house.storage.transaction((tx) => tx.deleteFrom('login_source').execute())
    await logIn(house, ada, home)
    await tryLogin(house, bob, { address: home, passphrase: 'a guess', code: '123456' })
    for (let i = 0; i < 5; i += 1) await tryLogin(house, bob, { passphrase: `guess ${i}`, code: '123456' })
    expect(await tryLogin(house, bob, { address: home, code: codeOf(bob.otpauthUri, house.clock) })).toBe(401)
    expect((await loginReasons(house))[0]).toBe('waiting')
  })

  it('T83 asking for a passkey prompt is no failure', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const { username, passphrase } = ada
    for (let i = 0; i < 7; i += 1) {
      const answer = await house.call(api.loginPasskeyOptions, { body: { username, passphrase } })
      expect(answer.status).toBe(200)
    }
    expect(await house.storage.db.selectFrom('login_source').select('failures').execute()).toEqual([])
    expect(await tryLogin(house, ada, { code: codeOf(ada.otpauthUri, house.clock) })).toBe(200)
  })

  it('T40 asks for a passkey in the same words whether name and passphrase are right or not', async () => {
    const house = await openHouse(engine)
    const { username, passphrase } = await addFirstAdministrator(house)
    const shapes = new Set<string>()
    for (const body of [
      { username, passphrase },
      { username, passphrase: 'not the passphrase' },
      { username: 'nobody', passphrase },
    ]) {
      const answer = await house.call(api.loginPasskeyOptions, { body })
      const { options } = answer.body as { options: Record<string, unknown> }
      shapes.add(JSON.stringify([answer.status, { ...options, challenge: '' }]))
      const finished = await house.call(api.loginPasskey, {
        body: { ticket: answer.body['ticket'], response: { id: 'AAAA' } },
      })
      expect([finished.status, finished.body['code']]).toEqual([401, 'login_refused'])
    }
    expect(shapes.size).toBe(1)
  })

  it('T25 T31 a lock ends the pending passkey login, also after it was waited out', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const { username, passphrase } = ada
    const begun = await house.call(api.loginPasskeyOptions, { address: stranger, body: { username, passphrase } })
    for (let i = 0; i < 12; i += 1) {
      await tryLogin(house, ada, { code: '000000' })
      house.clock.advance(4000)
    }
    await house.call(api.loginPasskey, {
      address: stranger,
      body: { ticket: begun.body['ticket'], response: { id: 'AAAA' } },
    })
    expect((await loginReasons(house))[0]).toBe('locked')
  })

  it('T85 an operator who lost everything comes back by a new setup link', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const old = await logIn(house, ada)
    for (let i = 0; i < 7; i += 1) await tryLogin(house, ada, { passphrase: `guess ${i}`, code: '000000' })
    const reset = await house.call(api.resetPerson, { token: ada.rootToken, params: { person: 'ada' } })
    expect((await house.call(api.readMe, { browser: old })).body['kind']).toBe('stranger')
    expect(await tryLogin(house, ada, { code: codeOf(ada.otpauthUri, house.clock), address: home })).toBe(401)
    expect(await tryLogin(house, ada, { recoveryCode: ada.recoveryCodes[1] ?? '', address: home })).toBe(401)
    const { setupUrl } = reset.body as { setupUrl: string }
    const again = await followSetup(house, setupUrl, ada)
    expect((await house.call(api.readMe, { browser: again.browser })).body).toMatchObject({ mayAdminister: true })
    await logIn(house, again)
  })

  it('refuses a login that another site sends, and a change without the CSRF token', async () => {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const { username, passphrase } = ada
    const code = codeOf(ada.otpauthUri, house.clock)
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]) {
      const answer = await house.call(api.login, { headers, body: { username, passphrase, code } })
      expect([answer.status, answer.body['code']]).toEqual([403, 'csrf_refused'])
    }
    const browser = await logIn(house, ada)
    const forged = new Browser()
    for (const [name, value] of browser.cookies) forged.cookies.set(name, value)
    for (const csrfToken of ['', 'x', `${browser.csrfToken.slice(0, -1)}~`]) {
      forged.csrfToken = csrfToken
      expect((await house.call(api.createGroup, { browser: forged, body: { name: 'ops' } })).status).toBe(403)
    }
    const changes = [
      [api.updateMe, { displayName: 'Ada' }],
      [api.addMember, undefined],
      [api.deleteToken, undefined],
    ] as const
    for (const [endpoint, body] of changes) {
      const answer = await house.call(endpoint, { browser: forged, ...(body && { body }) })
      expect([endpoint.method, answer.status, answer.body['code']]).toEqual([endpoint.method, 403, 'csrf_refused'])
    }
    const foreign = { browser, headers: { origin: 'https://evil.example' }, body: { name: 'ops' } }
    expect((await house.call(api.createGroup, foreign)).status).toBe(403)
    expect((await house.call(api.createGroup, { browser, body: { name: 'ops' } })).status).toBe(201)
  })

  it('T69 refuses passphrases that everybody tries first', async () => {
    const house = await openHouse(engine)
    const weak = [
      '',
      'short',
      'Password1234!',
      'aaaaaaaaaaaa',
      '0123456789',
      'you-will-never-guess',
      'ada-lovelace1',
      'ada lovelace',
      'passwordpassword',
      'Welcome-letmein 1',
      'adalovelace.adalovelace.adalovelace',
    ]
    for (const passphrase of weak) {
      const made = house.access.initialise({ username: 'ada lovelace', passphrase })
      await expect(made, passphrase).rejects.toThrow(/at least 10 characters/)
    }
  })
})

/** Counts the write transactions of some work, and none of what goes on beside it: timers index, prune and send. */
async function countTransactions<T>({ storage }: House, work: () => Promise<T>): Promise<[T, number]> {
  const { transaction, hotTransaction } = storage
  const ours = new AsyncLocalStorage<true>()
  let count = 0
  const note = () => void (count += ours.getStore() === true ? 1 : 0)
  storage.transaction = (each) => {
    note()
    return transaction.call(storage, each) as never
  }
  storage.hotTransaction = (each) => {
    note()
    return hotTransaction.call(storage, each) as never
  }
  try {
    return [await ours.run(true, work), count]
  } finally {
    storage.transaction = transaction
    storage.hotTransaction = hotTransaction
  }
}
