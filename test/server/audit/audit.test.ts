import { describe, expect, it } from 'vitest'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import type { Audit } from '../../../src/server/audit/audit.ts'
import { type Checkpoint, isGenuine } from '../../../src/server/audit/checkpoint.ts'
import { linkHash } from '../../../src/server/audit/link.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { openTestAudit, record, someEvent } from '../../support/audit.ts'
import { engines } from '../../support/engines.ts'

function manyEvents(count: number) {
  return Array.from({ length: count }, (_, index) => someEvent({ objectId: `a${index}` }))
}

async function audited(storage: Storage, audit: Audit, count = 9): Promise<void> {
  await record(storage, audit, manyEvents(count))
  expect(await audit.verify()).toMatchObject({ whole: true, problems: [] })
}

async function lastSequence(storage: Storage): Promise<number> {
  const { sequence } = await storage.db.selectFrom('audit_chain').select('sequence').executeTakeFirstOrThrow()
  return sequence
}

describe.each(engines)('the audit on $name', ({ openStorage, freshPlace }) => {
  it('keeps what happened, newest first, and verifies', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audited(storage, audit, 3)
    const { items } = await audit.list({ action: 'account.reveal' })
    expect(items.map(({ objectId }) => objectId)).toEqual(['a2', 'a1', 'a0'])
    expect(items[0]).toMatchObject({ actorName: 'anna', outcome: 'done', sequence: 4 })
  })

  it('checks once for everybody who asks meanwhile, and never what was there before they asked', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await record(storage, audit, manyEvents(3))
    const underWay = audit.verify()
    await new Promise((resolve) => setImmediate(resolve))
    await record(storage, audit, manyEvents(2))
    const later = await Promise.all(Array.from({ length: 20 }, () => audit.verify()))
    expect(new Set(later).size).toBe(1)
    expect(later[0]).toMatchObject({ whole: true, events: 6 })
    expect(later[0]).not.toBe(await underWay)
  })

  it('law 3: an event and its effect are there together or not at all', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audited(storage, audit, 1)
    const failing = storage.transaction(async (tx) => {
      await audit.append(tx, [someEvent({ objectId: 'never' })])
      throw new Error('the effect failed')
    })
    await expect(failing).rejects.toThrow('the effect failed')
    expect((await audit.list({ object: 'never' })).items).toEqual([])
    expect((await audit.verify()).whole).toBe(true)
  })

  it('T91 lets nothing happen when the event cannot be written', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audited(storage, audit, 1)
    await storage.transaction((tx) => tx.updateTable('audit_chain').set({ sequence: 77 }).execute())
    const effect = storage.transaction(async (tx) => {
      await tx.insertInto('setting').values({ key: 'effect', value: '1', updated_at_ms: 1 }).execute()
      await audit.append(tx, [someEvent()])
    })
    await expect(effect).rejects.toMatchObject({ code: 'audit_head_forged' })
    const batch = storage.hotTransaction((tx) => audit.appendHot(tx, [someEvent()], 1))
    await expect(batch).rejects.toMatchObject({ code: 'audit_head_forged' })
    expect(await storage.db.selectFrom('setting').selectAll().execute()).toEqual([])
  })

  it.each([
    ['first', () => 1],
    ['middle', (last: number) => Math.floor(last / 2)],
    ['last', (last: number) => last],
  ])('T90 finds the %s event edited or deleted', async (_name, choose) => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audited(storage, audit)
    const sequence = choose(await lastSequence(storage))
    const kept = await storage.db
      .selectFrom('audit_event')
      .selectAll()
      .where('sequence', '=', sequence)
      .executeTakeFirstOrThrow()

    const edited = kept.body.replace('watchword', 'somebody').replace('anna', 'berta')
    expect(edited).not.toBe(kept.body)
    const edit = (body: string) =>
      storage.transaction((tx) =>
        tx.updateTable('audit_event').set({ body }).where('sequence', '=', sequence).execute(),
      )
    await edit(edited)
    expect((await audit.verify()).problems.join()).toContain(`event ${sequence} was altered`)
    await edit(kept.body)
    expect((await audit.verify()).whole).toBe(true)

    await storage.transaction((tx) => tx.deleteFrom('audit_event').where('sequence', '=', sequence).execute())
    expect((await audit.verify()).problems).toEqual([expect.stringContaining(`event ${sequence} is missing`)])
  })

  it('T90 finds the last event edited with its hash made to fit', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audited(storage, audit)
    const last = await lastSequence(storage)
    const rows = await storage.db.selectFrom('audit_event').selectAll().orderBy('sequence', 'desc').limit(2).execute()
    const body = rows[0]?.body.replace('anna', 'berta') ?? ''
    const hash = Buffer.from(linkHash(Buffer.from(rows[1]?.hash ?? []).toString('hex'), body), 'hex')
    await storage.transaction((tx) =>
      tx.updateTable('audit_event').set({ body, hash }).where('sequence', '=', last).execute(),
    )
    expect((await audit.verify()).problems).toEqual([expect.stringContaining(`last event, ${last}, was altered`)])
  })

  it('T90 finds an event whose row tells another time than the event itself', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audited(storage, audit)
    const sequence = await lastSequence(storage)
    await storage.transaction((tx) =>
      tx
        .updateTable('audit_event')
        .set((row) => ({ at_ms: row('at_ms', '+', 1) }))
        .where('sequence', '=', sequence)
        .execute(),
    )
    expect((await audit.verify()).problems).toEqual([expect.stringContaining(`event ${sequence} tells another place`)])
  })

  it('T90 finds a head that was rolled back, with and without its events', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audited(storage, audit)
    const earlier = await storage.db.selectFrom('audit_chain').selectAll().executeTakeFirstOrThrow()
    await audited(storage, audit)
    await audit.checkpoint()
    await storage.transaction((tx) => tx.updateTable('audit_chain').set(earlier).execute())
    expect((await audit.verify()).problems.join()).toContain('the head stands at event')
    await storage.transaction((tx) => tx.deleteFrom('audit_event').where('sequence', '>', earlier.sequence).execute())
    const { problems } = await audit.verify()
    expect(problems.join()).toContain('a signed checkpoint knows event')
  })

  it('T90 finds a head or a checkpoint that somebody else wrote', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audited(storage, audit)
    await audit.checkpoint()
    await storage.transaction((tx) => tx.updateTable('audit_checkpoint').set({ sequence: 2 }).execute())
    expect((await audit.verify()).problems).toEqual([expect.stringContaining('was not signed by us')])
    await storage.transaction((tx) =>
      tx
        .updateTable('audit_chain')
        .set({ hmac: new Uint8Array(32) })
        .execute(),
    )
    expect((await audit.verify()).problems.join()).toContain('its head was altered')
  })

  it('lets two servers write at once without losing or mixing events', async () => {
    const [rootKey, place] = [newRootKey(), await freshPlace()]
    const servers = await Promise.all([openStorage({ place }), openStorage({ place })])
    const audits = [await openTestAudit(servers[0], { rootKey }), await openTestAudit(servers[1], { rootKey })]
    const writes = Array.from({ length: 40 }, async (_, index) => {
      const [storage, audit] = [servers[index % 2] as Storage, audits[index % 2] as Audit]
      if (index % 3 > 0) await storage.transaction((tx) => audit.append(tx, manyEvents(2)))
      else await storage.hotTransaction((tx) => audit.appendHot(tx, manyEvents(2), 1000 + index))
    })
    await Promise.all(writes)
    const report = await (audits[0] as Audit).verify()
    expect(report.problems).toEqual([])
    const { items } = await (audits[1] as Audit).list({ action: 'account.reveal' }, { limit: 500 })
    expect(items).toHaveLength(80)
  })

  it('T90 notices a chain that vanished whole while a checkpoint of it is left', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audited(storage, audit)
    await audit.checkpoint()
    await storage.transaction(async (tx) => {
      await tx.deleteFrom('audit_event').execute()
      await tx.deleteFrom('audit_chain').execute()
    })
    expect((await audit.verify()).problems.join()).toContain('its head is missing')
  })

  it('writes a checkpoint once for what it covers', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await audit.checkpoint()
    await audited(storage, audit, 2)
    await audit.checkpoint()
    await audit.checkpoint()
    const checkpoints = await storage.db.selectFrom('audit_checkpoint').select('sequence').execute()
    expect(checkpoints).toEqual([{ sequence: 3 }])
    expect((await audit.verify()).lastCheckpointAtMs).not.toBeNull()
  })

  it('hands each checkpoint on in the transaction that keeps it', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const sent: Checkpoint[] = []
    audit.sendCheckpoints(async (tx, checkpoint) => {
      expect(await tx.selectFrom('audit_checkpoint').selectAll().execute()).toHaveLength(1)
      sent.push(checkpoint)
    })
    await audited(storage, audit, 2)
    await audit.checkpoint()
    expect(sent).toMatchObject([{ sequence: 3 }])
    expect(sent.every((checkpoint) => isGenuine(checkpoint, audit.publicKey))).toBe(true)
  })

  it('keeps a chain of a known text, so that it can be checked by hand', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage, { clock: { nowMs: () => 59_000 } })
    await record(storage, audit, [someEvent({ detail: { reason: 'on call', minutes: 5 } })])
    const { body } = await storage.db
      .selectFrom('audit_event')
      .select('body')
      .where('sequence', '=', 2)
      .executeTakeFirstOrThrow()
    const { id } = await storage.db.selectFrom('audit_chain').select('id').executeTakeFirstOrThrow()
    expect(body).toBe(
      `{"chain":"${id}","sequence":2,"atMs":59000,"action":"account.reveal","actorKind":"person","actorId":"p1",` +
        '"actorName":"anna","objectKind":"account","objectId":"a1","outcome":"done",' +
        '"detail":{"reason":"on call","minutes":5}}',
    )
  })

  it('keeps names of nobody as keyed hashes', async () => {
    const storage = await openStorage()
    const [one, other] = [await openTestAudit(storage), await openTestAudit(await openStorage())]
    expect(one.unknownName('my passphrase')).toMatch(/^unknown:[0-9a-f]{24}$/)
    expect(one.unknownName('my passphrase')).toBe(one.unknownName('my passphrase'))
    expect(one.unknownName('my passphrase')).not.toBe(other.unknownName('my passphrase'))
  })

  it('T71 outlives whom it speaks of', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await storage.transaction(async (tx) => {
      await tx
        .insertInto('group')
        .values({ id: 'g1', name: 'g', source: 'local', role: 'member', may_add_accounts: 0, created_at_ms: 1 })
        .execute()
      await audit.append(tx, [someEvent({ action: 'group.create', objectKind: 'group', objectId: 'g1' })])
    })
    await storage.transaction(async (tx) => {
      await tx.deleteFrom('group').execute()
      await audit.append(tx, [someEvent({ action: 'group.delete', objectKind: 'group', objectId: 'g1' })])
    })
    const { items } = await audit.list({ object: 'g1' })
    expect(items.map(({ action }) => action)).toEqual(['group.delete', 'group.create'])
  })
})

describe.each(engines.filter(({ name }) => name === 'postgres'))('chains of several servers on $name', (engine) => {
  it('T90 know each other, so that one that vanished whole is missed', async () => {
    const [rootKey, place] = [newRootKey(), await engine.freshPlace()]
    const storage = await engine.openStorage({ place })
    await audited(storage, await openTestAudit(storage, { rootKey }))
    const { id } = await storage.db.selectFrom('audit_chain').select('id').executeTakeFirstOrThrow()
    const next = await openTestAudit(await engine.openStorage({ place }), { rootKey })
    await audited(storage, next)
    await storage.transaction(async (tx) => {
      await tx.deleteFrom('audit_event').where('chain_id', '=', id).execute()
      await tx.deleteFrom('audit_chain').where('id', '=', id).execute()
    })
    expect((await next.verify()).problems).toEqual([expect.stringContaining(`Chain ${id}: the start of chain`)])
  })
})
