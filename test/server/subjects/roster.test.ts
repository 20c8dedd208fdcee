import { describe, expect, it, vi } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { Roster } from '../../../src/server/subjects/roster.ts'
import { deleteSubject, updateSubject } from '../../../src/server/subjects/store.ts'
import { engines } from '../../support/engines.ts'
import { byOperator } from '../../support/core.ts'
import { home, openWorld, stranger } from './world.ts'

describe.each(engines)('roster on $name', (engine) => {
  it('loads every name there is, however it is spelt, and no other', async () => {
    const world = await openWorld(engine)
    const names = ['ada', 'zoë', 'o\'hara "x"', 'back\\slash', '愛']
    const secrets = await Promise.all(names.map((name) => world.addSubject(name)))
    // However long this machine lets the feed wait for its turn.
    vi.spyOn(world.core.storage.changes, 'isConfirmed').mockReturnValue(true)
    const roster = new Roster(world.core.storage, world.core.keyRing)

    const found = await roster.load(world.realm, [...names, 'nobody'])

    expect([...found.keys()].toSorted()).toEqual(names.toSorted())
    for (const [index, name] of names.entries()) {
      const entry = found.get(name)
      expect(entry).toMatchObject({ name, isEnabled: true, driftSteps: 0, pending: null, failure: null })
      expect([...(entry?.active?.secret ?? [])]).toEqual([...(secrets[index] ?? [])])
      expect(roster.recall(world.realm.id, name)).toBe(entry)
    }
    expect(roster.recall(world.realm.id, 'nobody')).toBeNull()
    expect(roster.recall(world.realm.id, 'never asked for')).toBeUndefined()
  })

  it('knows a pending secret and codes of another shape than the realm says', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const { storage, keyRing } = world.core
    const roster = new Roster(storage, keyRing)
    const before = (await roster.load(world.realm, ['ada'])).get('ada')
    await storage.transaction(async (tx) => {
      await updateSubject(tx, before?.id ?? '', { algorithm: 'SHA256', digits: 8, period_seconds: 60, enabled: 0 })
      const subject = await tx.selectFrom('subject').selectAll().where('name', '=', 'ada').executeTakeFirstOrThrow()
      await world.subjects.enrolment.start(tx, world.realm, subject, { begins: { pendingForMs: 60_000 } }, byOperator)
    })

    const after = (await roster.load(world.realm, ['ada'])).get('ada')

    expect(after?.active?.shape).toEqual({ algorithm: 'SHA256', digits: 8, periodSeconds: 60 })
    expect(after?.pending?.shape).toMatchObject({ algorithm: 'SHA1', digits: 6, periodSeconds: 30 })
    expect(after?.pending?.secret).toHaveLength(20)
    expect(after?.pendingUntilMs).toBeGreaterThan(world.clock.nowMs())
    expect(after?.isEnabled).toBe(false)
    expect(after?.version).toBeGreaterThan(before?.version ?? Infinity)
  })

  it('opens a secret whose key another server made a moment ago', async () => {
    const [place, rootKey] = [await engine.freshPlace(), newRootKey()]
    const here = await openWorld(engine, { place, rootKey })
    const there = await openWorld(engine, { place, rootKey, realm: { name: 'new' } })
    await there.addSubject('ada')

    const roster = new Roster(here.core.storage, here.core.keyRing)
    const entry = (await roster.load(there.realm, ['ada'])).get('ada')

    expect(entry).toMatchObject({ failure: null, active: { secret: expect.anything() } })
  })

  it('does not remember as missing who was added while it looked', async () => {
    const { core, realm, addSubject } = await openWorld(engine)
    const { storage } = core
    const hasRead = Promise.withResolvers<void>()
    const mayGoOn = Promise.withResolvers<void>()
    const slow: Pick<Storage, 'engine' | 'changes' | 'readHot'> = {
      engine: storage.engine,
      changes: storage.changes,
      readHot: async (sql, values) => {
        const rows = await storage.readHot(sql, values)
        hasRead.resolve()
        await mayGoOn.promise
        return rows
      },
    }
    const roster = new Roster(slow as Storage, core.keyRing)

    const looking = roster.load(realm, ['ada'])
    await hasRead.promise
    await addSubject('ada')
    mayGoOn.resolve()
    expect((await looking).size).toBe(0)

    expect(roster.recall(realm.id, 'ada')).toBeUndefined()
  })

  it('deletes with a subject what a batch wrote about it', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    for (const [step, source] of [home, stranger].entries()) {
      await expect(world.judge('ada', world.code('ada', step), { source })).resolves.toMatchObject({ accepted: true })
    }
    const { db } = world.core.storage
    const countSources = async () => (await db.selectFrom('subject_source').select('subject_id').execute()).length
    expect(await countSources()).toBe(1)
    const { id } = await db.selectFrom('subject').select('id').where('name', '=', 'ada').executeTakeFirstOrThrow()
    await world.core.storage.transaction((tx) => deleteSubject(tx, id))
    expect(await countSources()).toBe(0)
  })
})
