import { describe, expect, it } from 'vitest'
import { createServerClock, type Moment } from '../../web/src/server/clock.ts'

const noonMs = 1_800_000_000_000

/** A browser whose two clocks tests can move apart. */
function browser() {
  const now = { steadyMs: 5000, wallMs: noonMs }
  const read = (): Moment => ({ ...now })
  return { now, read, clock: createServerClock(read) }
}

describe('T104 the clock of the page', () => {
  it('counts from the moment a request left, so that a code never outlives its step', () => {
    const { now, read, clock } = browser()
    const sentAt = read()
    now.steadyMs += 400
    now.wallMs += 400
    clock.learn(noonMs + 90_000, sentAt)
    expect(clock.nowMs()).toBe(noonMs + 90_400)
  })

  it('is not put ahead by an answer that waited for a step, nor the visitor’s clock put wrong', () => {
    const { now, read, clock } = browser()
    clock.learn(noonMs, read())
    const sentAt = read()
    now.steadyMs += 25_000
    now.wallMs += 25_000
    clock.learn(noonMs + 25_000, sentAt)
    expect([clock.nowMs(), clock.visitorAheadMs()]).toEqual([noonMs + 25_000, 0])
  })

  it('takes the time of a late answer where it would be behind without, and where it has no other', () => {
    const { now, read, clock } = browser()
    const first = read()
    now.steadyMs += 5000
    now.wallMs += 5000
    clock.learn(noonMs, first)
    expect(clock.nowMs()).toBe(noonMs + 5000)
    const second = read()
    now.steadyMs += 5000
    now.wallMs += 5000
    clock.learn(noonMs + 60_000, second)
    expect(clock.nowMs()).toBe(noonMs + 65_000)
  })

  it('does not run back when the visitor sets their clock back', () => {
    const { now, read, clock } = browser()
    clock.learn(noonMs, read())
    now.steadyMs += 10_000
    now.wallMs -= 3_600_000
    expect(clock.nowMs()).toBe(noonMs + 10_000)
  })

  it('notices the time a sleeping device missed, which its steady clock did not count', () => {
    const { now, read, clock } = browser()
    clock.learn(noonMs, read())
    now.steadyMs += 1000
    now.wallMs += 3_600_000
    expect(clock.nowMs()).toBe(noonMs + 3_600_000)
  })

  it('T105 tells how far the visitor’s clock is ahead, and nothing before an answer came', () => {
    const { read, clock } = browser()
    expect(clock.visitorAheadMs()).toBeNull()
    clock.learn(noonMs - 120_000, read())
    expect(clock.visitorAheadMs()).toBe(120_000)
  })
})
