import { describe, expect, it } from 'vitest'
import type { Tx } from '../../../src/server/database/storage.ts'
import type { AuditFilter } from '../../../src/server/audit/search.ts'
import { openTestAudit, someEvent } from '../../support/audit.ts'
import { engines } from '../../support/engines.ts'

const dayMs = 86_400_000

/** Six events, one a day, told apart by their object. */
async function sixDays(storage: Awaited<ReturnType<(typeof engines)[number]['openStorage']>>) {
  const audit = await openTestAudit(storage)
  const events = [
    someEvent({ objectId: '0', actorId: 'anna' }),
    someEvent({ objectId: '1', actorId: 'berta', outcome: 'denied' }),
    someEvent({ objectId: '2', action: 'account.update', actorId: 'anna' }),
    someEvent({ objectId: '3', action: 'accounting.close', actorId: 'anna' }),
    someEvent({ objectId: '4', action: 'subject.verify', realmId: 'r1', outcome: 'accepted' }),
    someEvent({ objectId: '5', action: 'subject.verify', realmId: 'r2', outcome: 'refused' }),
  ]
  for (const [index, event] of events.entries()) {
    await storage.hotTransaction((tx) => audit.appendHot(tx, [event], index * dayMs))
  }
  return audit
}

describe.each(engines)('searching the audit on $name', ({ openStorage }) => {
  it.each<[AuditFilter, string]>([
    [{ actor: 'anna' }, '320'],
    [{ action: 'account.reveal' }, '10'],
    [{ action: 'account.' }, '210'],
    [{ object: '3' }, '3'],
    [{ realm: 'r1' }, '4'],
    [{ outcome: 'refused' }, '5'],
    [{ afterMs: 2 * dayMs, beforeMs: 4 * dayMs }, '32'],
    [{ actor: 'anna', action: 'account.', afterMs: dayMs }, '2'],
    [{ actor: "nobody' or 1=1 --" }, ''],
  ])('finds by %o', async (filter, objects) => {
    const audit = await sixDays(await openStorage())
    const { items } = await audit.list({ ...filter })
    const shown = items.filter(({ action }) => action !== 'audit.chain_start')
    expect(shown.map(({ objectId }) => objectId).join('')).toBe(objects)
  })

  it('lists an event whose words no database can hold, and what comes after it', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const events = [
      someEvent({ objectId: 'half \ud800' }),
      someEvent({ objectId: 'nul \0' }),
      someEvent({ objectId: 'later' }),
    ]
    await storage.hotTransaction((tx) => audit.appendHot(tx, events, 7))
    const { items } = await audit.list({ action: 'account.reveal' })
    expect(items.map(({ objectId }) => objectId)).toEqual(['later', 'nul \uFFFD', 'half \uFFFD'])
    expect(await audit.verify()).toMatchObject({ whole: true })
  })

  it.each([`{"action":"account.reveal","objectId":"\\ud800"}`, 'no event at all'])(
    'lists what follows an event that was changed to %s',
    async (body) => {
      const storage = await openStorage()
      const audit = await openTestAudit(storage)
      await storage.hotTransaction((tx) => audit.appendHot(tx, [someEvent({ objectId: 'changed' })], 7))
      await storage.transaction((tx) =>
        tx.updateTable('audit_event').set({ body }).where('body', 'like', '%"changed"%').execute(),
      )
      await storage.hotTransaction((tx) => audit.appendHot(tx, [someEvent({ objectId: 'later' })], 8))
      const { items } = await audit.list({ object: 'later' })
      expect(items).toHaveLength(1)
      expect(await audit.verify()).toMatchObject({ whole: false })
    },
  )

  it('finds what somebody or something did or suffered that is deleted, by its name', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const leaver = { actorId: 'p-7', actorName: 'le%v_er' }
    const named = { objectKind: 'person', objectId: 'p-7', objectName: 'le%v_er' }
    const events = [
      someEvent({ ...leaver, objectId: 'x' }),
      someEvent({ ...named, action: 'person.delete' }),
      someEvent({ ...named, action: 'person.delete', objectId: 'p-8', objectName: 'leavXer' }),
      someEvent({ action: 'realm.delete', objectKind: 'realm', objectId: 'r-9', objectName: 'gone', realmId: 'r-9' }),
    ]
    await storage.hotTransaction((tx) => audit.appendHot(tx, events, 7))
    const found = async (filter: AuditFilter) => (await audit.list(filter)).items.map(({ objectId }) => objectId)
    expect(await found({ actor: 'le%v_er' })).toEqual(['x'])
    expect(await found({ object: 'le%v_er' })).toEqual(['p-7'])
    expect(await found({ realm: 'gone' })).toEqual(['r-9'])
  })

  it('finds what every token of one name did', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const events = ['t-1', 't-2'].flatMap((objectId) => [
      someEvent({ actorId: objectId, objectId: `by ${objectId}` }),
      someEvent({ action: 'token.delete', objectKind: 'token', objectId, objectName: 'ci' }),
    ])
    await storage.hotTransaction((tx) => audit.appendHot(tx, events, 7))
    const { items } = await audit.list({ actor: 'ci' })
    expect(items.map(({ objectId }) => objectId)).toEqual(['by t-2', 'by t-1'])
  })

  it.each([
    ['deleted', (tx: Tx) => tx.deleteFrom('audit_index').where('object_id', '=', '2').execute()],
    [
      'changed',
      (tx: Tx) => tx.updateTable('audit_index').set({ actor_id: 'nobody' }).where('object_id', '=', '2').execute(),
    ],
  ])('T90 tells when search columns were %s, and lists the event again', async (_how, spoil) => {
    const storage = await openStorage()
    const audit = await sixDays(storage)
    await audit.list({})
    await storage.transaction(async (tx) => void (await spoil(tx)))
    const told = await audit.verify()
    expect(told).toMatchObject({ whole: false, problems: [expect.stringContaining('1 event was hidden from lists')] })
    expect((await audit.list({ actor: 'anna', object: '2' })).items).toHaveLength(1)
    expect(await audit.verify()).toMatchObject({ whole: true, problems: [] })
  })

  it('finds an object by the name people know it by', async () => {
    const storage = await openStorage()
    const audit = await sixDays(storage)
    const group = { id: '2', name: 'platform', source: 'local', role: 'member', may_add_accounts: 0, created_at_ms: 0 }
    await storage.transaction((tx) => tx.insertInto('group').values(group).execute())
    const { items } = await audit.list({ object: 'platform' })
    expect(items.map(({ objectId }) => objectId)).toEqual(['2'])
  })

  it('shows each event once, page after page, while new ones arrive', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const add = (from: number, count: number) =>
      storage.hotTransaction((tx) =>
        audit.appendHot(
          tx,
          Array.from({ length: count }, (_, i) => someEvent({ objectId: `${from + i}` })),
          7,
        ),
      )
    await add(0, 25)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await audit.list({ action: 'account.reveal' }, { cursor, limit: 10 })
      seen.push(...page.items.map(({ objectId }) => objectId))
      cursor = page.nextCursor
      await add(100 + seen.length, 1)
    } while (cursor !== undefined)
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `${24 - i}`))
  })

  it('counts by day and action', async () => {
    const audit = await sixDays(await openStorage())
    expect(await audit.counts({ action: 'subject.verify' })).toEqual([
      { day: '1970-01-06', action: 'subject.verify', count: 1 },
      { day: '1970-01-05', action: 'subject.verify', count: 1 },
    ])
  })

  it.each(['', 'x', Buffer.from('[1]').toString('base64url'), Buffer.from('["a","b","c"]').toString('base64url')])(
    'refuses %j as a cursor',
    async (cursor) => {
      const audit = await openTestAudit(await openStorage())
      await expect(audit.list({}, { cursor })).rejects.toMatchObject({ code: 'audit_cursor_invalid' })
    },
  )

  it('is made ready in the background, before anybody reads', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    await storage.hotTransaction((tx) => audit.appendHot(tx, [someEvent()], 1))
    const indexed = () => storage.db.selectFrom('audit_index').select('action').execute()
    await expect.poll(indexed).toHaveLength(2)
  })

  it('finds people, tokens and realms by their names', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const times = { created_at_ms: 1, updated_at_ms: 1 }
    await storage.transaction(async (tx) => {
      await tx
        .insertInto('person')
        .values({
          id: 'p7',
          username: 'Anna',
          username_key: 'anna',
          display_name: '',
          email: '',
          source: 'local',
          oidc_issuer: null,
          oidc_subject: null,
          role: 'member',
          disabled: 0,
          passphrase_hash: null,
          legacy_passphrase: null,
          preferences: '{}',
          last_seen_at_ms: null,
          ...times,
        })
        .execute()
      await audit.append(tx, [someEvent({ actorId: 'p7' }), someEvent({ actorId: 'p8' })])
    })
    expect((await audit.list({ actor: 'ANNA' })).items).toMatchObject([{ actorId: 'p7' }])
    expect((await audit.list({ actor: 'p8' })).items).toHaveLength(1)
  })

  it('catches up on everything that was recorded, in small pieces', async () => {
    const storage = await openStorage()
    const audit = await openTestAudit(storage)
    const events = Array.from({ length: 700 }, (_, i) => someEvent({ objectId: `${i}` }))
    for (let batch = 0; batch < 4; batch += 1) {
      await storage.hotTransaction((tx) => audit.appendHot(tx, events, batch))
    }
    const [first, again] = await Promise.all([audit.list({ object: '5' }), audit.list({ object: '699' })])
    expect([first.items.length, again.items.length]).toEqual([4, 4])
  })
})
