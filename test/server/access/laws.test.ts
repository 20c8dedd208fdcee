import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { breakAudit, loseNextCommit } from '../../support/broken-storage.ts'
import { engines } from '../../support/engines.ts'
import { codeOf, openHouse } from './house.ts'
import { addFirstAdministrator, addPerson } from './people.ts'

describe.each(engines)('a change of rights on $name', (engine) => {
  async function setUp() {
    const house = await openHouse(engine)
    const ada = await addFirstAdministrator(house)
    const bob = await addPerson(house, ada.rootToken, { username: 'bob' })
    const token = ada.rootToken
    const tables = ['group', 'session', 'access_token'] as const
    const rows = async () => {
      const counts = tables.map((table) => house.storage.db.selectFrom(table).selectAll().execute())
      return (await Promise.all(counts)).map(({ length }) => length)
    }
    const roleOf = async () =>
      (await house.call(api.readPerson, { token, params: { person: bob.id } })).body['role'] as string
    return { house, ada, bob, token, rows, roleOf }
  }

  it('T91 law 3, law 4: does not happen while the audit cannot be written, nor does a login', async () => {
    const { house, ada, bob, token, rows, roleOf } = await setUp()
    const before = await rows()
    const mend = await breakAudit(house.storage)
    const { username, passphrase } = ada
    const code = codeOf(ada.otpauthUri, house.clock)
    const answers = await Promise.all([
      house.call(api.createGroup, { token, body: { name: 'platform' } }),
      house.call(api.createToken, { token, body: { name: 'robot', owner: 'service', scopes: ['audit'] } }),
      house.call(api.updatePerson, { token, params: { person: bob.id }, body: { role: 'administrator' } }),
      house.call(api.login, { body: { username, passphrase, code } }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([500, 500, 500, 500])
    await mend()
    expect(await rows()).toEqual(before)
    expect(await roleOf()).toBe('member')
  })

  it('law 7: is not acknowledged when its commit is lost', async () => {
    const { house, token, bob, roleOf } = await setUp()
    loseNextCommit(house.storage, 'transaction')
    const input = { token, params: { person: bob.id }, body: { role: 'administrator' } }
    expect((await house.call(api.updatePerson, input)).status).toBe(503)
    expect(await roleOf()).toBe('member')
    expect((await house.call(api.updatePerson, input)).status).toBe(200)
    expect(await roleOf()).toBe('administrator')
  })
})
