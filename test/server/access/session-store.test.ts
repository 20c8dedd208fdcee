import { describe, expect, it, vi } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { Failure } from '../../../src/errors/failure.ts'
import { engines } from '../../support/engines.ts'
import { openHouse } from './house.ts'
import { actorIn } from './meanwhile.ts'
import { addFirstAdministrator, logIn } from './people.ts'

describe.each(engines)('what is noted of a session on $name', (engine) => {
  async function setUp() {
    const house = await openHouse(engine)
    const browser = await logIn(house, await addFirstAdministrator(house))
    const { sessionId } = await actorIn(house, browser)
    const row = () =>
      house.storage.db.selectFrom('session').selectAll().where('id', '=', sessionId).executeTakeFirstOrThrow()
    return { house, browser, sessionId, row, sessions: house.access.sessions }
  }

  it('says when it was last seen, although it could not be written at first', async () => {
    const { house, browser, row, sessions } = await setUp()
    const before = (await row()).last_seen_at_ms
    house.clock.advance(10 * 60_000)
    expect((await house.call(api.readMe, { browser })).body['kind']).toBe('person')
    const failing = vi.spyOn(house.storage, 'transaction').mockRejectedValue(new Failure('database_away'))
    await sessions.flush().catch(() => undefined)
    expect([failing.mock.calls.length > 0, (await row()).last_seen_at_ms]).toEqual([true, before])
    failing.mockRestore()
    await sessions.flush()
    expect((await row()).last_seen_at_ms).toBe(house.clock.nowMs())
  })

  it('joins what a proof adds with what another added before', async () => {
    const { house, sessionId, row, sessions } = await setUp()
    const prove = (adding: object) =>
      house.storage.transaction((tx) => sessions.prove(tx, sessionId, { authenticatedAtMs: 1, adding }))
    await prove({ idToken: 'x' })
    await prove({ passkeyAtMs: 5 })
    expect(JSON.parse((await row()).data)).toEqual({ idToken: 'x', passkeyAtMs: 5 })
  })
})
