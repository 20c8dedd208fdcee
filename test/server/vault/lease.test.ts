import { describe, expect, it } from 'vitest'
import { decideLease, decideNext, type Lease, type LeaseMode, type LeaseWish } from '../../../src/server/vault/lease.ts'
import { fc } from '../../support/property.ts'

const step = 1000
const startMs = step * 30_000

function wish(actor: string, change: Partial<LeaseWish> = {}): LeaseWish {
  return {
    mode: 'exclusive',
    periodSeconds: 30,
    nowMs: startMs + 5000,
    actorId: actor,
    actorName: actor,
    minSeconds: 0,
    hasWaited: false,
    leases: [],
    ...change,
  }
}

const heldBy = (holder: string, atStep = step, atMs = atStep * 30_000 + 1): Lease => ({
  step: atStep,
  holderId: holder,
  holderName: holder,
  atMs,
})

describe('decideLease', () => {
  it('gives one holder the same step again', () => {
    const first = decideLease(wish('ana'))
    expect(first).toMatchObject({ kind: 'take', step })
    const again = decideLease(wish('ana', { leases: [heldBy('ana')] }))
    expect(again).toMatchObject({ kind: 'take', step })
  })

  it('refuses another under exclusive and says who holds it and for how long', () => {
    const decision = decideLease(wish('ben', { leases: [heldBy('ana')] }))
    expect(decision).toEqual({ kind: 'refuse', holderName: 'ana', retryAfterMs: 25_000, lease: null })
  })

  it('shows another who was first under warn, and keeps no record under off', () => {
    const leases = [heldBy('ana')]
    expect(decideLease(wish('ben', { mode: 'warn', leases }))).toMatchObject({
      kind: 'take',
      holder: { holderName: 'ana' },
      lease: null,
    })
    expect(decideLease(wish('ben', { mode: 'off', leases }))).toMatchObject({ holder: null, lease: null })
  })

  it('waits at most one period for a code that lives long enough (T104)', () => {
    const late = { nowMs: startMs + 25_000, minSeconds: 10 }
    for (const mode of ['off', 'warn', 'exclusive'] as const) {
      expect(decideLease(wish('ana', { ...late, mode }))).toMatchObject({ kind: 'wait', untilMs: startMs + 30_000 })
      expect(decideLease(wish('ana', { ...late, mode, hasWaited: true }))).toMatchObject({ kind: 'take', step })
    }
  })

  it('tells who would wait longer when their turn is, and keeps it for them', () => {
    const leases = [heldBy('ana'), heldBy('ben', step + 1, startMs)]
    const decision = decideLease(wish('eva', { minSeconds: 5, leases }))
    expect(decision).toMatchObject({
      kind: 'refuse',
      holderName: 'ana',
      retryAfterMs: 55_000,
      lease: { step: step + 2 },
    })
  })

  it('gives a promised step to who comes back a little late, however long the code was to live', () => {
    const leases = [heldBy('ben', step, startMs - 1)]
    const late = wish('ben', { leases, nowMs: startMs + 300, minSeconds: 30 })
    expect(decideLease(late)).toMatchObject({ kind: 'take', step })
  })

  it('holds nobody for longer than two minutes when periods are long', () => {
    const leases = [heldBy('ana', 1, 3600_000)]
    const long = wish('ben', { periodSeconds: 3600, nowMs: 3600_000 + 1000, minSeconds: 10, leases })
    expect(decideLease(long)).toMatchObject({ kind: 'refuse', retryAfterMs: 3599_000, lease: { step: 2 } })
  })

  it('takes a code that lives exactly as long as was wished, in every mode', () => {
    for (const mode of ['off', 'warn', 'exclusive'] as const) {
      const just = { mode, nowMs: startMs + 20_000, minSeconds: 10 }
      expect(decideLease(wish('ana', just))).toMatchObject({ kind: 'take', step })
      expect(decideLease(wish('ana', { ...just, nowMs: startMs + 20_001 }))).toMatchObject({ kind: 'wait' })
    }
  })

  it('takes what was fetched in the first millisecond of a step for fetched: it does not lapse', () => {
    const leases = [heldBy('ana', step, startMs)]
    expect(decideLease(wish('ben', { leases, nowMs: startMs + 20_000 }))).toMatchObject({ kind: 'refuse' })
    expect(decideLease(wish('ana', { leases }))).toMatchObject({ kind: 'take', lease: null })
  })

  it('reserves nothing further ahead than 120 steps', () => {
    const reserved = (count: number) => Array.from({ length: count }, (_, at) => heldBy('ana', step + at, startMs))
    const lease = (count: number) => decideLease(wish('eva', { minSeconds: 5, leases: reserved(count) })).lease
    expect(lease(120)).toMatchObject({ step: step + 120, holderId: 'eva' })
    expect(lease(121)).toBeNull()
  })

  it('frees a reserved step that nobody fetched in its first third', () => {
    const leases = [heldBy('ben', step, startMs - 1)]
    expect(decideLease(wish('eva', { leases, nowMs: startMs + 9999 })).kind).toBe('refuse')
    expect(decideLease(wish('eva', { leases, nowMs: startMs + 10_000 })).kind).toBe('take')
  })
})

