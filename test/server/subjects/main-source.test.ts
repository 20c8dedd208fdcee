import { describe, expect, it } from 'vitest'
import { forgetOutdated } from '../../../src/server/subjects/housekeeping.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { makeSourceKnown } from '../../../src/server/subjects/known-source.ts'
import { knownForMs } from '../../../src/server/subjects/lockout.ts'
import { addressSource } from '../../../src/server/subjects/source.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { home, openWorld, stranger, type World, wrongCode } from './world.ts'

const office = addressSource('198.51.100.7')
const train = addressSource('198.51.100.200')
const accepted = { accepted: true }
const locked = { accepted: false, reason: 'locked' }

type From = typeof home

/** A right code of the next step, from somewhere. */
function nextCode(world: World, source: From) {
  world.clock.advance(30_000)
  return world.judge('ada', world.code('ada'), { source })
}

async function fail(world: World, source: From, times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await world.judge('ada', wrongCode(world, 'ada'), { source })
}

/** Strangers have used up what they have, for good. */
async function closeToStrangers(world: World): Promise<void> {
  for (let count = 0; count < 3; count += 1) await fail(world, stranger, 1)
  expect(await nextCode(world, stranger)).toMatchObject(locked)
}

async function furtherSources(world: World): Promise<number> {
  return (await world.core.storage.db.selectFrom('subject_source').select('subject_id').execute()).length
}

describe.each(engines)('the main source and further ones on $name', (engine) => {
  const openShop = async () => {
    const world = await openWorld(engine, {
      realm: { lockout: { cap: 3, knownPerWindow: 2, knownWindowMs: 3_600_000 } },
    })
    await world.addSubject('ada')
    return world
  }

  it('T28 are known alike: what strangers fail closes neither', async () => {
    const world = await openShop()
    for (const source of [home, office, train]) expect(await nextCode(world, source)).toMatchObject(accepted)
    expect(await furtherSources(world)).toBe(2)
    await closeToStrangers(world)
    for (const source of [train, home, office]) expect(await nextCode(world, source)).toMatchObject(accepted)
  })

  it('law 5: have each a budget of their own', async () => {
    for (const [failing, other] of [
      [home, office],
      [office, home],
    ] as const) {
      const world = await openShop()
      for (const source of [home, office]) await nextCode(world, source)
      await fail(world, failing, 2)
      expect(await nextCode(world, failing)).toMatchObject(locked)
      expect(await nextCode(world, other)).toMatchObject(accepted)
      expect(await nextCode(world, failing)).toMatchObject(locked)
    }
  })

  it('T27 are lifted together', async () => {
    const world = await openShop()
    for (const source of [home, office]) await nextCode(world, source)
    for (const source of [home, office]) await fail(world, source, 2)
    const subject = await world.subjects.find(world.realm, 'ada')
    if (subject === null) throw new Error('ada is gone')
    await world.core.storage.transaction((tx) => world.subjects.lift(tx, world.realm, subject, byOperator))
    for (const source of [home, office]) expect(await nextCode(world, source)).toMatchObject(accepted)
  })

  it('are told apart when the first two are met at the same moment', async () => {
    const world = await openShop()
    const [one, other] = await Promise.all([
      world.judge('ada', world.code('ada'), { source: home }),
      world.judge('ada', world.code('ada', 1), { source: office }),
    ])
    expect([one, other]).toMatchObject([accepted, accepted])
    expect(await furtherSources(world)).toBe(1)
    world.clock.advance(30_000)
    await closeToStrangers(world)
    for (const source of [office, home]) expect(await nextCode(world, source)).toMatchObject(accepted)
  })

  it('give way after thirty days, each by itself', async () => {
    const world = await openShop()
    await nextCode(world, home)
    world.clock.advance(knownForMs / 2)
    await nextCode(world, office)
    world.clock.advance(knownForMs / 2)
    await closeToStrangers(world)
    expect(await nextCode(world, home)).toMatchObject(locked)
    expect(await nextCode(world, office)).toMatchObject(accepted)
  })

  it('make room: the next source takes the place of a main one that is no longer known', async () => {
    const world = await openShop()
    await nextCode(world, home)
    world.clock.advance(knownForMs)
    await nextCode(world, office)
    expect(await furtherSources(world)).toBe(0)
    await closeToStrangers(world)
    expect(await nextCode(world, home)).toMatchObject(locked)
    expect(await nextCode(world, office)).toMatchObject(accepted)
  })

  it('are forgotten by the housekeeping when nobody knows them any more', async () => {
    const world = await openShop()
    for (const source of [home, office]) await nextCode(world, source)
    const { storage } = world.core
    const hashes = () => storage.db.selectFrom('subject_state').select('main_source_hash').execute()
    const prune = (sourcesMs: number) => forgetOutdated(storage, { sourcesMs, memosMs: 0, linksMs: 0 })
    await prune(world.clock.nowMs() - knownForMs)
    expect(await hashes()).toEqual([{ main_source_hash: expect.stringMatching(/^[0-9a-f]{32}$/) }])
    await prune(world.clock.nowMs() + 1)
    expect([await hashes(), await furtherSources(world)]).toEqual([[{ main_source_hash: null }], 0])
  })

  it('of every subject is forgotten, though few are looked at together', async () => {
    const world = await openShop()
    const { storage } = world.core
    const names = ['bob', 'eve', 'mallory', 'trent']
    for (const name of names) {
      await world.addSubject(name)
      for (const [step, source] of [home, office].entries()) await world.judge(name, world.code(name, step), { source })
    }
    let transactions = 0
    const counting = {
      db: storage.db,
      transaction: (work: Parameters<Storage['transaction']>[0]) => ((transactions += 1), storage.transaction(work)),
    }
    expect(await furtherSources(world)).toBe(names.length)

    const outdated = { sourcesMs: world.clock.nowMs() + 1, memosMs: 0, linksMs: 0 }
    await forgetOutdated(counting as Storage, outdated, 2)

    const known = storage.db.selectFrom('subject_state').where('main_source_hash', 'is not', null).selectAll()
    expect([await known.execute(), await furtherSources(world)]).toEqual([[], 0])
    // One for memos and links, and one for each two of ada, the four, and what may come behind them.
    expect(transactions).toBe(4)
  })

  it('may be made known by a login, the first and the next', async () => {
    const world = await openShop()
    const subject = await world.subjects.find(world.realm, 'ada')
    if (subject === null) throw new Error('ada is gone')
    const { storage, keyRing } = world.core
    for (const source of [home, office, home]) {
      const known = { subjectId: subject.id, source, nowMs: world.clock.nowMs() }
      await storage.transaction((tx) => makeSourceKnown(tx, keyRing, known))
    }
    expect(await furtherSources(world)).toBe(1)
    await closeToStrangers(world)
    for (const source of [home, office]) expect(await nextCode(world, source)).toMatchObject(accepted)
  })
})
