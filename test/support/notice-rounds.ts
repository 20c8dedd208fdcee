import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { freePort } from './free-port.ts'
import { caller, initialise, startTestServer, type TestServer, type TestStore } from './server.ts'
import { until } from './until.ts'

/** A notice as the receiver wrote it down. */
interface Arrived {
  readonly id: string
  readonly timestamp: string
  readonly signature: string
  readonly body: string
}

/** What the rounds came to; rounds in which nothing was acknowledged prove nothing. */
export interface NoticeRounds {
  readonly acknowledged: number
  readonly notices: number
  /** Deliveries beyond the first of a notice. */
  readonly repeated: number
}

const accountsPerRound = 24
const victims = ['server', 'receiver', 'both'] as const

/**
 * Kills the server, the receiver of its webhook, or both while codes of marked accounts are shown, round after round,
 * and compares what arrived with what the audit says: each reveal was told, under one id for ever, and nothing else.
 *
 * Every account is revealed once, so that a notice can be laid beside the very act it speaks of.
 */
export async function noticeRounds(store: TestStore, rounds: number): Promise<NoticeRounds> {
  const { rootToken } = initialise(store)
  const receiver = await startReceiver(join(store.folder, 'arrived.jsonl'))
  let server = await startTestServer(store.variables)
  const acknowledged = new Set<string>()
  try {
    const { body } = await caller(server, rootToken)('POST', '/v1/webhooks', {
      url: receiver.url,
      events: ['account.revealed'],
    })
    const robot = { name: 'robot', owner: 'service', scopes: ['reveal:*'] }
    const made = await caller(server, rootToken)('POST', '/v1/tokens', robot)
    for (let round = 0; round < rounds; round += 1) {
      const accounts = await addAccounts(server, rootToken, round)
      const victim = victims[round % victims.length] ?? 'both'
      const killTime = isEarly(round) ? receiver.nextArrival() : anyMoment()
      await revealUntilKilled(server, String(made.body['token']), accounts, acknowledged, async () => {
        await killTime
        await Promise.all([victim === 'receiver' ? null : server.kill(), victim === 'server' ? null : receiver.kill()])
      })
      if (victim !== 'server') await receiver.restart()
      if (victim !== 'receiver') server = await startTestServer(store.variables)
    }
    await everythingSent(server, rootToken)
    return await compare(server, rootToken, receiver.arrived(), {
      acknowledged,
      signingKey: String(body['signingKey']),
    })
  } finally {
    await server.kill()
    await receiver.kill()
  }
}

// The first three rounds of six kill in the middle of a delivery, the others whenever it comes.
function isEarly(round: number): boolean {
  return round % 6 < victims.length
}

// Up to the moment at which the outbox looks again.
function anyMoment(): Promise<void> {
  return pause(Math.random() * 1100)
}

async function addAccounts(server: TestServer, token: string, round: number): Promise<string[]> {
  const call = caller(server, token)
  const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
  const added = await Promise.all(
    Array.from({ length: accountsPerRound }, (_, index) =>
      call('POST', '/v1/accounts', {
        label: `${round}-${index}`,
        secretBase32,
        marked: true,
        allowDuplicate: true,
      }),
    ),
  )
  return added.map(({ body }) => String(body['id']))
}

async function revealUntilKilled(
  server: TestServer,
  token: string,
  accounts: readonly string[],
  acknowledged: Set<string>,
  kill: () => Promise<void>,
): Promise<void> {
  const call = caller(server, token)
  const first = Promise.withResolvers<void>()
  const reveal = async (id: string) => {
    const { status } = await call('POST', `/v1/accounts/${id}/reveal`, {})
    if (status !== 200) return
    acknowledged.add(id)
    first.resolve()
  }
  // What is cut off in the middle is not acknowledged, and no failure of the test.
  const load = accounts.map(async (id, index) => {
    await pause(index * 3)
    await reveal(id).catch(() => {})
  })
  await Promise.race([first.promise, Promise.all(load)])
  await kill()
  await Promise.all(load)
}

/** Receivers that were down four times in a row are waited for by the quarter of an hour: nobody here has to. */
async function everythingSent(server: TestServer, token: string): Promise<void> {
  const call = caller(server, token)
  await until(async () => {
    const { body } = await call('GET', '/v1/notices?state=waiting')
    const waiting = body['items'] as { id: string; lastError: unknown }[]
    for (const { id, lastError } of waiting) if (lastError !== null) await call('POST', `/v1/notices/${id}/retry`)
    return waiting.length === 0
  }, 180_000)
}

async function compare(
  server: TestServer,
  token: string,
  arrived: readonly Arrived[],
  { acknowledged, signingKey }: { acknowledged: ReadonlySet<string>; signingKey: string },
): Promise<NoticeRounds> {
  const byId = Map.groupBy(arrived, ({ id }) => id)
  const told = [...byId.values()].map(([one]) => accountOf(one))
  const revealed = await revealedAccounts(server, token)
  expect(told.toSorted(), 'every reveal of the audit was told once, and nothing else').toEqual(revealed.toSorted())
  expect(
    [...acknowledged].filter((id) => !told.includes(id)),
    'every acknowledged reveal was told',
  ).toEqual([])
  for (const same of byId.values()) {
    expect(new Set(same.map(({ body }) => body)).size, 'a notice says the same each time').toBe(1)
  }
  const key = Buffer.from(signingKey.replace('whsec_', ''), 'base64')
  for (const { id, timestamp, signature, body } of arrived) {
    expect(JSON.parse(body)).toMatchObject({ id, type: 'account.revealed' })
    const right = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
    expect(signature).toBe(`v1,${right}`)
  }
  return { acknowledged: acknowledged.size, notices: byId.size, repeated: arrived.length - byId.size }
}

function accountOf(notice: Arrived | undefined): string {
  const { data } = JSON.parse(notice?.body ?? '{}') as { data: { accountId: string } }
  return data.accountId
}

async function revealedAccounts(server: TestServer, token: string): Promise<string[]> {
  const accounts: string[] = []
  let cursor = ''
  do {
    const { body } = await caller(server, token)(
      'GET',
      `/v1/audit?action=account.reveal&outcome=accepted&limit=500${cursor}`,
    )
    accounts.push(...(body['items'] as { objectId: string }[]).map(({ objectId }) => objectId))
    cursor = typeof body['nextCursor'] === 'string' ? `&cursor=${encodeURIComponent(body['nextCursor'])}` : ''
  } while (cursor !== '')
  return accounts
}

interface Receiver {
  readonly url: string
  arrived(): Arrived[]
  /** Fulfilled as soon as one more notice came, or none does. */
  nextArrival(): Promise<void>
  kill(): Promise<void>
  /** Comes back at the address it had. */
  restart(): Promise<void>
}

async function startReceiver(file: string): Promise<Receiver> {
  writeFileSync(file, '')
  // It comes back at the port it had, which nobody must be given meanwhile.
  const port = await freePort()
  let child = await spawnReceiver(file, port)
  return {
    url: `http://127.0.0.1:${port}/hook`,
    arrived: () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Arrived),
    nextArrival: async () => {
      const { size } = statSync(file)
      const givenUpMs = Date.now() + 5000
      while (statSync(file).size === size && Date.now() < givenUpMs) await pause(1)
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
    restart: async () => {
      child = await spawnReceiver(file, port)
    },
  }
}

async function spawnReceiver(file: string, port: number): Promise<ChildProcess> {
  const program = join(import.meta.dirname, 'webhook-process.ts')
  const child = spawn(process.execPath, [program, file, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}
