import { describe, expect, it } from 'vitest'
import { engines } from '../../support/engines.ts'
import { openWorld } from './world.ts'

const accepted = { accepted: true }
const refused = (reason: string) => ({ accepted: false, reason })

describe.each(engines)('a clock that is off on $name', (engine) => {
  it('T06 accepts a code of a clock that is off by no whole period once, whatever the period', async () => {
    for (const periodSeconds of [15, 30, 60]) {
      const window = Math.ceil(59 / periodSeconds)
      const world = await openWorld(engine, { realm: { periodSeconds, windowBack: window, windowForward: window } })
      for (const offSeconds of [-59, -44, -31, -16, -7, -1, 1, 7, 16, 31, 44, 59]) {
        const name = `off${offSeconds}`
        await world.addSubject(name)
        const code = world.code(name, offSeconds / periodSeconds)
        expect(await world.judge(name, code)).toMatchObject(accepted)
        expect(await world.judge(name, code)).toMatchObject(refused('replayed'))
        world.clock.advance(1000)
        expect(await world.judge(name, code)).toMatchObject({ accepted: false })
      }
    }
  })

  it('T06 accepts a code once where a drift of no whole period is known of the clock', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const ahead = 20 + 17 / 30
    const codes = { code: world.code('ada', ahead), secondCode: world.code('ada', ahead + 1) }
    expect(await world.judge('ada', codes.code, { purpose: 'resync', secondCode: codes.secondCode })).toMatchObject(
      accepted,
    )
    for (let round = 0; round < 3; round += 1) {
      world.clock.advance(60_000)
      const code = world.code('ada', ahead)
      expect(await world.judge('ada', code)).toMatchObject(accepted)
      expect(await world.judge('ada', code)).toMatchObject(refused('replayed'))
      world.clock.advance(1000)
      expect(await world.judge('ada', code)).toMatchObject(refused('replayed'))
      expect(await world.judge('ada', world.code('ada'))).toMatchObject({ accepted: false })
    }
  })

  it('T07 resynchronises by two new consecutive codes only', async () => {
    const world = await openWorld(engine)
    await world.addSubject('ada')
    const resync = (first: number, second: number) =>
      world.judge('ada', world.code('ada', first), { purpose: 'resync', secondCode: world.code('ada', second) })
    await world.judge('ada', world.code('ada'))
    expect(await resync(-10, -9)).toMatchObject({ accepted: false })
    expect(await resync(0, 1)).toMatchObject({ accepted: false })
    expect(await resync(20, 22)).toMatchObject({ accepted: false })
    expect(await resync(20, 21)).toMatchObject(accepted)
    expect(await resync(20, 21)).toMatchObject({ accepted: false })
    for (const used of [19, 20, 21]) {
      expect(await world.judge('ada', world.code('ada', used))).toMatchObject({ accepted: false })
    }
    expect(await world.judge('ada', world.code('ada', 22))).toMatchObject(accepted)
  })
})
