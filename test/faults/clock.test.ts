import { describe, expect, it } from 'vitest'
import { shortfallOf } from '../../src/server/access/oidc/demand.ts'
import { isRecent } from '../../src/server/access/proofs.ts'
import { isIdle } from '../../src/server/access/sessions/limits.ts'
import { GranteeGuesses } from '../../src/server/vault/grantee-guesses.ts'
import { openWorld, stranger, wrongCode } from '../server/subjects/world.ts'
import { engines } from '../support/engines.ts'

const minuteMs = 60_000

// NTP steps clocks, virtual machines wake up, somebody types a wrong year.
describe.each(engines)('a clock that is stepped, on $name', (engine) => {
  it('T04 back into a step already used accepts nothing twice', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const first = world.code('ada')
    expect(await world.judge('ada', first)).toMatchObject({ accepted: true })
    world.clock.advance(-30_000)
    const earlier = world.code('ada')
    expect(await world.judge('ada', first), 'the same code again').toMatchObject({ accepted: false })
    expect(await world.judge('ada', earlier), 'a step below the highest').toMatchObject({ accepted: false })
    world.clock.advance(30_000)
    expect(await world.judge('ada', first), 'after the clock came back').toMatchObject({ accepted: false })
  })

  it('back by an hour makes the subject wait, never open', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    expect(await world.judge('ada', world.code('ada'))).toMatchObject({ accepted: true })
    world.clock.advance(-60 * minuteMs)
    for (let step = 0; step < 3; step += 1) {
      expect(await world.judge('ada', world.code('ada'))).toMatchObject({ accepted: false })
      world.clock.advance(30_000)
    }
    world.clock.advance(60 * minuteMs)
    expect(await world.judge('ada', world.code('ada'))).toMatchObject({ accepted: true })
  })

  it('forward by a day and back again leaves a spent step spent', async () => {
    const world = await openWorld(engine, { realm: { replay: 'once' } })
    await world.addSubject('ada')
    const now = world.code('ada')
    expect(await world.judge('ada', now)).toMatchObject({ accepted: true })
    world.clock.advance(24 * 60 * minuteMs)
    expect(await world.judge('ada', world.code('ada'))).toMatchObject({ accepted: true })
    world.clock.advance(-24 * 60 * minuteMs)
    expect(await world.judge('ada', now)).toMatchObject({ accepted: false })
  })

  it('T27 forward does not hand out a second budget of guesses', async () => {
    const world = await openWorld(engine, { realm: { lockout: { cap: 6, unknownPerStep: 200 } } })
    await world.addSubject('ada')
    const yearMs = 365 * 24 * 60 * minuteMs
    const guess = () => world.judge('ada', wrongCode(world, 'ada'), { source: stranger })
    const right = () => world.judge('ada', world.code('ada'), { source: stranger })
    for (let count = 0; count < 4; count += 1) await guess()
    world.clock.advance(yearMs)
    for (let count = 0; count < 2; count += 1) expect(await guess()).toMatchObject({ reason: 'wrong' })
    expect(await failuresOf(world)).toBe(6)
    expect(await right()).toMatchObject({ accepted: false, reason: 'locked' })
    for (const byMs of [yearMs, -2 * yearMs]) {
      world.clock.advance(byMs)
      expect(await guess()).toMatchObject({ reason: 'locked' })
      expect(await right()).toMatchObject({ accepted: false, reason: 'locked' })
    }
    expect(await failuresOf(world)).toBe(6)
  })

  it('T90 keeps the audit chain whole, whatever times it holds', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    for (const byMs of [-90 * minuteMs, 300 * minuteMs, -1]) {
      world.clock.advance(byMs)
      await world.judge('ada', world.code('ada'))
    }
    expect(await world.core.audit.verify()).toMatchObject({ problems: [] })
  })
})

// A clock that was a year ahead when somebody logged in, and was set right again.
describe('what was proven while the clock was ahead', () => {
  const nowMs = Date.UTC(2026, 0, 1)
  const aheadMs = nowMs + 365 * 24 * 60 * minuteMs
  const demand = { acrValues: [], amr: [], maxAgeSeconds: 300 }

  it('is no fresh proof until that year has come', () => {
    expect(isRecent(aheadMs, nowMs)).toBe(false)
    expect(shortfallOf({ acr: null, amr: [], authTimeMs: aheadMs }, demand, nowMs)).toBe('old')
    // Servers of one store are seconds apart: that is no reason to ask again.
    expect(isRecent(nowMs + 2000, nowMs)).toBe(true)
    expect(shortfallOf({ acr: null, amr: [], authTimeMs: nowMs + 2000 }, demand, nowMs)).toBeNull()
  })

  it('holds no session open until then', () => {
    expect(isIdle({ lastSeenAtMs: aheadMs, idleMs: 60 * minuteMs }, nowMs)).toBe(true)
    expect(isIdle({ lastSeenAtMs: nowMs + 2000, idleMs: 60 * minuteMs }, nowMs)).toBe(false)
  })

  it('makes nobody wait for it who asked for a few names', () => {
    const guesses = new GranteeGuesses()
    for (let count = 0; count < 3; count += 1) guesses.charge('grace', aheadMs)
    expect(() => guesses.charge('grace', nowMs)).not.toThrow()
  })
})

async function failuresOf({ core }: Awaited<ReturnType<typeof openWorld>>): Promise<number> {
  const row = await core.storage.db
    .selectFrom('subject_state')
    .innerJoin('subject', 'subject.id', 'subject_state.subject_id')
    .where('subject.name', '=', 'ada')
    .select('subject_state.unknown_failures')
    .executeTakeFirstOrThrow()
  return Number(row.unknown_failures)
}
