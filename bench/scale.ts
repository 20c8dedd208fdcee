import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { totp } from '../src/otp/totp.ts'
import { startServerChild } from './child.ts'
import { request, sendLoad } from './load.ts'
import { atLeast, atMost, type Measurement, median } from './row.ts'
import { seed } from './seed.ts'
import { freshStep, verifyBody, verifyPath, withSeededServer } from './verify.ts'

const many = 1_000_000
const few = 1000
/**
 * So many requests are made, each for a subject by chance: of the million far more than the server keeps in memory. As
 * many for the thousand, because the generator is slower with many requests than with few.
 */
const asked = 120_000
const connections = 256
const seconds = 4

/** Verification among a million subjects, most of them met for the first time, beside a thousand that are known. */
export const manySubjectsMeasurement: Measurement = {
  name: 'verify with 1,000,000 subjects',
  scale: true,
  async measure() {
    const value = await verdictsPerSecond(many)
    const yardstickValue = await verdictsPerSecond(few)
    const figures = { value, unit: 'verdicts/s', yardstick: 'with 1,000 subjects', yardstickValue }
    return [atLeast('verify with 1,000,000 subjects', figures, 0.8)]
  },
}

// A thousand subjects have too few codes for a measurement, so codes may be used again on both sides.
function verdictsPerSecond(subjects: number): Promise<number> {
  return withSeededServer(
    subjects,
    async (server, { token, secrets }) => {
      const loadOf = (atMs: number) => ({
        port: server.port,
        requests: Array.from({ length: asked }, () => {
          const index = Math.floor(Math.random() * secrets.length)
          const body = verifyBody(totp(secrets[index] ?? new Uint8Array(), atMs))
          return request('POST', verifyPath(`s${index}`), { authorization: `Bearer ${token}` }, body)
        }),
        connections,
        seconds,
        repeat: true,
      })
      await sendLoad(loadOf(Date.now()))
      await freshStep()
      const { answers, perSecond, bodies } = await sendLoad(loadOf(Date.now()))
      const accepted = bodies['{"accepted":true'] ?? 0
      if (accepted < answers * 0.99) throw new Error(`only ${accepted} of ${answers} codes were accepted`)
      return perSecond
    },
    {},
    { name: 'bench', origin: 'api', replay: 'reuse' },
  )
}

const events = 10_000_000
const eventsAtOnce = 500_000
const pageCeilingMs = 50

/** A page of the audit among ten million events: the newest, one deep below, and each way to filter. */
export const auditPageMeasurement: Measurement = {
  name: 'audit page',
  scale: true,
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'watchword-bench-'))
    const variables = { WATCHWORD_DATA_DIR: folder }
    try {
      const { token } = await seed(variables, 1)
      seedEvents(join(folder, 'watchword.db'))
      const server = await startServerChild(variables)
      try {
        const newest = await pageMs(server.port, token, '')
        const times = [newest]
        for (const query of queries) times.push(await pageMs(server.port, token, query))
        const figures = { unit: 'ms', yardstick: 'the newest page, unfiltered', yardstickValue: newest }
        return [atMost('slowest page of 10,000,000 events', { value: Math.max(...times), ...figures }, pageCeilingMs)]
      } finally {
        await server.stop()
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const firstAtMs = Date.UTC(2024, 0, 1)
const eventEveryMs = 5000
const midMs = firstAtMs + (events / 2) * eventEveryMs
const queries = [
  `beforeMs=${midMs}`,
  'actor=actor-77',
  'object=object-4711',
  'action=subject.verify',
  'action=account.',
  'outcome=refused',
  `actor=actor-77&action=account.reveal&afterMs=${firstAtMs}&beforeMs=${midMs}`,
]

async function pageMs(port: number, token: string, query: string): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 9; round += 1) {
    const startedAt = performance.now()
    const answer = await fetch(`http://127.0.0.1:${port}/v1/audit?limit=100&${query}`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const { items } = (await answer.json()) as { items?: unknown[] }
    times.push(performance.now() - startedAt)
    if (items?.length !== 100) throw new Error(`${query} answered ${answer.status} and ${items?.length} events`)
  }
  return median(times)
}

// A chain of an earlier life, straight into the tables with their indexes made afterwards: ten million real verdicts
// would take a quarter of an hour.
function seedEvents(file: string): void {
  const database = new DatabaseSync(file)
  const indexes = database
    .prepare(
      "select name, sql from sqlite_schema where tbl_name = 'audit_index' and type = 'index' and sql is not null",
    )
    .all() as { name: string; sql: string }[]
  database.exec('pragma synchronous = off; pragma cache_size = -400000')
  for (const { name } of indexes) database.exec(`drop index ${name}`)
  for (let first = 0; first < events; first += eventsAtOnce) {
    database.exec(`begin;
      create temp table fresh as with recursive number (n) as
        (select ${first + 1} union all select n + 1 from number where n < ${first + eventsAtOnce})
        select n, ${firstAtMs} + n * ${eventEveryMs} as at_ms,
          case n % 10 when 0 then 'account.reveal' when 1 then 'person.login' else 'subject.verify' end as action,
          'actor-' || (n % 997) as actor_id, 'object-' || (n % 50021) as object_id,
          case n % 7 when 0 then 'refused' else 'accepted' end as outcome from number;
      insert into audit_event select 'past', n, at_ms, json_object('chain', 'past', 'sequence', n, 'atMs', at_ms,
          'action', action, 'actorKind', 'service', 'actorId', actor_id, 'actorName', 'the shop behind ' || actor_id,
          'objectKind', 'subject', 'objectId', object_id, 'objectName', 'customer ' || object_id,
          'realmId', '${randomUUID()}', 'outcome', outcome, 'address', '192.0.2.77',
          'detail', json_object('door', 'api', 'step', at_ms / 30000, 'realm', 'shop')), randomblob(32) from fresh;
      insert into audit_index select 'past', n, at_ms, action, actor_id, 'subject', object_id, 'shop', outcome
        from fresh;
      drop table fresh;
      commit`)
  }
  for (const { sql } of indexes) database.exec(sql)
  database.exec('analyze; pragma wal_checkpoint(truncate)')
  database.close()
}
