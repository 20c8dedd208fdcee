import { describe, expect, it } from 'vitest'
import type { JudgeRequest } from '../../../src/server/subjects/judge.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { openWorld, stranger, type World, wrongCode } from './world.ts'

const accepted = { accepted: true }
const locked = { accepted: false, reason: 'locked' }

async function failuresOf({ core }: World): Promise<number> {
  const row = await core.storage.db.selectFrom('subject_state').select('unknown_failures').executeTakeFirstOrThrow()
  return row.unknown_failures
}

async function subjectOf(world: World) {
  const subject = await world.subjects.find(world.realm, 'ada')
  if (subject === null) throw new Error('ada is gone')
  return subject
}

describe.each(engines)('guesses on $name', (engine) => {
  it('law 5: count whatever the code was for', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const subject = await subjectOf(world)
    await world.core.storage.transaction((tx) =>
      world.subjects.enrolment.start(tx, world.realm, subject, { begins: { pendingForMs: 900_000 } }, byOperator),
    )
    const guess = (more: Partial<JudgeRequest>) => world.judge('ada', wrongCode(world, 'ada'), more)
    for (const purpose of ['verify', 'authenticate', 'confirm', 'resync'] as const) {
      const before = await failuresOf(world)
      const secondCode = purpose === 'resync' ? { secondCode: wrongCode(world, 'ada') } : {}
      for (const source of [stranger, null]) await guess({ purpose, source, ...secondCode })
      expect([purpose, (await failuresOf(world)) - before]).toEqual([purpose, 2])
      world.clock.advance(30_000)
    }
  })

  it('T27 law 5: a failure between them makes two codes no consecutive ones', async () => {
    const world = await openWorld(engine, { realm: { lockout: { cap: 3 } } })
    await world.addSubject('ada')
    await world.judge('ada', world.code('ada'))
    for (let i = 0; i < 3; i += 1) await world.judge('ada', wrongCode(world, 'ada'), { source: stranger })
    const next = () => {
      world.clock.advance(30_000)
      return world.judge('ada', world.code('ada'))
    }
    expect(await next()).toMatchObject(accepted)
    await world.judge('ada', wrongCode(world, 'ada'))
    expect(await next()).toMatchObject(accepted)
    expect(await world.judge('ada', world.code('ada', 1), { source: stranger })).toMatchObject(locked)
    expect(await next()).toMatchObject(accepted)
    expect(await world.judge('ada', world.code('ada', 1), { source: stranger })).toMatchObject(accepted)
  })

  it('T27 law 5: an administrator lifts what known sources failed too', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    await world.judge('ada', world.code('ada'))
    world.clock.advance(30_000)
    for (let i = 0; i < 10; i += 1) await world.judge('ada', wrongCode(world, 'ada'))
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(locked)
    const subject = await subjectOf(world)
    await world.core.storage.transaction((tx) => world.subjects.lift(tx, world.realm, subject, byOperator))
    expect(await world.judge('ada', world.code('ada'))).toMatchObject(accepted)
  })
})