describe('decideNext', () => {
  it('tells the next step in the last 10 seconds only', () => {
    expect(decideNext(wish('ana', { nowMs: startMs + 19_999 }), step)).toBeNull()
    expect(decideNext(wish('ana', { nowMs: startMs + 20_000 }), step)).toMatchObject({
      step: step + 1,
      lease: { holderId: 'ana' },
    })
  })

  it('hands the next step out for good: it does not lapse like a reservation', () => {
    const next = decideNext(wish('ana', { nowMs: startMs + 25_000 }), step)
    const leases = next?.lease ? [next.lease] : []
    const late = wish('ben', { leases, nowMs: startMs + 55_000 })
    expect(decideLease(late)).toMatchObject({ kind: 'refuse', holderName: 'ana' })
  })

  it('keeps a step that another reserved under exclusive', () => {
    const leases = [heldBy('ben', step + 1, startMs)]
    const nowMs = startMs + 25_000
    expect(decideNext(wish('ana', { nowMs, leases }), step)).toBeNull()
    expect(decideNext(wish('ana', { nowMs, leases, mode: 'warn' }), step)).toEqual({ step: step + 1, lease: null })
  })
})

describe('any sequence of wishes', () => {
  const steps = fc.array(
    fc.record({
      actor: fc.constantFrom('ana', 'ben', 'eva', 'uwe'),
      minSeconds: fc.constantFrom(0, 1, 20, 30, 120),
      pauseMs: fc.integer({ min: 0, max: 20_000 }),
    }),
    { maxLength: 60 },
  )

  it('never hands one step to two under exclusive', () => {
    fc.assert(
      fc.property(steps, (wishes) => {
        let nowMs = startMs
        let leases: Lease[] = []
        const handedOut = new Map<number, string>()
        for (const { actor, minSeconds, pauseMs } of wishes) {
          nowMs += pauseMs
          const decision = decideLease(wish(actor, { nowMs, minSeconds, leases }))
          const written = decision.lease
          if (written !== null) leases = [...leases.filter((one) => one.step !== written.step), written]
          if (decision.kind !== 'take') continue
          expect(handedOut.get(decision.step) ?? actor).toBe(actor)
          handedOut.set(decision.step, actor)
        }
      }),
    )
  })

  it('never hands out a step before it begins or after it ended', () => {
    const modes = fc.constantFrom<LeaseMode>('off', 'warn', 'exclusive')
    fc.assert(
      fc.property(
        modes,
        fc.integer({ min: 0, max: 2 ** 45 }),
        fc.integer({ min: 1, max: 86_400 }),
        (mode, nowMs, period) => {
          const decision = decideLease(wish('ana', { mode, nowMs, periodSeconds: period }))
          expect(decision).toMatchObject({ kind: 'take', step: Math.floor(nowMs / 1000 / period) })
        },
      ),
    )
  })
})
