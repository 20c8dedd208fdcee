import { describe, expect, it, vi } from 'vitest'
import * as hmac from '../../../src/otp/hmac.ts'
import type { Purpose } from '../../../src/server/subjects/decide.ts'
import type { JudgeRequest } from '../../../src/server/subjects/judge.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { openWorld, type World } from './world.ts'

vi.mock('../../../src/otp/hmac.ts', { spy: true })

/** Whoever a code may be sent for; `subject` and `realm` as a caller names them. */
const asked = {
  known: { subject: 'ada' },
  unknown: { subject: 'nobody' },
  disabled: { subject: 'off' },
  locked: { subject: 'locked' },
  'of an unknown realm': { realm: 'none', subject: 'ada' },
  'of a reserved realm': { realm: 'people', subject: 'ada' },
} satisfies Record<string, { subject: string } & Partial<JudgeRequest>>

describe.each(engines)('the work of a verdict on $name', (engine) => {
  it.each<[Purpose, number]>([
    ['verify', 3],
    ['authenticate', 3],
  ])('T40 is one window of HMACs to %s a code, whoever it is sent for', async (purpose, windowSteps) => {
    const world = await openWorld(engine)
    await addEverybody(world)
    const counts: Record<string, number> = {}
    for (const [who, { subject, ...realm }] of Object.entries(asked)) {
      vi.mocked(hmac.truncatedHmac).mockClear()
      expect(await world.judge(subject, '000000', { ...realm, purpose })).toMatchObject({ accepted: false })
      counts[who] = vi.mocked(hmac.truncatedHmac).mock.calls.length
    }
    expect(counts).toEqual(Object.fromEntries(Object.keys(asked).map((who) => [who, windowSteps])))
  })

  it('T40 is as many HMACs to resynchronise a name nobody has as one that is there', async () => {
    const world = await openWorld(engine)
    await addEverybody(world)
    const counts = new Set<number>()
    for (const { subject, ...realm } of Object.values(asked)) {
      vi.mocked(hmac.truncatedHmac).mockClear()
      await world.judge(subject, '000000', { ...realm, purpose: 'resync', secondCode: '000001' })
      counts.add(vi.mocked(hmac.truncatedHmac).mock.calls.length)
    }
    expect([...counts]).toEqual([402])
  })
})

async function addEverybody(world: World): Promise<void> {
  for (const name of ['ada', 'off', 'locked']) await world.addSubject(name)
  const off = await world.subjects.find(world.realm, 'off')
  if (off === null) throw new Error('off is gone')
  await world.core.storage.transaction((tx) =>
    world.subjects.change(tx, world.realm, off, { isEnabled: false }, byOperator),
  )
  for (let guesses = 0; guesses < 6; guesses += 1) await world.judge('locked', '000000', { source: null })
}
