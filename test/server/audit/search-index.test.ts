import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Storage } from '../../../src/server/database/storage.ts'
import { openTestAudit, someEvent } from '../../support/audit.ts'
import { engines } from '../../support/engines.ts'

/** How often columns are made in the background, by the clock that the test moves. */
const roundMs = 1000

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

async function indexed(storage: Storage): Promise<number> {
  const { count } = await storage.db
    .selectFrom('audit_index')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

async function untilIndexed(storage: Storage, count: number): Promise<void> {
  while ((await indexed(storage)) < count) await vi.advanceTimersByTimeAsync(1)
}

describe.each(engines)('search columns made in the background on $name', ({ openStorage }) => {
  async function openBackground() {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const record = (count: number) => {
      const events = Array.from({ length: count }, () => someEvent())
      return storage.hotTransaction((tx) => audit.appendHot(tx, events, 7))
    }
    // A chain's own beginning is recorded with its first event.
    await record(1)
    await audit.actions()
    audit.start()
    return { storage, audit, record, before: await indexed(storage) }
  }

  it('leaves most of what a busy second records for a quiet one, after a quiet one too', async () => {
    const { storage, audit, record, before } = await openBackground()
    for (const [recorded, made] of [
      [3000, 1000],
      [0, 3000],
      [1500, 4000],
    ] as const) {
      if (recorded > 0) await record(recorded)
      await vi.advanceTimersByTimeAsync(roundMs)
      await untilIndexed(storage, before + made)
      // A round that had not ended would go on now; the next one waits longer.
      await vi.advanceTimersByTimeAsync(roundMs * 0.9)
      expect(await indexed(storage)).toBe(before + made)
    }
    expect((await audit.list({ action: 'account.reveal' })).items).toHaveLength(100)
    expect(await indexed(storage)).toBe(before + 4500)
  })

  it('stops in the middle of a round, and makes the rest for the next reader', async () => {
    const { storage, audit, record, before } = await openBackground()
    await record(900)
    await vi.advanceTimersByTimeAsync(roundMs)
    await untilIndexed(storage, before + 1)
    const closed = audit.close()
    // It may rest just now.
    await vi.advanceTimersByTimeAsync(roundMs)
    await closed
    expect(await indexed(storage)).toBeLessThan(before + 900)
    const counts = await audit.counts({ action: 'account.reveal' })
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(901)
  })
})
