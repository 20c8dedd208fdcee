import { join } from 'node:path'
import pg from 'pg'
import { expect, describe, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { migratePostgres } from '../../src/server/database/migrate-postgres.ts'
import { migrateSqlite } from '../../src/server/database/migrate-sqlite.ts'
import { columnTypes, type Migration } from '../../src/server/database/migration.ts'
import { migrations, schemaVersion } from '../../src/server/database/migrations/migrations.ts'
import { databaseFileName } from '../../src/server/database/open.ts'
import { PostgresStorage } from '../../src/server/database/postgres-storage.ts'
import { type DatabasePlace, engines } from '../support/engines.ts'
import { createOwnDatabase, holdSubjectStates } from '../support/own-database.ts'
import { until } from '../support/until.ts'
import { caller, createStore, initialise, runCommand, startTestServer } from '../support/server.ts'

/** A release after this one: what a step may do (only add), done to the tables that are written all the time. */
const later: Migration = {
  version: schemaVersion + 1,
  statements: (engine) => {
    const { whole, word, strict } = columnTypes(engine)
    return [
      ...['subject', 'subject_state', 'audit_event', 'account', 'access_token', 'session', 'realm', 'person'].flatMap(
        (table) => [
          `alter table ${table} add column added_word ${word}`,
          `alter table ${table} add column added_number ${whole} not null default 7`,
        ],
      ),
      `create table added (id text primary key, at_ms ${whole} not null) ${strict}`,
      'create index added_by_time on added (at_ms)',
      'create index subject_by_added_word on subject (added_word)',
    ]
  },
}

describe.each(engines)('an upgrade while servers of the version before run, on $name', ({ freshPlace }) => {
  it('fails none of their answers, loses nothing, and they work on; but one that starts is refused', async () => {
    const place = await freshPlace()
    const store = createStore(place.url)
    onTestFinished(() => store.remove())
    const { rootToken } = initialise(store)
    const servers = await Promise.all([startTestServer(store.variables), startTestServer(store.variables)])
    onTestFinished(async () => void (await Promise.all(servers.map((server) => server.stop()))))
    const calls = servers.map((server) => caller(server, rootToken))
    const [first, second] = calls
    if (first === undefined || second === undefined) throw new Error('two servers were started')
    await first('POST', '/v1/realms', { name: 'shop' })

    const answers: { status: number; text: string }[] = []
    let isUpgraded = false
    const accepted = new Map<string, string>()
    const work = async (call: typeof first, lane: number) => {
      for (let round = 0; !isUpgraded || round < 3; round += 1) {
        const name = `s-${lane}-${round}`
        const path = `/v1/realms/shop/subjects`
        answers.push(await call('POST', path, { name }))
        const enrolled = await call('POST', `${path}/${name}/enrolment`)
        const secret = decodeBase32(String(enrolled.body['secretBase32']))
        const code = totp(secret, Date.now())
        const verified = await call('POST', `${path}/${name}/verify`, { code })
        expect(verified.body, verified.text).toMatchObject({ accepted: true })
        accepted.set(name, code)
        answers.push(enrolled, verified, await call('POST', '/v1/accounts', accountNamed(name)))
      }
    }
    const lanes = [work(first, 0), work(second, 1), work(first, 2), work(second, 3)]
    await until(() => answers.length > 8)
    try {
      await upgrade({ ...place, dataDir: store.folder })
    } finally {
      isUpgraded = true
      await Promise.allSettled(lanes)
    }
    await Promise.all(lanes)
    expect(answers.filter(({ status }) => status >= 300)).toEqual([])

    for (const [name, code] of accepted) {
      const replayed = await second('POST', `/v1/realms/shop/subjects/${name}/verify`, { code })
      expect(replayed.body['accepted']).toBe(false)
    }
    const accounts = await first('GET', '/v1/accounts?limit=1')
    expect(accounts.status).toBe(200)
    expect((await second('POST', '/v1/audit/verify')).body).toMatchObject({ whole: true, problems: [] })
    const { status, stderr } = runCommand(['serve', '--port', '0'], store.variables)
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/^watchword: .*newer Watchword/)
    expect((await fetch(`${servers[0].url}/readyz`)).status).toBe(200)
  })
})

describe('an upgrade of PostgreSQL beside a transaction that writes', () => {
  it('holds no table before that one has ended, so neither meets the other', async () => {
    const database = await createOwnDatabase()
    onTestFinished(() => database.drop())
    await migratePostgres(database.url)
    const storage = new PostgresStorage(database.url, { nowMs: () => Date.now() })
    onTestFinished(() => storage.close())
    const watcher = new pg.Client({ connectionString: database.url })
    await watcher.connect()
    onTestFinished(() => watcher.end())
    const waiting = async (what: string) => {
      const { rows } = await watcher.query<{ waiting: string }>(
        `select count(*) as waiting from pg_locks where database = (select oid from pg_database where datname = current_database()) and ${what}`,
      )
      return Number(rows[0]?.waiting)
    }

    let upgraded = Promise.resolve()
    await storage.transaction(async (tx) => {
      await tx.updateTable('subject_state').set({ total_failures: 0 }).execute()
      upgraded = migratePostgres(database.url, [...migrations, later])
      await until(async () => (await waiting(`locktype = 'advisory' and not granted`)) === 1)
      expect(await waiting(`mode = 'AccessExclusiveLock' and locktype = 'relation'`)).toBe(0)
    })
    await upgraded
    await expect(migratePostgres(database.url)).rejects.toMatchObject({ code: 'database_newer' })
  })
})

describe('an upgrade of PostgreSQL beside a long transaction', () => {
  it('gives way to whoever waits behind it, and is done when the transaction ends', async () => {
    const database = await createOwnDatabase()
    onTestFinished(() => database.drop())
    await migratePostgres(database.url)
    const held = await holdSubjectStates(database.url)
    const upgraded = migratePostgres(database.url, [...migrations, later])
    await until(async () => (await held.waiting()) === 1)
    await until(async () => (await held.waiting()) === 0)
    await held.release()
    await upgraded
    await expect(migratePostgres(database.url)).rejects.toMatchObject({ code: 'database_newer' })
  })
})

function accountNamed(label: string) {
  return { label, secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', allowDuplicate: true }
}

async function upgrade({ url, dataDir = '' }: DatabasePlace): Promise<void> {
  const steps = [...migrations, later]
  if (url === undefined) migrateSqlite(join(dataDir, databaseFileName), steps)
  else await migratePostgres(url, steps)
}
