import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openForeign } from '../../../src/server/database/foreign.ts'
import { databaseFileName, openStorage } from '../../../src/server/database/open.ts'
import { sql } from '../../../src/server/database/sql.ts'
import type { Tables } from '../../../src/server/database/tables.ts'
import { engines } from '../../support/engines.ts'

const clock = { nowMs: () => 5 }

function freshFolder(): { dataDir: string; file: string } {
  const dataDir = mkdtempSync(join(tmpdir(), 'watchword-migrate-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  return { dataDir, file: join(dataDir, databaseFileName) }
}

/** Tries to open what stands in a folder; answers the failure's code and whether the file is as it was. */
async function refusal({ dataDir, file }: { dataDir: string; file: string }) {
  const before = readFileSync(file)
  const error: unknown = await openStorage({ dataDir, clock }).then(
    (storage) => storage.close(),
    (thrown: unknown) => thrown,
  )
  const isUntouched = before.equals(readFileSync(file))
  return { error, isUntouched }
}

async function closedDatabase() {
  const place = freshFolder()
  const storage = await openStorage({ dataDir: place.dataDir, clock })
  await storage.transaction((tx) =>
    tx
      .insertInto('setting')
      .values(Array.from({ length: 500 }, (_, i) => ({ key: `k${i}`, value: 'v'.repeat(200), updated_at_ms: 1 })))
      .execute(),
  )
  await storage.close()
  return place
}

describe('a SQLite file', () => {
  it('is made for its owner only', async () => {
    const { file } = await closedDatabase()
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['text', (file: string) => writeFileSync(file, 'These are my notes.\n'.repeat(100))],
    ['random bytes', (file: string) => writeFileSync(file, randomBytes(8192))],
    [
      "another program's database",
      (file: string) => {
        const database = new DatabaseSync(file)
        database.exec('create table notes (text)')
        database.close()
      },
    ],
  ])('that holds %s is refused and untouched', async (_name, make) => {
    const place = freshFolder()
    make(place.file)
    const { error, isUntouched } = await refusal(place)
    expect(error).toMatchObject({ code: 'database_foreign', message: expect.stringContaining('left untouched') })
    expect(isUntouched).toBe(true)
  })

  it('that a newer Watchword wrote is refused and untouched', async () => {
    const place = await closedDatabase()
    const database = new DatabaseSync(place.file)
    database.exec('pragma user_version = 999')
    database.close()
    const { error, isUntouched } = await refusal(place)
    expect(error).toMatchObject({ code: 'database_newer', detail: { found: 999 } })
    expect(isUntouched).toBe(true)
  })

  it.each([
    ['cut short', (file: string) => truncateSync(file, 12_288)],
    [
      'overwritten in the middle',
      (file: string) => {
        const bytes = readFileSync(file)
        bytes.fill(0xa5, 4096, Math.min(bytes.length, 60_000))
        writeFileSync(file, bytes)
      },
    ],
  ])('that was %s is refused and untouched', async (_name, damage) => {
    const place = await closedDatabase()
    damage(place.file)
    const { error, isUntouched } = await refusal(place)
    expect(error).toMatchObject({ code: 'database_damaged', message: expect.stringContaining('restore') })
    expect(isUntouched).toBe(true)
  })

  it('is opened by processes that start at once', async () => {
    const { dataDir } = freshFolder()
    const storages = await Promise.all([1, 2, 3].map(() => openStorage({ dataDir, clock })))
    const rows = await Promise.all(storages.map(({ db }) => db.selectFrom('realm').selectAll().execute()))
    expect(rows).toEqual([[], [], []])
    await Promise.all(storages.map((storage) => storage.close()))
  })

  // A sign of addresses in the passphrase is why most are not understood.
  it.each([
    'mysql://anna:geheim@host/db',
    'postgres://anna:ge/geheim@host/db',
    'postgres://anna:ge#geheim@host/db',
    'mysql://host/db?password=geheim',
  ])('is not looked for in an address that is none, and told without its passphrase: %s', async (url) => {
    for (const opening of [
      openStorage({ url, clock }),
      openForeign(url.replace('mysql', 'postgres').replace('host/', 'host:x/')),
    ]) {
      await expect(opening).rejects.toMatchObject({ code: 'database_address_invalid' })
      await expect(opening).rejects.toThrow(expect.not.stringContaining('geheim'))
    }
  })
})

describe('a PostgreSQL database', () => {
  const postgres = engines.filter(({ name }) => name === 'postgres')

  async function administer(url: string | undefined, ...statements: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    for (const statement of statements) await client.query(statement)
    await client.end()
  }

  it.each(postgres)('with a schema of that name that is not ours is refused and untouched', async ({ freshPlace }) => {
    const { url } = await freshPlace()
    await administer(url, 'create schema watchword', 'create table watchword.notes (text text)')
    await expect(openStorage({ url, clock })).rejects.toMatchObject({ code: 'database_foreign' })
    await administer(url, 'drop table watchword.notes', 'drop schema watchword')
  })

  it.each(postgres)('that a newer Watchword wrote is refused', async ({ freshPlace, openStorage: open }) => {
    const place = await freshPlace()
    await (await open({ place })).close()
    await administer(place.url, 'update watchword.schema_version set version = 999')
    await expect(openStorage({ ...place, clock })).rejects.toMatchObject({ code: 'database_newer' })
  })

  it.each(postgres)('leaves the other schemas alone', async ({ freshPlace, openStorage: open }) => {
    const place = await freshPlace()
    await administer(place.url, 'create table public.realm (name text)')
    const storage = await open({ place })
    expect(await storage.db.selectFrom('realm').selectAll().execute()).toEqual([])
    const { rows } = await sql<{ schema: string }>`select distinct table_schema as schema from information_schema.tables
      where table_name = 'subject'`.execute(storage.db)
    expect(rows).toEqual([{ schema: 'watchword' }])
  })

  it.each(postgres)(
    'is made ready by one of many servers that start at once',
    async ({ freshPlace, openStorage: open }) => {
      const place = await freshPlace()
      const storages = await Promise.all([1, 2, 3, 4].map(() => open({ place })))
      const rows = await Promise.all(storages.map(({ db }) => db.selectFrom('realm').selectAll().execute()))
      expect(rows).toEqual([[], [], [], []])
    },
  )

  it.each(postgres)('whose schema belongs to somebody else is told as what it is', async ({ freshPlace }) => {
    const { url = '' } = await freshPlace()
    const role = `weak_${randomBytes(4).toString('hex')}`
    await administer(url, `create role ${role} login password 'weak'`, 'create schema watchword')
    onTestFinished(() => administer(url, `drop role ${role}`))
    const opening = openStorage({ url: Object.assign(new URL(url), { username: role, password: 'weak' }).href, clock })
    await expect(opening).rejects.toMatchObject({ code: 'database_unreachable' })
    await expect(opening).rejects.toThrow('permission denied for schema watchword')
  })

  it('that is not there is told without its passphrase', async () => {
    const opening = openStorage({ url: 'postgres://anna:geheim@127.0.0.1:1/none', clock })
    await expect(opening).rejects.toMatchObject({ code: 'database_unreachable' })
    await expect(opening).rejects.toThrow(expect.not.stringContaining('geheim'))
  })
})

describe.each(engines)('the schema on $name', ({ openDatabase }) => {
  it('holds every table that the files of tables/ name', async () => {
    const db = await openDatabase()
    const folder = new URL('../../../src/server/database/tables/', import.meta.url)
    const source = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
    const names = [...source.join('').matchAll(/^  (\w+): \w+Table$/gm)].map(([, name]) => name as keyof Tables)
    expect(names.length).toBeGreaterThan(30)
    for (const name of names) {
      expect(await db.selectFrom(name).selectAll().execute()).toEqual([])
    }
  })
})
