import { pbkdf2Sync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { checkFirstFactor, concludeLogin, logIn, type LoginPlace } from '../../../src/server/access/login/login.ts'
import { logInByCode } from '../../../src/server/access/login/code-only.ts'
import { engines } from '../../support/engines.ts'
import { codeOf, type House, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson, type TestPerson } from './people.ts'

const place: LoginPlace = { kind: 'console', address: '203.0.113.66', userAgent: '' }

function guess(house: House, { username }: TestPerson, passphrase: string): Promise<{ status: number }> {
  return house.call(api.login, { address: place.address, body: { username, passphrase, code: '000000' } })
}

async function openWithBob(engine: (typeof engines)[number]) {
  const house = await openHouse(engine)
  const ada = await addFirstAdministrator(house)
  const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
  await house.storage.transaction((tx) => tx.deleteFrom('login_source').execute())
  const reset = () => house.call(api.resetPerson, { token: ada.rootToken, params: { person: bob.id } })
  return { house, bob, reset }
}

/** Why the latest logins were refused, newest first. */
async function reasons(house: House): Promise<(string | undefined)[]> {
  const { items } = await house.access.context.audit.list({ action: 'person.login', outcome: 'refused' })
  return items.map(({ reason }) => reason)
}

async function sessionsOf(house: House, { id }: TestPerson): Promise<number> {
  const rows = await house.storage.db.selectFrom('session').select('id').where('person_id', '=', id).execute()
  return rows.length
}

describe.each(engines)('logins under way on $name', (engine) => {
  it('T20 each count their wrong passphrase when they come at once, and wait like any other', async () => {
    const { house, bob } = await openWithBob(engine)
    await Promise.all(Array.from({ length: 9 }, (_, index) => guess(house, bob, `guess number ${index}`)))
    const budgets = await house.storage.db.selectFrom('login_source').select(['failures', 'wait_until_ms']).execute()
    expect(budgets).toEqual([{ failures: 6, wait_until_ms: house.clock.nowMs() + 1000 }])
    const refused = await reasons(house)
    expect(refused.filter((reason) => reason === 'passphrase')).toHaveLength(6)
    expect(refused.filter((reason) => reason === 'waiting')).toHaveLength(3)
  })

  it('T20 with the right passphrase do not slip past a wait that others brought about meanwhile', async () => {
    const { house, bob } = await openWithBob(engine)
    const { context } = house.access
    const first = await checkFirstFactor(context, bob, place)
    expect(first.refusal).toBeNull()
    for (let i = 0; i < 6; i += 1) await guess(house, bob, `guess number ${i}`)
    const sessions = await sessionsOf(house, bob)
    await expect(concludeLogin(context, first, null, place, 'code')).rejects.toMatchObject({ code: 'login_refused' })
    expect((await reasons(house))[0]).toBe('waiting')
    expect(await sessionsOf(house, bob)).toBe(sessions)
  })

  it('T30 spend no recovery code when a wait refuses them after all', async () => {
    const { house, bob } = await openWithBob(engine)
    const { context } = house.access
    const [recoveryCode = ''] = bob.recoveryCodes
    const late = {
      ...context,
      sessionLimits: async () => {
        for (let i = 0; i < 6; i += 1) await guess(house, bob, `guess number ${i}`)
        return context.sessionLimits()
      },
    }
    await expect(logIn(late, { ...bob, recoveryCode }, place)).rejects.toMatchObject({ code: 'login_refused' })
    expect((await reasons(house))[0]).toBe('waiting')
    house.clock.advance(60_000)
    await expect(logIn(context, { ...bob, recoveryCode }, place)).resolves.toMatchObject({ personId: bob.id })
    await expect(logIn(context, { ...bob, recoveryCode }, place)).rejects.toMatchObject({ code: 'login_refused' })
  })

  it('T25 end with a reset, by a code alone too', async () => {
    const { house, bob, reset } = await openWithBob(engine)
    const { context } = house.access
    const first = await checkFirstFactor(context, bob, place)
    const limits = { idleMs: 60_000, absoluteMs: 60_000 }
    const code = codeOf(bob.otpauthUri, house.clock)
    const { verify } = context.codes
    const codes = {
      ...context.codes,
      verify: async (typed: Parameters<typeof verify>[0]) => {
        const verdict = await verify(typed)
        await reset()
        return verdict
      },
    }
    const byCode = logInByCode({ ...context, codes }, { personId: bob.id, code }, { ...place, kind: 'gate', limits })
    await expect(byCode).rejects.toMatchObject({ code: 'login_refused' })
    await expect(concludeLogin(context, first, null, place, 'code')).rejects.toMatchObject({ code: 'login_refused' })
    expect((await reasons(house))[0]).toBe('changed')
    expect(await sessionsOf(house, bob)).toBe(0)
  })

  it('T25 never write an imported passphrase back over a reset', async () => {
    const { house, bob, reset } = await openWithBob(engine)
    const { context } = house.access
    const salt = Buffer.alloc(16, 7)
    const tag = pbkdf2Sync(bob.passphrase, salt, 10_000, 32, 'sha256')
    const legacy = `$pbkdf2-sha256$i=10000$${salt.toString('base64')}$${tag.toString('base64')}`
    const imported = { passphrase_hash: null, legacy_passphrase: legacy }
    await house.storage.transaction((tx) => tx.updateTable('person').set(imported).where('id', '=', bob.id).execute())
    const first = await checkFirstFactor(context, bob, place)
    expect(first.refusal).toBeNull()
    await reset()
    await expect(concludeLogin(context, first, null, place, 'code')).rejects.toMatchObject({ code: 'login_refused' })
    const row = await house.storage.db
      .selectFrom('person')
      .select(['passphrase_hash', 'legacy_passphrase'])
      .where('id', '=', bob.id)
      .executeTakeFirst()
    expect(row).toEqual({ passphrase_hash: null, legacy_passphrase: null })
  })
})
