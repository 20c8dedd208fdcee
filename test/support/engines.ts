import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { openStorage as open } from '../../src/server/database/open.ts'
import { postgresAddress } from './postgres-address.ts'
import type { Database, Engine, Storage, StorageClock } from '../../src/server/database/storage.ts'

/** Where a database is, as `openStorage` of the server takes it. */
export interface DatabasePlace {
  readonly url?: string
  readonly dataDir?: string
}

/** One engine, for `describe.each(engines)('… on $name', ({ openStorage }) => …)`. */
export interface TestEngine {
  readonly name: Engine
  /** A fresh, empty place; removed when the test ends. Open it twice to have two servers on one database. */
  freshPlace(): Promise<DatabasePlace>
  /** A fresh migrated database, or another connection to `place`; closed when the test ends. */
  openStorage(options?: { place?: DatabasePlace; clock?: StorageClock }): Promise<Storage>
  /** A fresh migrated database for queries that need no transaction. */
  openDatabase(): Promise<Database>
}

const machineClock: StorageClock = { nowMs: () => Date.now() }

function engine(name: Engine, freshPlace: () => Promise<DatabasePlace>): TestEngine {
  const openStorage: TestEngine['openStorage'] = async ({ place, clock = machineClock } = {}) => {
    const storage = await open({ ...(place ?? (await freshPlace())), clock })
    onTestFinished(() => storage.close())
    return storage
  }
  return { name, freshPlace, openStorage, openDatabase: async () => (await openStorage()).db }
}

/** SQLite in a temporary folder. */
async function freshFolder(): Promise<DatabasePlace> {
  const dataDir = mkdtempSync(join(tmpdir(), 'watchword-sqlite-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  return { dataDir }
}

/** A database of its own on the server of the run. */
async function freshDatabase(): Promise<DatabasePlace> {
  const server = await postgresAddress()
  const name = `watchword_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name}`)
  onTestFinished(() => administer(server, `drop database if exists ${name} with (force)`))
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href }
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  await client.query(statement)
  await client.end()
}

export const engines: readonly TestEngine[] = [engine('sqlite', freshFolder), engine('postgres', freshDatabase)]
