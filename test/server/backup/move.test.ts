import { rmSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { movedSetting, moveStore } from '../../../src/server/backup/move.ts'
import { fillingSinceMs, markFilling } from '../../../src/server/backup/unfinished.ts'
import type { Config } from '../../../src/server/config.ts'
import { readConfig } from '../../../src/server/config.ts'
import { isFresh } from '../../../src/server/database/dump.ts'
import { openStorage } from '../../../src/server/database/open.ts'
import { writeSetting } from '../../../src/server/database/settings.ts'
import { type OpenCore, openCore } from '../../../src/server/open-core.ts'
import { createOwnDatabase } from '../../support/own-database.ts'
import { createStore, initialise, runCommand } from '../../support/server.ts'
import { testServices } from '../../support/services.ts'
import { until } from '../../support/until.ts'

describe('a move to PostgreSQL that is cut short', () => {
  it('after the copy leaves one store that lives, the old one, and begins anew when called again', async () => {
    const { source, target, reopen } = await begun()
    const cut = moveStore(source, target, { ...quiet, prove: async () => Promise.reject(new Error('a power cut')) })
    await expect(cut).rejects.toThrow('a power cut')
    await expect(reopen()).rejects.toMatchObject({ code: 'move_unfinished' })

    // The old store goes on meanwhile: what it recorded since comes along.
    await source.storage.transaction((tx) => source.audit.append(tx, [event]))
    const { rows } = await moveStore(source, target, quiet)
    expect(rows).toBeGreaterThan(10)
    const moved = await reopen()
    expect(await moved.audit.verify()).toMatchObject({ whole: true })
    const recorded = await moved.storage.db.selectFrom('audit_event').select('body').execute()
    expect(recorded.filter(({ body }) => String(body).includes(event.action))).toHaveLength(1)
    await moved.close()
  })

  it('after the old store was closed is finished by the next call, for this copy and no other', async () => {
    const { source, target, reopen, variables } = await begun()
    await moveStore(source, target, quiet)
    const moved = await reopen()
    const movedMs = Number(
      (
        await source.storage.db
          .selectFrom('setting')
          .selectAll()
          .where('key', '=', 'store.moved')
          .executeTakeFirstOrThrow()
      ).value,
    )
    const migrate = () => runCommand(['migrate', '--to', String(target.databaseUrl), '--json'], variables)
    await moved.storage.transaction((tx) => markFilling(tx, 'move', movedMs - 1))
    expect(migrate()).toMatchObject({ status: 1, stderr: expect.stringContaining('moved to another database') })
    expect(await fillingSinceMs(moved.storage.db, 'move')).toBe(movedMs - 1)

    await moved.storage.transaction((tx) => markFilling(tx, 'move', movedMs))
    await moved.close()
    expect(runCommand(['doctor'], { ...variables, WATCHWORD_DATABASE_URL: String(target.databaseUrl) }).stdout).toMatch(
      /^error +database: The move from SQLite begun at .* did not reach its end/m,
    )
    expect(JSON.parse(migrate().stdout)).toMatchObject({ codes: 1 })
    await (await reopen()).close()
    expect(migrate()).toMatchObject({ status: 1, stderr: expect.stringContaining('moved to another database') })
  })
})

describe('of two moves to PostgreSQL at once', () => {
  it('the one that waited for the lock while the other ended leaves the copy of the other alone', async () => {
    const { source, target, reopen } = await begun()
    let waiting: Promise<unknown> | undefined
    await source.storage.transaction(async (lock) => {
      waiting = moveStore(source, target, quiet).catch((error: unknown) => error)
      // It has asked whether the store moved, and made the tables of the copy.
      await until(() => isMade(target))
      await writeSetting(lock, movedSetting, '1', 1)
    })
    expect(await waiting).toMatchObject({ code: 'store_moved' })
    const copy = await openStorage({ url: target.databaseUrl, clock: source.services.clock })
    expect([await isFresh(copy.db), await fillingSinceMs(copy.db, 'move')]).toEqual([true, null])
    await copy.close()
    await (await reopen()).close()
  })

  it('the one that finds the database filled since it looked leaves it alone', async () => {
    const { source, target, reopen } = await begun()
    let waiting: Promise<unknown> | undefined
    await source.storage.transaction(async () => {
      waiting = moveStore(source, target, quiet).catch((error: unknown) => error)
      await until(() => isMade(target))
      // A server begins a store there, as another move into it would.
      await (await reopen()).close()
    })
    expect(await waiting).toMatchObject({ code: 'restore_not_empty' })
    await (await reopen()).close()
  })
})

/** Whether a database has our tables. */
async function isMade({ databaseUrl: url }: Config): Promise<boolean> {
  const clock = { nowMs: () => Date.now() }
  const storage = await openStorage({ url, clock, schema: 'current' }).catch(() => null)
  await storage?.close()
  return storage !== null
}

const quiet = { onRows: async () => {}, prove: async () => 0 }
const event = {
  action: 'test.between',
  actorKind: 'operator',
  actorId: 'operator:test',
  actorName: 'test',
  objectKind: 'store',
  objectId: 'store',
  outcome: 'done',
} as const

/** A filled SQLite store and an empty PostgreSQL database. */
async function begun(): Promise<{
  source: OpenCore
  target: Config
  variables: Record<string, string>
  reopen: () => Promise<OpenCore>
}> {
  const store = createStore()
  const database = await createOwnDatabase()
  onTestFinished(async () => {
    await database.drop()
    rmSync(store.folder, { recursive: true, force: true })
  })
  initialise(store)
  const config = readConfig(store.variables)
  const services = { ...testServices({ clock: { nowMs: () => Date.now() } }), config }
  const source = await openCore(config, services)
  onTestFinished(() => source.close())
  const target = { ...config, databaseUrl: database.url }
  return { source, target, variables: { ...store.variables }, reopen: () => openCore(target, services) }
}
