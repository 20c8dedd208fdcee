import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import type { AccessContext } from '../../../src/server/access/context.ts'
import { startDevice } from '../../../src/server/access/device/device.ts'
import { addMember, updateGroup } from '../../../src/server/access/groups/groups.ts'
import { liftPerson, resetPerson, updatePerson } from '../../../src/server/access/people/people.ts'
import { beginSetup } from '../../../src/server/access/people/setup.ts'
import type { Actor } from '../../../src/server/http/actor.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { codeOf, openHouse } from './house.ts'
import { happensBefore } from './meanwhile.ts'
import { addFirstAdministrator, addPerson, logIn } from './people.ts'

const actor: Actor = { kind: 'operator', name: 'test', address: '' }
const passphrase = 'nine patient herons wait'

async function setUp(engine: TestEngine) {
  const house = await openHouse(engine)
  const { rootToken: token } = await addFirstAdministrator(house)
  const bob = await addPerson(house, token, { username: 'bob' })
  await house.call(api.createGroup, { token, body: { name: 'ops' } })
  const audited = async () => (await house.access.context.audit.list({})).items.map(({ action }) => action)
  const isDeleted = {
    person: () => house.call(api.deletePerson, { token, params: { person: 'bob' } }),
    group: () => house.call(api.deleteGroup, { token, params: { group: 'ops' } }),
  }
  return { house, token, bob, audited, isDeleted }
}

const changes: Record<string, (context: AccessContext, personId: string) => Promise<unknown>> = {
  'person changed': (context) => updatePerson(context, actor, 'bob', { displayName: 'Bob' }),
  'person reset': (context) => resetPerson(context, actor, 'bob'),
  'person lifted': (context) => liftPerson(context, actor, 'bob'),
  'person made a member': (context, personId) => addMember(context, actor, 'ops', personId),
  'group changed': (context) => updateGroup(context, actor, 'ops', { mayAddAccounts: true }),
  'group given a member': (context, personId) => addMember(context, actor, 'ops', personId),
}

describe.each(engines)('at the moment another deletes it on $name', (engine) => {
  it.each(Object.entries(changes))('no %s, and no such thing audited', async (what, change) => {
    const { house, bob, audited, isDeleted } = await setUp(engine)
    const kind = what.startsWith('group') ? 'group' : 'person'
    const context = happensBefore(house, 1, isDeleted[kind])
    await expect(change(context, bob.id)).rejects.toMatchObject({ code: `${kind}_not_found` })
    expect((await audited())[0]).toBe(`${kind}.delete`)
  })
})

describe.each(engines)('at one moment on $name', (engine) => {
  it('T65 an address leaves no more sign-ins waiting than it may, however many it begins', async () => {
    const { house } = await setUp(engine)
    const begin = { client: 'a command', address: '192.0.2.7', origin: 'http://localhost:8000' }
    const begun = await Promise.allSettled(Array.from({ length: 40 }, () => startDevice(house.access.context, begin)))
    const codes = begun.map((each) => (each.status === 'fulfilled' ? 'begun' : (each.reason as { code: string }).code))
    expect(codes.toSorted()).toEqual([...Array<string>(20).fill('begun'), ...Array<string>(20).fill('device_too_many')])
  })

  it('a setup link that two browsers follow leaves the code of the one that finished', async () => {
    const { house, token } = await setUp(engine)
    const invited = await house.call(api.createPerson, { token, body: { username: 'eve' } })
    const { setupUrl, person } = invited.body as { setupUrl: string; person: { id: string } }
    const setupToken = new URL(setupUrl).hash.slice(1)
    const one = (await house.call(api.setupBegin, { body: { setupToken, passphrase } })).body
    const finish = ({ ticket, otpauthUri }: Record<string, unknown>) =>
      house.call(api.setupFinish, { body: { ticket, code: codeOf(String(otpauthUri), house.clock) } })
    const context = happensBefore(house, 1, () => finish(one))
    const other = await beginSetup(context, { kind: 'stranger', address: '' }, { setupToken, passphrase })
    house.clock.advance(30_000)
    expect((await finish({ ...other })).body['code']).toBe('setup_link_invalid')
    const { otpauthUri } = one as { otpauthUri: string }
    await logIn(house, { id: person.id, username: 'eve', passphrase, otpauthUri, recoveryCodes: [] })
  })
})
