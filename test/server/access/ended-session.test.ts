import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import type { AccessContext } from '../../../src/server/access/context.ts'
import { answerDevice, startDevice } from '../../../src/server/access/device/device.ts'
import { beginCode, changePassphrase, renewRecoveryCodes, reprove } from '../../../src/server/access/me/factors.ts'
import * as passkeys from '../../../src/server/access/passkeys/passkeys.ts'
import type { SessionActor } from '../../../src/server/access/proofs.ts'
import { createToken } from '../../../src/server/access/tokens/routes.ts'
import { MemoryPasskey } from '../../support/authenticator.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { type Browser, codeOf, type House, openHouse } from './house.ts'
import { actorIn, happensBefore } from './meanwhile.ts'
import { addFirstAdministrator, addPasskey, addPerson, logIn, type TestPerson } from './people.ts'

const origin = 'http://localhost:8000'

interface World {
  readonly house: House
  readonly rootToken: string
  readonly bob: TestPerson
  readonly me: SessionActor
  /** Another browser of the same person. */
  readonly other: Browser
  readonly passkeyId: string
}

async function setUp(engine: TestEngine): Promise<World> {
  const house = await openHouse(engine)
  const { rootToken } = await addFirstAdministrator(house)
  const bob = await addPerson(house, rootToken, { username: 'bob' })
  const browser = await logIn(house, bob)
  const passkeyId = await addPasskey(house, browser, 'old')
  const other = await logIn(house, bob)
  return { house, rootToken, bob, me: await actorIn(house, browser), other, passkeyId }
}

const ends: Record<string, (world: World) => Promise<{ status: number }>> = {
  'all other sessions were ended': ({ house, other }) => house.call(api.endSessions, { browser: other, body: {} }),
  'the person was disabled': ({ house, rootToken: token }) =>
    house.call(api.updatePerson, { token, params: { person: 'bob' }, body: { enabled: false } }),
  'the person was reset': ({ house, rootToken: token }) =>
    house.call(api.resetPerson, { token, params: { person: 'bob' } }),
}

/** Each change of a factor, with the number of its own transactions: what ends the session happens before the last. */
const changes: Record<string, { of: number; change: (context: AccessContext, world: World) => Promise<unknown> }> = {
  'a passkey is registered': {
    of: 2,
    change: async (context, { house, me }) => {
      const { ticket, options } = await passkeys.beginPasskey(house.access.context, me, origin)
      const response = new MemoryPasskey().create(options)
      return passkeys.addPasskey(context, me, origin, { ticket, name: 'new', response })
    },
  },
  'a passkey is deleted': {
    of: 1,
    change: (context, { me, passkeyId }) => passkeys.removePasskey(context, me, passkeyId),
  },
  'recovery codes are renewed': { of: 1, change: (context, { me }) => renewRecoveryCodes(context, me) },
  'the passphrase is changed': {
    of: 1,
    change: (context, { house, me, bob: { passphrase, otpauthUri } }) => {
      const newPassphrase = 'another march, another dawn'
      return changePassphrase(context, me, { passphrase, newPassphrase, code: codeOf(otpauthUri, house.clock) })
    },
  },
  'a new code is begun': { of: 1, change: (context, { me }) => beginCode(context, me) },
  'a token is made': {
    of: 1,
    change: (context, { me }) => createToken(context, me, { name: 'mine', scopes: ['reveal:*'] }),
  },
  'a command is let in': {
    of: 1,
    change: async (context, { house, me }) => {
      const { userCode } = await startDevice(house.access.context, { client: 'cli', address: '192.0.2.1', origin })
      return answerDevice(context, me, userCode, true)
    },
  },
  'oneself is proven again': {
    of: 1,
    change: (context, { house, me, bob: { passphrase, otpauthUri } }) =>
      reprove(context, me, { passphrase, code: codeOf(otpauthUri, house.clock) }),
  },
}

async function factorsOf({ house, bob }: World) {
  const { db } = house.storage
  const [person, passkey, recovery] = await Promise.all([
    db.selectFrom('person').select('passphrase_hash').where('id', '=', bob.id).execute(),
    db.selectFrom('passkey').select(['id', 'name']).where('person_id', '=', bob.id).execute(),
    db.selectFrom('recovery_code').select('code_hash').where('person_id', '=', bob.id).orderBy('code_hash').execute(),
  ])
  const tokens = await db.selectFrom('access_token').select('id').where('person_id', '=', bob.id).execute()
  const letIn = await db.selectFrom('device_grant').select('id').where('state', '=', 'confirmed').execute()
  const pending = await db.selectFrom('subject').select('pending_until_ms').where('name', '=', bob.id).execute()
  return { person, passkey, recovery, tokens, letIn, pending }
}

const [firstChange = '', ...otherChanges] = Object.keys(changes)
const [firstEnd = ''] = Object.keys(ends)
const rounds = [
  ...Object.keys(ends).map((end) => [firstChange, end] as const),
  ...otherChanges.map((what) => [what, firstEnd] as const),
]

describe.each(engines)('of a session that ended a moment ago on $name', (engine) => {
  it.each(rounds)('nothing comes where %s and %s', async (what, end) => {
    const world = await setUp(engine)
    const { of: count = 1, change } = changes[what] ?? {}
    let left: unknown
    const context = happensBefore(world.house, count, async () => {
      const ended = await ends[end]?.(world)
      left = await factorsOf(world)
      return ended
    })
    await expect(change?.(context, world)).rejects.toMatchObject({ code: 'login_needed' })
    expect(left).toBeDefined()
    expect(await factorsOf(world)).toEqual(left)
    const { items } = await world.house.access.context.audit.list({ action: 'person.factor_change' })
    expect(items).toHaveLength(1)
    expect((await world.house.access.context.audit.list({ action: 'person.reproof' })).items).toEqual([])
  })
})
