import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { migrations } from '../../../src/server/database/migrations/migrations.ts'
import { databaseFileName, openStorage } from '../../../src/server/database/open.ts'
import { joinWriters } from '../../../src/server/database/postgres-pool.ts'
import { type DatabasePlace, engines } from '../../support/engines.ts'
import { until } from '../../support/until.ts'

const clock = { nowMs: () => 5 }

/** What a server of the first schema writes and reads. */
const added = (id: string) => `insert into account (id, label, identifier, public_key, issuer, url, tags, note, type,
  algorithm, digits, period_seconds, counter, sealed_secret, secret_hash, secret_version, lease, step_up, marked,
  created_by, created_at_ms, updated_at_ms) values ('${id}', 'AWS', '', '${id}', '', '', '[]', '', 'totp', 'SHA1', 6,
  30, 0, '', '', 1, 'warn', 'off', 0, 'ada', 1, 1)`
const listed = 'select * from account order by id'

const first = migrations.filter(({ version }) => version === 1)

it('T99 a SQLite file of the first schema is moved on while an older server goes on with it', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'watchword-rolling-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const older = new DatabaseSync(join(dataDir, databaseFileName))
  onTestFinished(() => older.close())
  older.exec('pragma journal_mode = wal; pragma user_version = 1; pragma application_id = 0x57746368')
  for (const migration of first) for (const statement of migration.statements('sqlite')) older.exec(statement)
  const add = (id: string) => older.prepare(added(id).replace("'', '', 1, 'warn'", "x'', x'', 1, 'warn'")).run()
  const list = older.prepare(listed)
  add('before')
  expect(list.all()).toHaveLength(1)
  const newer = await openStorage({ dataDir, clock })
  onTestFinished(() => newer.close())
  add('after')
  expect(list.all()).toMatchObject([{ id: 'after' }, { id: 'before' }])
  const rows = await newer.db.selectFrom('account').select(['id', 'sign_on_demand']).orderBy('id').execute()
  expect(rows).toEqual(['after', 'before'].map((id) => ({ id, sign_on_demand: null })))
})

const postgres = engines.filter(({ name }) => name === 'postgres')

/** A server of the first schema, with an account it added. */
async function openOlder({ url }: DatabasePlace): Promise<pg.Client> {
  const older = new pg.Client({ connectionString: url, options: '-c search_path=watchword' })
  await older.connect()
  onTestFinished(() => older.end())
  await older.query('create schema watchword')
  await older.query('create table schema_version (version integer not null)')
  await older.query('insert into schema_version values (1)')
  for (const migration of first) for (const statement of migration.statements('postgres')) await older.query(statement)
  await older.query(added('before'))
  return older
}

it.each(postgres)(
  'T99 a PostgreSQL database of the first schema is moved on while an older server goes on with it',
  async ({ freshPlace, openStorage: open }) => {
    const place = await freshPlace()
    const older = await openOlder(place)
    expect((await older.query(listed)).rows).toHaveLength(1)
    const newer = await open({ place })
    await older.query(added('after'))
    expect((await older.query(listed)).rows).toMatchObject([{ id: 'after' }, { id: 'before' }])
    const rows = await newer.db.selectFrom('account').select(['id', 'sign_on_demand']).orderBy('id').execute()
    expect(rows).toEqual(['after', 'before'].map((id) => ({ id, sign_on_demand: null })))
  },
)

it.each(postgres)(
  'T99 a PostgreSQL database is moved on between writers: it waits for them before it touches a table, and asks again',
  async ({ freshPlace, openStorage: open }) => {
    const place = await freshPlace()
    const older = await openOlder(place)
    // Within a transaction the present activity would look the same each time.
    const watcher = new pg.Client({ connectionString: place.url })
    await watcher.connect()
    onTestFinished(() => watcher.end())
    await older.query('begin')
    await older.query(joinWriters)
    await older.query(added('under way'))
    let failure: unknown = null
    const newer = open({ place }).catch((error: unknown) => void (failure = error))
    const [waitsFor, tries] = [new Set<string>(), new Set<string>()]
    await until(async () => {
      const { rows } = await watcher.query<{ locktype: string; attempt: string }>(
        `select locktype, pid || ' ' || xact_start as attempt from pg_locks join pg_stat_activity using (pid)
        where not granted and datname = current_database()`,
      )
      for (const { locktype, attempt } of rows) {
        waitsFor.add(locktype)
        tries.add(attempt)
      }
      return tries.size > 1 || failure !== null
    })
    await older.query('commit')
    await newer
    expect([failure, ...waitsFor]).toEqual([null, 'advisory'])
    expect((await older.query(listed)).rows).toMatchObject([
      { id: 'before', sign_on_demand: null },
      { id: 'under way', sign_on_demand: null },
    ])
  },
)
