import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { onTestFinished } from 'vitest'
import { openStorage as open } from '../../src/server/database/open.ts'
import { postgresOfTheRun } from './postgres-address.ts'
import { administer, databaseAt } from './postgres-template.ts'
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

const patienceMs = 60_000

// A server tells whoever waited some seconds for a connection, a lock or an answer to come again. Fifty callers at once
// may wait for longer on a machine that runs other tests beside, and a test has all the time.
class PatientPool extends pg.Pool {
  constructor(config: pg.PoolConfig) {
    const options = config.options?.replace(/lock_timeout=\d+/, `lock_timeout=${patienceMs}`)
    super({
      ...config,
      connectionTimeoutMillis: patienceMs,
      query_timeout: patienceMs,
      ...(options === undefined ? {} : { options }),
    })
  }
}
Object.assign(pg, { Pool: PatientPool })

const machineClock: StorageClock = { nowMs: () => Date.now() }

function engine(
  name: Engine,
  freshPlace: () => Promise<DatabasePlace>,
  migratedPlace: () => Promise<DatabasePlace>,
): TestEngine {
  const openStorage: TestEngine['openStorage'] = async ({ place, clock = machineClock } = {}) => {
    const storage = await open({ ...(place ?? (await migratedPlace())), clock })
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

/** A database of its own on the server of the run, empty. */
async function freshDatabase(): Promise<DatabasePlace> {
  const { url } = await postgresOfTheRun()
  return databaseFrom(url, 'template1')
}

/** The same with our tables in it. */
async function migratedDatabase(): Promise<DatabasePlace> {
  const { url, template } = await postgresOfTheRun()
  return databaseFrom(url, template)
}

async function databaseFrom(server: string, template: string): Promise<DatabasePlace> {
  const name = `watchword_${randomBytes(6).toString('hex')}`
  await administer(server, `create database ${name} template ${template} strategy file_copy`)
  onTestFinished(() => administer(server, `drop database if exists ${name} with (force)`))
  return { url: databaseAt(server, name) }
}

export const engines: readonly TestEngine[] = [
  engine('sqlite', freshFolder, freshFolder),
  engine('postgres', freshDatabase, migratedDatabase),
]
