import { describe, expect, it, vi } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import { FreshCache } from '../../../src/server/access/fresh-cache.ts'
import { ChangeListeners } from '../../../src/server/database/change-listeners.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { RealmOffice } from '../../../src/server/realms/realm-office.ts'
import { RealmDirectory } from '../../../src/server/subjects/directory.ts'
import { Roster } from '../../../src/server/subjects/roster.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { openWorld, type World } from './world.ts'

const refused = (reason: string) => ({ accepted: false, reason })

/** From now on the server behind this storage hears of no change. */
function deafen({ changes }: Storage): ChangeListeners {
  if (!(changes instanceof ChangeListeners)) throw new Error('the feed is of another kind')
  vi.spyOn(changes, 'deliver').mockImplementation(() => {})
  return changes
}

/** Two servers on one database; the second hears of nothing the first does. */
async function openPair(engine: (typeof engines)[number]): Promise<[World, World]> {
  const [place, rootKey] = [await engine.freshPlace(), newRootKey()]
  const first = await openWorld(engine, { place, rootKey })
  const second = await openWorld(engine, { place, rootKey, clock: first.clock })
  deafen(second.core.storage)
  return [first, second]
}

describe.each(engines)('a change that a server does not hear of, on $name', (engine) => {
  it('law 4: of a realm holds in the next verdict all the same, also of subjects it has not met', async () => {
    const [first, second] = await openPair(engine)
    for (const name of ['ada', 'bob']) await first.addSubject(name)
    await second.judge('ada', '000000')
    const office = new RealmOffice(first.core, first.subjects)
    await office.update(byOperator, 'shop', { enabled: false })
    expect(await second.judge('bob', first.code('bob'))).toMatchObject(refused('disabled'))
    expect(await second.judge('ada', first.code('ada'))).toMatchObject(refused('disabled'))
    await office.update(byOperator, 'shop', { enabled: true })
    await office.update(byOperator, 'shop', { name: 'store' })
    expect(await second.judge('ada', first.code('ada'))).toMatchObject(refused('unknown'))
    expect(await second.judge('ada', first.code('ada'), { realm: 'store' })).toMatchObject({ accepted: true })
  })

  it('law 4: of a realm is read from the database while the feed is not confirmed', async () => {
    const { core, realm } = await openWorld(engine)
    const changes = deafen(core.storage)
    const confirmed = vi.spyOn(changes, 'isConfirmed').mockReturnValue(true)
    const directory = new RealmDirectory(core.storage, core.keyRing)
    expect((await directory.find('shop'))?.policy.isEnabled).toBe(true)
    await core.storage.transaction((tx) =>
      tx.updateTable('realm').set({ enabled: 0 }).where('id', '=', realm.id).execute(),
    )
    expect(directory.recall('shop')).toMatchObject({ policy: { isEnabled: true } })
    confirmed.mockReturnValue(false)
    expect(directory.recall('shop')).toBeUndefined()
    expect((await directory.find('shop'))?.policy.isEnabled).toBe(false)
  })

  it('law 4: does not keep a name unknown while the feed is not confirmed', async () => {
    const world = await openWorld(engine)
    const { storage, keyRing } = world.core
    const changes = deafen(storage)
    const confirmed = vi.spyOn(changes, 'isConfirmed').mockReturnValue(true)
    const roster = new Roster(storage, keyRing)
    await roster.load(world.realm, ['ada'])
    await world.addSubject('ada')
    expect(roster.recall(world.realm.id, 'ada')).toBeNull()
    confirmed.mockReturnValue(false)
    expect(roster.recall(world.realm.id, 'ada')).toBeUndefined()
  })
})

describe('a cache of rows', () => {
  it('law 4: answers from the database while the feed is not confirmed', async () => {
    const changes = new ChangeListeners()
    const row = { mayEnter: true }
    const cache = new FreshCache({ changes, kind: 'row', load: async () => ({ ...row }), maxEntries: 10 })
    await cache.get('ada')
    row.mayEnter = false
    expect(await cache.get('ada')).toEqual({ mayEnter: false })
    changes.confirm()
    row.mayEnter = true
    expect(cache.get('ada')).toEqual({ mayEnter: false })
    changes.deliver([{ kind: 'row', objectId: 'ada' }])
    expect(await cache.get('ada')).toEqual({ mayEnter: true })
  })
})
