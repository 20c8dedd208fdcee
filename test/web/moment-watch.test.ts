import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchMoment } from '../../web/src/codes/moment-watch.ts'
import { moment, serverClock } from '../../web/src/server/clock.ts'

const startMs = 1_800_000_000_000

describe('a watch for a moment of the server', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: startMs })
    vi.stubGlobal('addEventListener', () => {})
    vi.stubGlobal('removeEventListener', () => {})
    serverClock.learn(startMs, moment())
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  it('looks once, when the moment has come', () => {
    const seen = watching(startMs + 4000)
    vi.advanceTimersByTime(3999)
    expect(seen).toEqual([])
    vi.advanceTimersByTime(60_000)
    expect(seen).toEqual([startMs + 4000])
  })

  it('waits on when an answer has set the clock back meanwhile', () => {
    const seen = watching(startMs + 4000)
    vi.advanceTimersByTime(1000)
    serverClock.learn(startMs + 970, moment())
    vi.advanceTimersByTime(3029)
    expect(seen).toEqual([])
    vi.advanceTimersByTime(60_000)
    expect(seen).toEqual([startMs + 4000])
  })

  it('is over when it is ended', () => {
    const end = watchMoment(startMs + 4000, () => expect.unreachable())
    end()
    vi.advanceTimersByTime(60_000)
  })
})

/** The server's times at which a watch for `atMs` looked. */
function watching(atMs: number): number[] {
  const seen: number[] = []
  watchMoment(atMs, () => seen.push(serverClock.nowMs()))
  return seen
}
