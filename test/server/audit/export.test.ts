import { createSecretKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import type { Audit } from '../../../src/server/audit/audit.ts'
import { createSigner } from '../../../src/server/audit/checkpoint.ts'
import { pruneBefore } from '../../../src/server/audit/prune.ts'
import { pruneOutdated } from '../../../src/server/audit/retention.ts'
import { verifyExport } from '../../../src/server/audit/verify-export.ts'
import { openTestAudit, record, someEvent } from '../../support/audit.ts'
import { sql } from '../../../src/server/database/sql.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { engines } from '../../support/engines.ts'
import { openTestKeyRing } from '../../support/key-ring.ts'

async function exported(audit: Audit): Promise<string[]> {
  const lines: string[] = []
  for await (const line of audit.export()) lines.push(line)
  return lines
}

async function* stream(lines: readonly string[]) {
  yield* lines
}

async function drain(lines: AsyncGenerator<string>): Promise<void> {
  while ((await lines.next()).done !== true);
}

function verify(lines: readonly string[], trustedKey?: string) {
  return verifyExport(stream(lines), 5, trustedKey)
}

function fiveEvents() {
  return Array.from({ length: 5 }, (_, i) => someEvent({ objectId: `a${i}`, detail: { text: `"event": ü\n${i}` } }))
}

describe.each(engines)('an export of the audit on $name', ({ openStorage, freshPlace }) => {
  it('verifies offline, with several chains and checkpoints', async () => {
    const [rootKey, place] = [newRootKey(), await freshPlace()]
    const [storage, other] = [await openStorage({ place }), await openStorage({ place })]
    const [audit, second] = [await openTestAudit(storage, { rootKey }), await openTestAudit(other, { rootKey })]
    await record(storage, audit, fiveEvents())
    await audit.checkpoint()
    await record(other, second, fiveEvents())
    const report = await verify(await exported(audit), Buffer.from(audit.publicKey).toString('base64'))
    expect(report).toMatchObject({ whole: true, problems: [], events: storage.engine === 'sqlite' ? 11 : 12 })
    expect(report.lastCheckpointAtMs).not.toBeNull()
  })

  it('T90 shows each event that was edited or deleted, the first and the last too, and a cut end', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await record(storage, audit, fiveEvents())
    const lines = await exported(audit)
    const events = lines.flatMap((line, index) => (line.startsWith('{"kind":"event"') ? [index] : []))
    expect(events).toHaveLength(6)
    for (const index of events) {
      const deleted = await verify(lines.toSpliced(index, 1))
      expect(deleted.problems.join(), `line ${index}`).toContain('missing')
      const edited = await verify(
        lines.with(index, (lines[index] ?? '').replace('"outcome":"done"', '"outcome":"denied"')),
      )
      expect(edited.problems.join(), `line ${index}`).toContain('altered')
    }
    expect((await verify(lines.slice(0, -1))).problems).toEqual([expect.stringContaining('cut off')])
    expect((await verify(lines.slice(0, -3))).whole).toBe(false)
  })

  it('is not believed when another key signed it', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await record(storage, audit, fiveEvents())
    const stranger = await openTestAudit(await openStorage())
    const trusted = Buffer.from(stranger.publicKey).toString('base64')
    const report = await verify(await exported(audit), trusted)
    expect(report.problems.join()).toContain('another key')
  })

  it('that is no export is refused with a sentence', async () => {
    await expect(verify([])).rejects.toThrow('it is empty')
    await expect(verify(['hello'])).rejects.toMatchObject({ code: 'audit_export_unreadable' })
    await expect(verify(['{"kind":"other"}'])).rejects.toThrow('first line')
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await record(storage, audit, fiveEvents())
    const [header = '', ...lines] = await exported(audit)
    const newer = header.replace(/"version":(\d+)/, '"version":9$1')
    await expect(verify([newer, ...lines])).rejects.toThrow('is unknown')
    const withoutBeginning = lines.filter((line) => !line.startsWith('{"kind":"chain"'))
    expect(withoutBeginning).not.toEqual(lines)
    await expect(verify([header, ...withoutBeginning])).rejects.toThrow('has no beginning')
  })
})

