import { sql } from 'kysely'
import pg from 'pg'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { connectionConfig, readablePool } from '../../../src/server/database/postgres-pool.ts'
import { changesKeptMs } from '../../../src/server/database/change-log.ts'
import { isDuplicate } from '../../../src/server/database/conflict.ts'
import type { Change, Storage, Tx } from '../../../src/server/database/storage.ts'
import { engines } from '../../support/engines.ts'

function putSetting(tx: Tx, key: string, value: string) {
  return tx.insertInto('setting').values({ key, value, updated_at_ms: 5 }).execute()
}

async function settingKeys(storage: Storage): Promise<string[]> {
  const rows = await storage.db.selectFrom('setting').select('key').orderBy('key').execute()
  return rows.map(({ key }) => key)
}

describe.each(engines)('storage on $name', ({ name, openStorage, freshPlace }) => {
  it('keeps what a transaction wrote and nothing of one that failed', async () => {
    const storage = await openStorage()
    await storage.transaction((tx) => putSetting(tx, 'kept', '1'))
    const failing = storage.transaction(async (tx) => {
      await putSetting(tx, 'lost', '1')
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await settingKeys(storage)).toEqual(['kept'])
  })

  it('answers whole numbers as numbers and bytes as plain bytes', async () => {
    const storage = await openStorage()
    await storage.transaction((tx) =>
      tx
        .insertInto('data_key')
        .values({
          id: 'k',
          purpose: 'vault',
          owner_id: null,
          sealed_key: new Uint8Array([0, 255, 7]),
          root_key_id: 'r',
          created_at_ms: Number.MAX_SAFE_INTEGER,
          retired_at_ms: null,
        })
        .execute(),
    )
    const row = await storage.db.selectFrom('data_key').selectAll().executeTakeFirstOrThrow()
    expect(row.created_at_ms).toBe(Number.MAX_SAFE_INTEGER)
    expect(row.sealed_key).toEqual(new Uint8Array([0, 255, 7]))
    const { count } = await storage.db
      .selectFrom('data_key')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    expect(count).toBe(1)
  })

  it('knows the capitals of every script, so that a search finds them', async () => {
    const storage = await openStorage()
    const { rows } = await sql`select lower('ÄRZTE Übung ЖЗ 7') as word, lower(null) as no_word`.execute(storage.db)
    expect(rows).toEqual([{ word: 'ärzte übung жз 7', no_word: null }])
  })

  it('refuses to write outside a transaction', async () => {
    const storage = await openStorage()
    const writing = storage.db.insertInto('setting').values({ key: 'a', value: 'b', updated_at_ms: 1 }).execute()
    await expect(writing).rejects.toThrow(/read-?only/)
  })

  it('runs a batch on prepared statements and rolls it back as a whole', async () => {
    const storage = await openStorage()
    const insert =
      name === 'sqlite' ? 'insert into setting values (?, ?, ?)' : 'insert into setting values ($1, $2, $3)'
    const changed = await storage.hotTransaction(async (tx) => {
      const first = await tx.run(insert, ['a', '1', 1])
      const second = await tx.run(insert, ['b', '2', 2])
      return first + second
    })
    expect(changed).toBe(2)
    const failing = storage.hotTransaction(async (tx) => {
      await tx.run(insert, ['c', '3', 3])
      await tx.run(insert, ['a', 'again', 3])
    })
    expect(isDuplicate(await failing.catch((error: unknown) => error))).toBe(true)
    const rows = await storage.hotTransaction((tx) => tx.all('select "key" from setting order by "key"', []))
    expect(rows).toEqual([{ key: 'a' }, { key: 'b' }])
  })

  it('runs one statement for many rows, all of them or none', async () => {
    const storage = await openStorage()
    const insert =
      name === 'sqlite' ? 'insert into setting values (?, ?, ?)' : 'insert into setting values ($1, $2, $3)'
    await storage.hotTransaction(async (tx) => {
      await tx.runEach(insert, [])
      await tx.runEach(insert, [
        ['a', '1', 1],
        ['b', '2', 2],
      ])
    })
    const failing = storage.hotTransaction(async (tx) => {
      await tx.runEach(insert, [
        ['c', '3', 3],
        ['a', 'again', 3],
        ['d', '4', 4],
      ])
    })
    expect(isDuplicate(await failing.catch((error: unknown) => error))).toBe(true)
    expect(await settingKeys(storage)).toEqual(['a', 'b'])
  })

  it('asks outside of any transaction what transactions and batches have committed', async () => {
    const storage = await openStorage()
    const question = `select "key" from setting where "key" <> ${name === 'sqlite' ? '?' : '$1'} order by "key"`
    await storage.transaction((tx) => putSetting(tx, 'a', '1'))
    expect(await storage.readHot(question, ['z'])).toEqual([{ key: 'a' }])
    await storage.hotTransaction((tx) => tx.run(`insert into setting values ('b', '2', 2)`, []))
    await storage.transaction((tx) => putSetting(tx, 'c', '3'))
    expect(await storage.readHot(question, ['a'])).toEqual([{ key: 'b' }, { key: 'c' }])
  })

  it('sees nothing of a batch under way in between', async () => {
    const storage = await openStorage()
    const written = Promise.withResolvers<void>()
    const batch = storage.hotTransaction(async (tx) => {
      await tx.run(`insert into setting values ('b', '2', 2)`, [])
      written.resolve()
      await delay(20)
      throw new Error('the batch failed')
    })
    await written.promise
    const asked = storage.readHot('select "key" from setting', [])
    await expect(batch).rejects.toThrow('the batch failed')
    expect(await asked).toEqual([])
  })

  it('law 7: lets no statement of a batch run after the batch has failed', async () => {
    const storage = await openStorage()
    const insert =
      name === 'sqlite' ? 'insert into setting values (?, ?, ?)' : 'insert into setting values ($1, $2, $3)'
    const [late, over] = [Promise.withResolvers<unknown>(), Promise.withResolvers<void>()]
    const failing = storage.hotTransaction(async (tx) => {
      const forgotten = async () => {
        await over.promise
        await tx.run(insert, ['late', '1', 1])
      }
      forgotten().then(late.resolve, late.resolve)
      throw new Error('the batch failed')
    })
    await expect(failing).rejects.toThrow('the batch failed')
    over.resolve()
    expect(await late.promise).toMatchObject({ message: expect.stringContaining('The transaction is over') })
    expect(await settingKeys(storage)).toEqual([])
  })

  it('lets the writes of many callers and of two servers follow each other', async () => {
    const place = await freshPlace()
    const servers = [await openStorage({ place }), await openStorage({ place })]
    await servers[0]?.transaction((tx) => putSetting(tx, 'counter', '0'))
    const increment = (storage: Storage) =>
      storage.transaction(async (tx) => {
        // Read and write in two statements: only transactions that follow each other count right.
        const query = tx.selectFrom('setting').select('value').where('key', '=', 'counter')
        const { value } = await (name === 'postgres' ? query.forUpdate() : query).executeTakeFirstOrThrow()
        await tx
          .updateTable('setting')
          .set({ value: String(Number(value) + 1) })
          .execute()
      })
    await Promise.all(Array.from({ length: 60 }, (_, i) => increment(servers[i % 2] as Storage)))
    const { value } = await (servers[1] as Storage).db.selectFrom('setting').select('value').executeTakeFirstOrThrow()
    expect(value).toBe('60')
  })

  it('runs a transaction again that lost a deadlock', async () => {
    const storage = await openStorage()
    await storage.transaction(async (tx) => {
      await putSetting(tx, 'a', '0')
      await putSetting(tx, 'b', '0')
    })
    const touch = (keys: readonly string[]) =>
      storage.transaction(async (tx) => {
        for (const key of keys) {
          await tx
            .updateTable('setting')
            .set({ value: sql`value || '.'` })
            .where('key', '=', key)
            .execute()
          await sql`select 1`.execute(tx)
        }
      })
    await Promise.all(Array.from({ length: 6 }, (_, i) => touch(i % 2 === 0 ? ['a', 'b'] : ['b', 'a'])))
    const rows = await storage.db.selectFrom('setting').select('value').execute()
    expect(rows).toEqual([{ value: '0......' }, { value: '0......' }])
  })

  it('tells every server of a change within a second, and of none that was rolled back', async () => {
    const place = await freshPlace()
    const [here, there] = [await openStorage({ place }), await openStorage({ place })]
    const heard: Change[] = []
    there.changes.listen((change) => heard.push(change))
    const heardHere: Change[] = []
    here.changes.listen((change) => heardHere.push(change))

    await here.transaction((tx) => here.recordChange(tx, { kind: 'token', objectId: 't1' }))
    expect(heardHere).toContainEqual({ kind: 'token', objectId: 't1' })
    const undone = here.transaction(async (tx) => {
      await here.recordChange(tx, { kind: 'token', objectId: 't2' })
      throw new Error('no')
    })
    await expect(undone).rejects.toThrow('no')
    await expect.poll(() => heard).toContainEqual({ kind: 'token', objectId: 't1' })
    expect([...heard, ...heardHere]).not.toContainEqual({ kind: 'token', objectId: 't2' })
    await expect.poll(() => there.changes.isConfirmed()).toBe(true)
  })

  it('confirms the feed again and again', async () => {
    const storage = await openStorage()
    const steadyMs = performance.now.bind(performance)
    onTestFinished(() => void vi.restoreAllMocks())
    for (const aheadMs of [2000, 4000]) {
      vi.spyOn(performance, 'now').mockImplementation(() => steadyMs() + aheadMs)
      expect(storage.changes.isConfirmed(), 'what was confirmed two seconds ago').toBe(false)
      await expect.poll(() => storage.changes.isConfirmed()).toBe(true)
    }
    await storage.ping()
  })

  it('answers after closing with a failure, not with silence', async () => {
    const storage = await openStorage()
    await storage.close()
    await expect(storage.transaction((tx) => putSetting(tx, 'late', '1'))).rejects.toMatchObject({
      code: 'database_away',
    })
    await expect(storage.hotTransaction((tx) => tx.all('select 1', []))).rejects.toMatchObject({
      code: 'database_away',
    })
    await expect(storage.ping()).rejects.toMatchObject({ code: 'database_away' })
  })
})

describe.each(engines.filter(({ name }) => name === 'postgres'))('announcements of others on $name', (engine) => {
  it('are passed over: whoever reaches the database may use our channel', async () => {
    const storage = await engine.openStorage()
    const heard: string[] = []
    storage.changes.listen(({ kind, objectId }) => heard.push(`${kind} ${objectId}`))
    const announce = (payload: string) =>
      storage.transaction(async (tx) => void (await sql`select pg_notify('watchword_change', ${payload})`.execute(tx)))

    for (const payload of ['', 'no JSON', '{}', '[]', '[1,2]', '["a"]', '["realm","r1"]']) await announce(payload)

    await expect.poll(() => heard).toEqual(['realm r1'])
  })
})

describe.each(engines.filter(({ name }) => name === 'postgres'))('changes nobody announced on $name', (engine) => {
  it('are heard all the same, each once, also one that was committed after those with higher numbers', async () => {
    const storage = await engine.openStorage()
    const heard: string[] = []
    storage.changes.listen(({ objectId }) => heard.push(objectId))
    const change = (seq: number, object_id: string) =>
      storage.transaction((tx) =>
        tx.insertInto('change').values({ seq, kind: 'token', object_id, at_ms: Date.now() }).execute(),
      )

    await change(1000, 'first')
    await expect.poll(() => heard).toEqual(['first'])
    await change(900, 'late')
    await expect.poll(() => heard).toEqual(['first', 'late'])
    await change(1001, 'last')
    await expect.poll(() => heard).toEqual(['first', 'late', 'last'])
  })
})

describe.each(engines.filter(({ name }) => name === 'sqlite'))('a computer that slept on $name', (engine) => {
  it('makes caches start over: what it missed may be gone by now', async () => {
    const storage = await engine.openStorage()
    let resets = 0
    storage.changes.onReset(() => (resets += 1))
    const steadyMs = performance.now.bind(performance)
    onTestFinished(() => void vi.restoreAllMocks())
    vi.spyOn(performance, 'now').mockImplementation(() => steadyMs() + changesKeptMs)
    await expect.poll(() => resets).toBe(1)
    await expect.poll(() => storage.changes.isConfirmed()).toBe(true)
  })
})

describe.each(engines.filter(({ name }) => name === 'postgres'))('the connections of $name', (engine) => {
  it('that are all in use for long are told as a busy database, with when to come back', async () => {
    const { url = '' } = await engine.freshPlace()
    const pool = new pg.Pool({ ...connectionConfig(url), max: 1, connectionTimeoutMillis: 60_000 })
    onTestFinished(() => pool.end())
    const held = await pool.connect()
    pool.options.connectionTimeoutMillis = 50
    const late = readablePool(pool).connect()
    await expect(late).rejects.toMatchObject({ code: 'database_busy', detail: { retryAfterMs: 2000 } })
    held.release()
    pool.options.connectionTimeoutMillis = 60_000
    ;(await readablePool(pool).connect()).release()
  })
})

describe.each(engines.filter(({ name }) => name === 'postgres'))('a lost connection on $name', (engine) => {
  it('makes caches start over, and the next caller finds the database again', async () => {
    const storage = await engine.openStorage()
    let resets = 0
    storage.changes.onReset(() => (resets += 1))
    // Waits until they are gone: one that lives a moment longer would be asked again, and end then.
    const others = sql`select pg_terminate_backend(pid, 60000) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`
    await storage.transaction((tx) => others.execute(tx))
    await expect.poll(() => resets).toBe(1)
    await expect.poll(() => storage.changes.isConfirmed()).toBe(true)
    await storage.transaction((tx) => putSetting(tx, 'back', '1'))
    expect(await settingKeys(storage)).toEqual(['back'])
    expect(await storage.hotTransaction((tx) => tx.all('select 1 as one', []))).toEqual([{ one: 1 }])
  })

  it('in the middle of a batch is told as the database being away', async () => {
    const storage = await engine.openStorage()
    const batch = storage.hotTransaction(async (tx) => {
      const [row] = await tx.all('select pg_backend_pid() as pid', [])
      await storage.transaction((other) => sql`select pg_terminate_backend(${row?.['pid']}::int)`.execute(other))
      await tx.all('select 1', [])
    })
    await expect(batch).rejects.toMatchObject({ code: 'database_away' })
    await storage.transaction((tx) => putSetting(tx, 'after', '1'))
  })
})
