import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { beginPasskeyLogin } from '../../../src/server/access/passkeys/login.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { type Browser, codeOf, type House, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, logIn, type TestPerson } from './people.ts'

interface World {
  readonly house: House
  readonly rootToken: string
  readonly bob: TestPerson
  readonly browser: Browser
}

async function setUp(engine: TestEngine): Promise<World> {
  const house = await openHouse(engine)
  const { rootToken } = await addFirstAdministrator(house)
  const bob = await addPerson(house, rootToken, { username: 'bob' })
  house.clock.advance(30_000)
  return { house, rootToken, bob, browser: await logIn(house, bob) }
}

const changePassphrase = ({ house, browser, bob }: World) => {
  house.clock.advance(30_000)
  const { passphrase, otpauthUri } = bob
  const body = { passphrase, newPassphrase: 'another march, another dawn', code: codeOf(otpauthUri, house.clock) }
  return house.call(api.changePassphrase, { browser, body })
}

const ends: readonly (readonly [string, (world: World) => Promise<{ status: number }>])[] = [
  ['the passphrase is changed', changePassphrase],
  ['all other sessions are ended', ({ house, browser }) => house.call(api.endSessions, { browser, body: {} })],
  [
    'an administrator ends all sessions',
    ({ house, rootToken, bob }) => house.call(api.endSessions, { token: rootToken, body: { person: bob.id } }),
  ],
  [
    'an administrator resets them',
    ({ house, rootToken }) => house.call(api.resetPerson, { token: rootToken, params: { person: 'bob' } }),
  ],
  [
    'they are disabled, though enabled again',
    async ({ house, rootToken: token }) => {
      const disable = (disabled: boolean) =>
        house.call(api.updatePerson, { token, params: { person: 'bob' }, body: { disabled } })
      await disable(true)
      return disable(false)
    },
  ],
]

describe.each(engines)('what a person began before it all ended on $name', (engine) => {
  it.each(ends)('T31 a passkey login is over when %s', async (_when, end) => {
    const world = await setUp(engine)
    const { house, bob } = world
    const { username, passphrase } = bob
    const begun = await house.call(api.loginPasskeyOptions, { body: { username, passphrase } })
    const others = await house.call(api.loginPasskeyOptions, { body: { username: 'ada', passphrase } })
    expect((await end(world)).status).toBeLessThan(300)
    const kept = await house.storage.db
      .selectFrom('one_time')
      .select('data')
      .where('kind', '=', 'passkey-login')
      .execute()
    expect(kept.map(({ data }) => (JSON.parse(data) as { username: string }).username)).toEqual(['ada'])
    const finish = { body: { ticket: begun.body['ticket'], response: { id: 'AAAA' } } }
    expect((await house.call(api.loginPasskey, finish)).body['code']).toBe('login_refused')
    const [{ reason } = {}] = (await house.access.context.audit.list({ action: 'person.login', outcome: 'refused' }))
      .items
    expect(reason).toBe('unknown')
    expect(others.status).toBe(200)
  })

  it.each(ends)('T31 a command that was let in gets no token when %s', async (_when, end) => {
    const world = await setUp(engine)
    const { house, browser } = world
    const started = (await house.call(api.deviceStart, { body: { client: 'laptop' } })).body
    const { userCode, deviceCode } = started as { userCode: string; deviceCode: string }
    await house.call(api.deviceConfirm, { browser, params: { userCode }, body: { allow: true } })
    expect((await end(world)).status).toBeLessThan(300)
    expect((await house.call(api.devicePoll, { body: { deviceCode } })).body).toEqual({ state: 'refused' })
  })

  it('T31 a passkey login that began by the old passphrase while it was changed opens nothing', async () => {
    const world = await setUp(engine)
    const { house, bob } = world
    const place = { kind: 'console', address: '127.0.0.1', userAgent: '' } as const
    const { context } = house.access
    // What a login has read of its person is what was there before the change.
    const storage = Object.create(context.storage, {
      transaction: {
        value: async (work: Parameters<typeof context.storage.transaction>[0]) => {
          expect((await changePassphrase(world)).status).toBe(204)
          return context.storage.transaction(work)
        },
      },
    })
    await beginPasskeyLogin({ ...context, storage }, bob, place, 'http://localhost:8000')
    const { data } = await house.storage.db
      .selectFrom('one_time')
      .select('data')
      .where('kind', '=', 'passkey-login')
      .executeTakeFirstOrThrow()
    expect(JSON.parse(data)).toMatchObject({ username: 'bob', refusal: 'changed' })
  })
})
