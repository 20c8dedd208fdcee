import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import type { OwnPostgres } from './postgres.ts'
import { caller, initialise, startTestServer, type TestServer, type TestStore } from './server.ts'
import { until } from './until.ts'

/** One subject and its secret. */
interface Enrolled {
  readonly name: string
  readonly secret: Uint8Array
}

/** What a server acknowledged before it was killed. */
interface Acknowledged {
  readonly verdicts: { readonly name: string; readonly code: string; readonly step: number }[]
  reveals: number
}

/** The account whose codes are shown meanwhile, and the token that may see them: an administrator's may not. */
interface Shared {
  readonly account: string
  readonly token: string
  /** Reveals acknowledged so far, over all rounds. */
  acknowledged: number
}

const subjectsPerRound = 12
const periodMs = 30_000

type Call = ReturnType<typeof caller>

/**
 * Kills a server under load, round after round, and looks at what its successor knows: each acknowledged verdict
 * and reveal has its audit record, no code is accepted twice, the chain verifies (laws 1, 3 and 7; T04).
 *
 * @returns how many verdicts were acknowledged; rounds without any prove nothing
 */
export async function crashRounds(store: TestStore, rounds: number): Promise<number> {
  const { rootToken } = initialise(store)
  let server = await startTestServer(store.variables)
  let seen = 0
  const shared = await prepare(caller(server, rootToken))
  for (let round = 0; round < rounds; round += 1) {
    const subjects = await enrolAll(caller(server, rootToken), round)
    const acknowledged = await loadUntilKilled(server, rootToken, subjects, shared, killAt(round, server.kill))
    server = await startTestServer(store.variables)
    await inspect(caller(server, rootToken), acknowledged, shared)
    seen += acknowledged.verdicts.length
  }
  await server.stop()
  expect(shared.acknowledged, 'codes were shown before some of the kills').toBeGreaterThan(0)
  return seen
}

/** The same with PostgreSQL killed under a server that stays: it has to find its database again by itself. */
export async function databaseCrashRounds(store: TestStore, postgres: OwnPostgres, rounds: number): Promise<number> {
  const { rootToken } = initialise(store)
  const server = await startTestServer(store.variables)
  const call = caller(server, rootToken)
  let seen = 0
  const shared = await prepare(call)
  for (let round = 0; round < rounds; round += 1) {
    const subjects = await enrolAll(call, round)
    const acknowledged = await loadUntilKilled(server, rootToken, subjects, shared, killAt(round, postgres.kill))
    await postgres.restart()
    await until(async () => (await fetch(`${server.url}/readyz`)).ok)
    await inspect(call, acknowledged, shared)
    seen += acknowledged.verdicts.length
  }
  await server.stop()
  expect(shared.acknowledged, 'codes were shown before some of the kills').toBeGreaterThan(0)
  return seen
}

async function prepare(call: Call): Promise<Shared> {
  await call('POST', '/v1/realms', { name: 'crash', replay: 'once' })
  const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  const { body } = await call('POST', '/v1/accounts', { label: 'shared', secretBase32 })
  const account = String(body['id'])
  const robot = { name: 'robot', owner: 'service', scopes: [`reveal:${account}`] }
  const made = await call('POST', '/v1/tokens', robot)
  return { account, token: String(made.body['token']), acknowledged: 0 }
}

async function enrolAll(call: Call, round: number): Promise<Enrolled[]> {
  const names = Array.from({ length: subjectsPerRound }, (_, index) => `round-${round}-${index}`)
  return Promise.all(
    names.map(async (name) => {
      await call('POST', '/v1/realms/crash/subjects', { name })
      const { body } = await call('POST', `/v1/realms/crash/subjects/${name}/enrolment`)
      return { name, secret: decodeBase32(String(body['secretBase32'])) }
    }),
  )
}

/**
 * Every other round waits until a verdict was acknowledged, or a reveal, so that a slow machine proves as much as a
 * quick one.
 */
interface Killing {
  readonly after: 'verdict' | 'reveal' | null
  readonly kill: () => Promise<void>
}

function killAt(round: number, kill: () => Promise<void>): Killing {
  return { after: (['verdict', null, 'reveal', null] as const)[round % 4] ?? null, kill }
}

async function loadUntilKilled(
  server: TestServer,
  token: string,
  subjects: readonly Enrolled[],
  shared: Shared,
  killing: Killing,
): Promise<Acknowledged> {
  const acknowledged: Acknowledged = { verdicts: [], reveals: 0 }
  const call = caller(server, token)
  const first = { verdict: Promise.withResolvers<void>(), reveal: Promise.withResolvers<void>() }
  const atMs = Date.now()
  const verify = async ({ name, secret }: Enrolled, offset: number) => {
    const code = totp(secret, atMs + offset * periodMs)
    const { body } = await call('POST', `/v1/realms/crash/subjects/${name}/verify`, { code })
    if (body['accepted'] !== true) return
    acknowledged.verdicts.push({ name, code, step: Number(body['step']) })
    first.verdict.resolve()
  }
  const reveal = async () => {
    const { status } = await caller(server, shared.token)('POST', `/v1/accounts/${shared.account}/reveal`, {})
    if (status !== 200) return
    acknowledged.reveals += 1
    first.reveal.resolve()
  }
  // What is cut off in the middle is neither acknowledged nor a failure of the test.
  const load = [-1, 0, 1].flatMap((offset) => subjects.map((subject) => verify(subject, offset).catch(() => {})))
  const reveals = Array.from({ length: 8 }, () => reveal().catch(() => {}))
  if (killing.after !== null) await Promise.race([first[killing.after].promise, Promise.all([...load, ...reveals])])
  await pause(Math.random() * 40)
  await killing.kill()
  await Promise.all([...load, ...reveals])
  return acknowledged
}

async function inspect(call: Call, { verdicts, reveals }: Acknowledged, shared: Shared): Promise<void> {
  const audited = await allRecords(call)
  for (const { name, code, step } of verdicts) {
    const isRecorded = audited.some(
      (record) =>
        record.action === 'subject.verify' &&
        record.outcome === 'accepted' &&
        record.objectName === name &&
        record.detail?.['step'] === step,
    )
    expect(isRecorded, `verdict of ${name} at ${step} is in the audit`).toBe(true)
    const again = await call('POST', `/v1/realms/crash/subjects/${name}/verify`, { code })
    expect(again.body, 'T04 a code accepted before the crash is refused after it').toMatchObject({ accepted: false })
  }
  shared.acknowledged += reveals
  const revealed = audited.filter(
    ({ action, outcome, objectId }) =>
      action === 'account.reveal' && outcome === 'accepted' && objectId === shared.account,
  )
  expect(revealed.length, 'each acknowledged reveal is in the audit').toBeGreaterThanOrEqual(shared.acknowledged)
  const { body } = await call('POST', '/v1/audit/verify')
  expect(body).toMatchObject({ whole: true, problems: [] })
}

interface AuditedRecord {
  readonly action: string
  readonly outcome: string
  readonly objectId: string
  readonly objectName?: string
  readonly detail?: Readonly<Record<string, unknown>>
}

async function allRecords(call: Call): Promise<AuditedRecord[]> {
  const records: AuditedRecord[] = []
  let cursor = ''
  do {
    const { body } = await call('GET', `/v1/audit?limit=500${cursor}`)
    records.push(...(body['items'] as AuditedRecord[]))
    cursor = typeof body['nextCursor'] === 'string' ? `&cursor=${encodeURIComponent(body['nextCursor'])}` : ''
  } while (cursor !== '')
  return records
}
