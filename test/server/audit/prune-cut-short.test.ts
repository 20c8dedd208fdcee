import { describe, expect, it } from 'vitest'
import type { KyselyPlugin } from 'kysely'
import { newRootKey, type RootKey } from '../../../src/crypto/root-key.ts'
import { Audit } from '../../../src/server/audit/audit.ts'
import { startRetention } from '../../../src/server/audit/retention.ts'
import { sql } from '../../../src/server/database/sql.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { openTestAudit, someEvent } from '../../support/audit.ts'
import { engines } from '../../support/engines.ts'
import { openTestKeyRing } from '../../support/key-ring.ts'
import { until } from '../../support/until.ts'

const by = { actorKind: 'person', actorId: 'p9', actorName: 'carla' }

/** Eight events, one a second, of an audit whose pruning dies before it deletes anything. */
async function cutShort(storage: Storage) {
  const rootKey = newRootKey()
  const whole = await openTestAudit(storage, { rootKey })
  for (let day = 1; day <= 8; day += 1) {
    const event = someEvent({ action: `account.day_${day}`, objectId: `day ${day}` })
    await storage.hotTransaction((tx) => whole.appendHot(tx, [event], day * 1000))
  }
  await whole.list({})
  let transactions = 0
  const dying: Storage = Object.create(storage, {
    transaction: {
      value: async (work: Parameters<Storage['transaction']>[0]) => {
        transactions += 1
        if (transactions > 1) throw new Error('killed')
        return storage.transaction(work)
      },
    },
    db: { value: storage.db },
    engine: { value: storage.engine },
    changes: { value: storage.changes },
  })
  const keyRing = await openTestKeyRing(dying, rootKey)
  const doomed = new Audit({ storage: dying, keyRing, clock: { nowMs: () => Date.now() }, log: { warn: () => {} } })
  await expect(doomed.prune(5000, by)).rejects.toThrow('killed')
  return whole
}

/** An audit that has read the heads it verifies when something else happens, once. */
async function meeting(storage: Storage, rootKey: RootKey, event: () => Promise<unknown>): Promise<Audit> {
  let headsRead = 0
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      if (result.rows.some((row) => 'hmac' in row)) headsRead += 1
      if (headsRead === 2) {
        headsRead += 1
        await event()
      }
      return result
    },
  }
  const watched: Storage = Object.create(storage, {
    db: { value: storage.db.withPlugin(plugin) },
    engine: { value: storage.engine },
    transaction: { value: (work: Parameters<Storage['transaction']>[0]) => storage.transaction(work) },
  })
  const keyRing = await openTestKeyRing(storage, rootKey)
  return new Audit({ storage: watched, keyRing, clock: { nowMs: () => Date.now() }, log: { warn: () => {} } })
}

const countEvents = async ({ db }: Storage) => (await db.selectFrom('audit_event').select('sequence').execute()).length

describe.each(engines)('a pruning that was cut short on $name', ({ openStorage, freshPlace }) => {
  it('shows nothing that was pruned, page by page, counted or exported', async () => {
    const storage = await openStorage()
    const audit = await cutShort(storage)
    expect(await countEvents(storage)).toBeGreaterThan(8)
    const shown: string[] = []
    for (let cursor: string | undefined; ;) {
      const page = await audit.list({ action: 'account.' }, { cursor, limit: 3 })
      shown.push(...page.items.map(({ objectId }) => objectId))
      cursor = page.nextCursor
      if (cursor === undefined) break
    }
    expect(shown).toEqual(['day 8', 'day 7', 'day 6', 'day 5'])
    const counts = await audit.counts({ action: 'account.' })
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(4)
    const lines: string[] = []
    for await (const line of audit.exportFiltered({ action: 'account.' })) lines.push(line)
    expect(lines).toHaveLength(4)
    expect(await audit.verify()).toMatchObject({ whole: true, problems: [] })
  })

  it('is finished by a server that keeps everything', async () => {
    const storage = await openStorage()
    const audit = await cutShort(storage)
    const quiet = { nowMs: () => 9000 }
    const log = { warn: (detail: object) => expect(detail).toBeUndefined() }
    const stop = startRetention({ audit, clock: quiet, log, days: async () => null, firstLookMs: 1 })
    await until(
      async () =>
        (await storage.db.selectFrom('audit_event').select('sequence').where('at_ms', '<', 5000).execute()).length ===
        0,
    )
    stop()
    const left = await storage.db.selectFrom('audit_index').select('sequence').where('at_ms', '<', 5000).execute()
    expect(left).toEqual([])
    expect(await audit.verify()).toMatchObject({ whole: true, problems: [] })
  })

  it('leaves of the checkpoints before it the one that stands for what was pruned', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    for (let day = 1; day <= 8; day += 1) {
      await storage.hotTransaction((tx) => audit.appendHot(tx, [someEvent()], day * 1000))
      await audit.checkpoint()
    }
    await audit.prune(5000, by)
    const kept = await storage.db.selectFrom('audit_checkpoint').select('sequence').orderBy('sequence').execute()
    expect([...new Set(kept.map(({ sequence }) => sequence))]).toEqual([5, 6, 7, 8, 9])
    await audit.prune(7000, by)
    expect(await audit.verify()).toMatchObject({ whole: true, problems: [] })
  })

  it('raises no false alarm where another server prunes what is being looked at', async () => {
    const [rootKey, place] = [newRootKey(), await freshPlace()]
    const [storage, other] = [await openStorage({ place }), await openStorage({ place })]
    const audit = await openTestAudit(storage, { rootKey })
    const second = await meeting(other, rootKey, () => audit.prune(2500, by))
    const events = Array.from({ length: 4000 }, () => someEvent())
    for (let atMs = 1000; atMs <= 3000; atMs += 1000) {
      await storage.hotTransaction((tx) => audit.appendHot(tx, events, atMs))
    }
    expect(await second.prune(3500, by)).toBe(4000)
    expect(await audit.verify()).toMatchObject({ whole: true, problems: [] })
    const oldest = await sql<{ first: number }>`select min(at_ms) as first from audit_event`.execute(storage.db)
    expect(oldest.rows[0]?.first).toBeGreaterThan(3500)
  })
})
