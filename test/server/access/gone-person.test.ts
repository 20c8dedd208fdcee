import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { openHouse } from './house.ts'
import { addFirstAdministrator, addPasskey, addPerson, followSetup, logIn } from './people.ts'

/** Bob with everything that opens something: a session, a token, a passkey, a code, recovery codes, an old setup link. */
async function setUp(engine: TestEngine) {
  const house = await openHouse(engine)
  const { rootToken } = await addFirstAdministrator(house)
  const bob = await addPerson(house, rootToken, { username: 'bob' })
  const browser = await logIn(house, bob)
  await addPasskey(house, browser, 'key')
  const wish = { name: 'laptop', owner: 'person', scopes: ['reveal:*'] }
  const made = await house.call(api.createToken, { browser, body: wish })
  const ask = { token: rootToken, params: { person: 'bob' } }
  const left: (string | null)[] = []
  house.access.context.leavers.listen(async (_tx, _actor, { personId, group }) => {
    expect(personId).toBe(bob.id)
    left.push(group?.name ?? null)
  })
  const opens = async () => ({
    session: (await house.call(api.readMe, { browser })).body['kind'],
    token: (await house.call(api.readMe, { token: String(made.body['token']) })).body['kind'] ?? 'refused',
  })
  const { db } = house.storage
  const owned = async () => {
    const [passkeys, recovery, sources, tokens, codes] = await Promise.all([
      db.selectFrom('passkey').select('id').where('person_id', '=', bob.id).execute(),
      db.selectFrom('recovery_code').select('code_hash').where('person_id', '=', bob.id).execute(),
      db.selectFrom('login_source').select('source_hash').where('person_id', '=', bob.id).execute(),
      db.selectFrom('access_token').select('id').where('person_id', '=', bob.id).execute(),
      db.selectFrom('subject').select('id').where('name', '=', bob.id).execute(),
    ])
    return [passkeys, recovery, sources, tokens, codes].map(({ length }) => length)
  }
  const audited = async (action: string) =>
    (await house.access.context.audit.list({ action })).items.map(({ objectId }) => objectId)
  return { house, bob, ask, left, opens, owned, audited }
}

describe.each(engines)('of a person on $name', (engine) => {
  it('T85 nothing is left by a reset, which is audited and told', async () => {
    const { house, bob, ask, left, opens, owned, audited } = await setUp(engine)
    expect([await opens(), await owned()]).toEqual([{ session: 'person', token: 'person' }, [1, 10, 1, 1, 1]])
    const first = (await house.call(api.resetPerson, ask)).body
    expect([await opens(), await owned()]).toEqual([{ session: 'stranger', token: 'refused' }, [0, 0, 0, 0, 0]])
    expect([await audited('person.reset'), left]).toEqual([[bob.id], []])
    const second = (await house.call(api.resetPerson, ask)).body
    const read = async ({ setupUrl }: Record<string, unknown>) =>
      (await house.call(api.readSetupLink, { body: { setupToken: new URL(String(setupUrl)).hash.slice(1) } })).status
    expect([(await read(first)) < 300, await read(second)]).toEqual([false, 200])
  })

  it('nothing is left by a deletion, and whoever has to hear of leavers does', async () => {
    const { house, bob, ask, left, opens, owned, audited } = await setUp(engine)
    expect((await house.call(api.deletePerson, ask)).status).toBe(204)
    expect([await opens(), await owned()]).toEqual([{ session: 'stranger', token: 'refused' }, [0, 0, 0, 0, 0]])
    expect([await audited('person.delete'), left]).toEqual([[bob.id], [null]])
    expect((await house.call(api.deletePerson, ask)).body['code']).toBe('person_not_found')
  })

  it('nothing opens while they are disabled, and their session does not come back', async () => {
    const { house, ask, left, opens, owned, audited } = await setUp(engine)
    await house.call(api.updatePerson, { ...ask, body: { displayName: 'Bob' } })
    expect([await opens(), left]).toEqual([{ session: 'person', token: 'person' }, []])
    await house.call(api.updatePerson, { ...ask, body: { enabled: false } })
    expect([await opens(), left]).toEqual([{ session: 'stranger', token: 'refused' }, [null]])
    await house.call(api.updatePerson, { ...ask, body: { enabled: true } })
    expect([await opens(), await owned()]).toEqual([{ session: 'stranger', token: 'person' }, [1, 10, 1, 1, 1]])
    expect(await audited('person.update')).toHaveLength(3)
  })

  it('only those in a group hear that it is gone', async () => {
    const { house, bob, ask, left } = await setUp(engine)
    const { token } = ask
    for (const name of ['ops', 'dev']) await house.call(api.createGroup, { token, body: { name } })
    await house.call(api.addMember, { token, params: { group: 'ops', person: 'bob' } })
    await house.call(api.removeMember, { token, params: { group: 'dev', person: 'bob' } })
    expect(left).toEqual([])
    await house.call(api.removeMember, { token, params: { group: 'ops', person: 'bob' } })
    await house.call(api.addMember, { token, params: { group: 'dev', person: bob.id } })
    await house.call(api.deleteGroup, { token, params: { group: 'dev' } })
    expect(left).toEqual(['ops', 'dev'])
  })

  it('T30 a recovery code opens nothing for another', async () => {
    const { house, bob, ask } = await setUp(engine)
    const { username, passphrase, recoveryCodes } = bob
    const { body } = await house.call(api.createPerson, { token: ask.token, body: { username: 'eve' } })
    const eve = await followSetup(house, String(body['setupUrl']), { id: 'any', username: 'eve' })
    const logInBy = async (name: string, recoveryCode?: string) =>
      (await house.call(api.login, { body: { username: name, passphrase, recoveryCode } })).status
    expect(await logInBy('eve', recoveryCodes[0])).toBe(401)
    expect([await logInBy('eve', eve.recoveryCodes[0]), await logInBy(username, recoveryCodes[0])]).toEqual([200, 200])
    expect(await logInBy(username, recoveryCodes[0])).toBe(401)
  })

  it('a lock is lifted for them alone, and audited', async () => {
    const { house, bob, ask, audited } = await setUp(engine)
    const fail = (username: string) =>
      house.call(api.login, { address: '203.0.113.66', body: { username, passphrase: 'a guess', code: '000000' } })
    for (let count = 0; count < 7; count += 1) for (const username of ['ada', 'bob']) await fail(username)
    const waiting = async () => {
      const { items } = (await house.call(api.listPeople, { token: ask.token })).body as {
        items: { username: string; locked: boolean }[]
      }
      return items.filter(({ locked }) => locked).map(({ username }) => username)
    }
    expect(await waiting()).toEqual(['ada', 'bob'])
    expect((await house.call(api.liftPerson, ask)).status).toBeLessThan(300)
    expect([await waiting(), await audited('person.lift')]).toEqual([['ada'], [bob.id]])
  })
})
