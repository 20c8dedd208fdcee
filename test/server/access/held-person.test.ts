import { describe, expect, it } from 'vitest'
import * as api from '../../../src/api/index.ts'
import { changeMe } from '../../../src/server/access/me/me.ts'
import { engines } from '../../support/engines.ts'
import { openHouse } from './house.ts'
import { actorIn } from './meanwhile.ts'
import { addFirstAdministrator, logIn } from './people.ts'
import { claimsOf, provision } from './signed-on.ts'

const claims = claimsOf('u1')

describe.each(engines)('a person on $name', (engine) => {
  it('T25 who is disabled while they sign on keeps no session of it', async () => {
    const house = await openHouse(engine)
    const { rootToken: token } = await addFirstAdministrator(house)
    const { id } = await house.storage.transaction((tx) => provision(house, tx, claims))
    let disabling: Promise<{ status: number }> | undefined
    await house.storage.transaction(async (tx) => {
      await provision(house, tx, claims)
      disabling = house.call(api.updatePerson, { token, params: { person: id }, body: { enabled: false } })
      // Answers to others: by then it is done, unless it has to wait for this transaction.
      for (let count = 0; count < 60; count += 1) await house.call(api.readMe, { token })
      const limits = { idleMs: 60_000, absoluteMs: 60_000 }
      const place = { kind: 'console', address: '192.0.2.1', userAgent: '', limits } as const
      await house.access.sessions.begin(tx, { ...place, personId: id, factors: 'two' })
    })
    expect((await disabling)?.status).toBe(200)
    const left = await house.storage.db.selectFrom('session').select('id').where('person_id', '=', id).execute()
    expect(left).toEqual([])
  })

  it('who changes many preferences at once keeps them all', async () => {
    const house = await openHouse(engine)
    const actor = await actorIn(house, await logIn(house, await addFirstAdministrator(house)))
    const names = Array.from({ length: 12 }, (_, index) => `view.${index}`)
    await Promise.all(names.map((name) => changeMe(house.access.context, actor, { preferences: { [name]: true } })))
    const { preferences } = await changeMe(house.access.context, actor, {})
    expect(Object.keys(preferences).toSorted()).toEqual(names.toSorted())
  })
})
