import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import type { Claims } from '../../../src/server/access/oidc/claims.ts'
import { signOnTransaction } from '../../../src/server/access/oidc/provision.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { codeOf, type House, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson } from './people.ts'
import { claimsOf, provision } from './signed-on.ts'

const signOn = (house: House, claims: Claims) =>
  signOnTransaction(house.access.context, (tx) => provision(house, tx, claims))

async function twoServers(engine: TestEngine): Promise<readonly [House, House]> {
  const shared = { place: await engine.freshPlace(), rootKey: newRootKey() }
  return [await openHouse(engine, shared), await openHouse(engine, shared)]
}

describe.each(engines)('two servers on $name', (engine) => {
  it('let one of two inits at once make the first administrator', async () => {
    const houses = await twoServers(engine)
    const made = await Promise.allSettled(
      houses.map(({ access }, index) =>
        access.initialise({ username: `ada${index}`, passphrase: 'marching orders at dawn' }),
      ),
    )
    expect(made.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(made.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'setup_done' } })
    const roots = await houses[0].storage.db.selectFrom('access_token').select('id').execute()
    expect(roots).toHaveLength(1)
  })

  it('know one person who signs on first at both of them at once', async () => {
    const houses = await twoServers(engine)
    const claims = claimsOf('u1', ['ops', 'dev'])
    const people = await Promise.all([0, 1, 0, 1].map((index) => signOn(houses[index] ?? houses[0], claims)))
    expect(new Set(people.map(({ id }) => id)).size).toBe(1)
    const groups = await houses[0].storage.db.selectFrom('group').select('name').where('source', '=', 'oidc').execute()
    expect(groups.map(({ name }) => name).toSorted()).toEqual(['dev', 'ops'])
  })

  it('give people of one name who sign on first at once a name each, in the one new group', async () => {
    const houses = await twoServers(engine)
    const people = await Promise.all(
      ['u1', 'u2', 'u3', 'u4'].map((subject, index) =>
        signOn(houses[index % 2] ?? houses[0], claimsOf(subject, ['ops'])),
      ),
    )
    expect(new Set(people.map(({ username }) => username.toLowerCase())).size).toBe(4)
    const members = await houses[0].storage.db.selectFrom('person_group').select('group_id').execute()
    expect(members).toHaveLength(4)
    expect(new Set(members.map(({ group_id }) => group_id)).size).toBe(1)
  })

  it('keep one administrator when each of two disables the other', async () => {
    const houses = await twoServers(engine)
    const { rootToken: token } = await addFirstAdministrator(houses[0])
    await addPerson(houses[0], token, { username: 'bob', role: 'administrator' })
    for (let round = 0; round < 5; round += 1) {
      const set = (house: House, person: string, enabled: boolean) =>
        house.call(api.updatePerson, { token, params: { person }, body: { enabled } })
      const answers = await Promise.all([set(houses[0], 'ada', false), set(houses[1], 'bob', false)])
      expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409])
      for (const person of ['ada', 'bob']) await set(houses[round % 2] ?? houses[0], person, true)
    }
  })

  it('take a recovery code, and a setup link, on one of them', async () => {
    const houses = await twoServers(engine)
    const { rootToken: token, username, passphrase, recoveryCodes } = await addFirstAdministrator(houses[0])
    for (const recoveryCode of recoveryCodes.slice(0, 3)) {
      const answers = await Promise.all(
        houses.map((house) => house.call(api.login, { body: { username, passphrase, recoveryCode } })),
      )
      expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 401])
    }
    const { body } = await houses[0].call(api.createPerson, { token, body: { username: 'bob' } })
    const setupToken = new URL(String(body['setupUrl'])).hash.slice(1)
    const begun = (await houses[0].call(api.setupBegin, { body: { setupToken, passphrase } })).body
    const finish = { ticket: begun['ticket'], code: codeOf(String(begun['otpauthUri']), houses[0].clock) }
    const finished = await Promise.all(houses.map((house) => house.call(api.setupFinish, { body: finish })))
    expect(finished.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})