describe.each(engines)('pruning the audit on $name', ({ openStorage, freshPlace }) => {
  const by = { actorKind: 'person', actorId: 'p9', actorName: 'carla' }

  it('T93 leaves what verifies, and records itself; reading prunes nothing', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    for (let day = 1; day <= 8; day += 1) {
      await storage.hotTransaction((tx) => audit.appendHot(tx, [someEvent({ objectId: `day ${day}` })], day * 1000))
    }
    expect((await audit.list({})).items).toHaveLength(9)
    expect(await audit.prune(5000, by)).toBe(5)
    expect(await audit.verify()).toMatchObject({ whole: true, problems: [] })
    const { items } = await audit.list({})
    expect(items.map(({ objectId }) => objectId).filter((id) => id.startsWith('day'))).toEqual([
      'day 8',
      'day 7',
      'day 6',
      'day 5',
    ])
    const [act] = (await audit.list({ action: 'audit.prune' })).items
    expect(act).toMatchObject({ actorId: 'p9', detail: { count: 5, upTo: 5, beforeMs: 5000 } })
    expect(await audit.prune(5000, by)).toBe(0)
    expect((await verify(await exported(audit))).problems).toEqual([])
  })

  it('T93 takes of each server only what is old of its own', async () => {
    const [rootKey, place] = [newRootKey(), await freshPlace()]
    const [storage, other] = [await openStorage({ place }), await openStorage({ place })]
    const [old, young] = [await openTestAudit(storage, { rootKey }), await openTestAudit(other, { rootKey })]
    const append = async (objectId: string, atMs: number, audit: Audit, at: Storage) =>
      at.hotTransaction((tx) => audit.appendHot(tx, [someEvent({ objectId })], atMs))
    for (const second of [1, 2, 3, 4]) await append(`old ${second}`, second * 1000, old, storage)
    for (const second of [6, 7, 8, 9]) await append(`young ${second}`, second * 1000, young, other)
    await append('old 9', 9000, old, storage)
    expect(await old.prune(5000, by)).toBe(5)
    expect(await young.verify()).toMatchObject({ whole: true, problems: [] })
    const kept = (await young.list({})).items.map(({ objectId }) => objectId).filter((id) => /^(old|young) /.test(id))
    expect(kept.toSorted()).toEqual(['old 9', 'young 6', 'young 7', 'young 8', 'young 9'])
    expect((await verify(await exported(young))).problems).toEqual([])
  })

  it('keeps what the setting says, and everything without one', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const dayMs = 86_400_000
    for (const day of [1, 2, 3, 4]) {
      await storage.hotTransaction((tx) => audit.appendHot(tx, [someEvent({ objectId: `${day}` })], day * dayMs))
    }
    const clock = { nowMs: () => 5 * dayMs }
    expect(await pruneOutdated({ audit, clock, days: async () => null })).toBe(0)
    expect(await pruneOutdated({ audit, clock, days: async () => 2 })).toBe(3)
    const { items } = await audit.list({ action: 'account.' })
    expect(items.map(({ objectId }) => objectId)).toEqual(['4', '3'])
  })

  it('is not believed without its signed checkpoint', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    for (let day = 1; day <= 4; day += 1) {
      await storage.hotTransaction((tx) => audit.appendHot(tx, [someEvent()], day * 1000))
    }
    await audit.prune(3000, by)
    await storage.transaction((tx) => tx.deleteFrom('audit_checkpoint').execute())
    expect((await audit.verify()).problems).toEqual([expect.stringContaining('no signed checkpoint')])
  })

  it.each([
    ['an event was altered', `update audit_event set body = replace(body, 'done', 'denied') where sequence = 3`],
    ['an event was deleted', 'delete from audit_event where sequence = 3'],
    ['the head was altered', 'update audit_chain set pruned_sequence = 1'],
  ])('T93 keeps everything when %s, so that it stays broken', async (_what, statement) => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    for (let day = 1; day <= 6; day += 1) {
      await storage.hotTransaction((tx) => audit.appendHot(tx, [someEvent()], day * 1000))
    }
    await storage.transaction((tx) => sql.raw(statement).execute(tx))
    const before = await exported(audit)
    await expect(audit.prune(6000, by)).rejects.toMatchObject({ code: 'audit_prune_broken' })
    await expect(audit.prune(Date.now() + 60_000, by)).rejects.toMatchObject({ code: 'audit_prune_future' })
    expect((await audit.verify()).whole).toBe(false)
    const events = (lines: readonly string[]) => lines.filter((line) => line.startsWith('{"kind":"event"'))
    expect(events(await exported(audit))).toEqual(events(before))
  })

  it('T94 removes many events in transactions of bounded size', async () => {
    const storage = await openStorage()
    const sizes: number[] = []
    const count = async () => (await storage.db.selectFrom('audit_event').select('sequence').execute()).length
    const watched: Storage = Object.create(storage, {
      transaction: {
        value: async (work: Parameters<Storage['transaction']>[0]) => {
          const before = await count()
          const result = await storage.transaction(work)
          sizes.push(before - (await count()))
          return result
        },
      },
      db: { value: storage.db },
      engine: { value: storage.engine },
    })
    const rootKey = newRootKey()
    const audit = await openTestAudit(storage, { rootKey })
    const events = Array.from({ length: 3000 }, () => someEvent())
    for (let batch = 0; batch < 4; batch += 1) {
      await storage.hotTransaction((tx) => audit.appendHot(tx, events, 1))
    }
    const signer = createSigner(new Uint8Array(32).fill(7))
    const { id } = await storage.db.selectFrom('audit_chain').select('id').executeTakeFirstOrThrow()
    const headKey = createSecretKey((await openTestKeyRing(storage, rootKey)).deriveKey('audit head'))
    const pruning = { storage: watched, headKey, signer, chain: { id, headKey }, nowMs: 9, by }
    expect(await pruneBefore(pruning, 5)).toBe(12_001)
    expect(Math.max(...sizes)).toBe(5000)
  })

  it('a check that meets a pruning raises no false alarm, and an export that does says that it is not whole', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const by = { actorKind: 'operator', actorId: 'test', actorName: 'test' }
    const events = Array.from({ length: 5000 }, () => someEvent())
    await storage.hotTransaction((tx) => audit.appendHot(tx, events, 1000))
    const lines = audit.export()
    for (let line = 0; line < 100; line += 1) await lines.next()
    const [report] = await Promise.all([audit.verify(), audit.prune(5000, by)])
    expect(report).toMatchObject({ whole: true, problems: [] })
    await expect(drain(lines)).rejects.toMatchObject({ code: 'audit_pruned_meanwhile' })
    expect(await audit.verify()).toMatchObject({ whole: true, problems: [] })
  })
})
