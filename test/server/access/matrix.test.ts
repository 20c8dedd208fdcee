import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Endpoint, endpoints } from '../../../src/api/index.ts'
import { csrfTokenOf } from '../../../src/server/access/csrf.ts'
import { readConfig } from '../../../src/server/config.ts'
import type { Role } from '../../../src/server/http/actor.ts'
import { createLogger } from '../../../src/server/log.ts'
import { openCore } from '../../../src/server/open-core.ts'
import { createRoomsApp, openRooms, type Rooms } from '../../../src/server/rooms.ts'
import { type DatabasePlace, engines, type TestEngine } from '../../support/engines.ts'
import { testServices } from '../../support/services.ts'

/** Who asks, as the headers of their requests. */
type Caller = Readonly<Record<string, string>>
type CallerName = 'stranger' | 'member' | 'auditor' | 'administrator' | 'root' | 'gate' | 'service'

interface Matrix {
  readonly app: FastifyInstance
  readonly callers: Readonly<Record<CallerName, Caller>>
}

async function openMatrix(engine: TestEngine): Promise<Matrix> {
  const place: DatabasePlace = await engine.freshPlace()
  const dataDir = place.dataDir ?? (await rootKeyFolder())
  const config = readConfig({}, { dataDir, databaseUrl: place.url })
  const core = await openCore(config, { ...testServices(), config })
  const rooms = await openRooms(core)
  const app = await createRoomsApp(rooms, { logger: createLogger('silent'), isServing: () => true })
  onTestFinished(async () => {
    await app.close()
    await rooms.stop()
    await core.close()
  })
  const { rootToken } = await rooms.access.initialise({ username: 'ada', passphrase: 'marching orders at dawn' })
  const service = await serviceToken(rooms)
  const callers = {
    stranger: {},
    member: await session(rooms, 'member', 'console'),
    auditor: await session(rooms, 'auditor', 'console'),
    administrator: await session(rooms, 'administrator', 'console'),
    gate: await session(rooms, 'administrator', 'gate'),
    root: { authorization: `Bearer ${rootToken}` },
    service: { authorization: `Bearer ${service}` },
  }
  return { app, callers }
}

// PostgreSQL has no folder of its own; the root key still lies in one.
async function rootKeyFolder(): Promise<string> {
  const [sqlite] = engines
  return (await sqlite?.freshPlace())?.dataDir ?? ''
}

async function session(rooms: Rooms, role: Role, kind: 'console' | 'gate'): Promise<Caller> {
  const { context, sessions } = rooms.access
  const id = `${role}-${kind}`
  const person = { username: id, username_key: id, display_name: '', email: '', source: 'local', role }
  const absent = { oidc_issuer: null, oidc_subject: null, passphrase_hash: null, legacy_passphrase: null }
  const times = { last_seen_at_ms: null, created_at_ms: 0, updated_at_ms: 0 }
  const token = await context.storage.transaction(async (tx) => {
    const row = { id, ...person, ...absent, ...times, disabled: 0, preferences: '{}' }
    await tx.insertInto('person').values(row).execute()
    const limits = { idleMs: 3_600_000, absoluteMs: 3_600_000 }
    const login = { kind, personId: id, factors: 'two', address: '', userAgent: '', limits } as const
    return (await sessions.begin(tx, login)).token
  })
  return { cookie: `watchword_console=${token}`, 'x-csrf-token': csrfTokenOf(token) }
}

async function serviceToken({ access }: Rooms): Promise<string> {
  const made = await access.context.storage.transaction((tx) =>
    access.tokens.create(tx, { name: 'shop', owner: 'service', scopes: ['verify:shop'], createdBy: 'test' }),
  )
  return made.text ?? ''
}

/** Calls an endpoint with the smallest input its schema allows; answers status and code of the refusal. */
async function ask({ app, callers }: Matrix, endpoint: Endpoint, caller: CallerName): Promise<[number, unknown]> {
  const { body } = endpoint.parts
  const answer = await app.inject({
    method: endpoint.method,
    url: endpoint.path.replaceAll(/\{\w+\}/g, 'x'),
    headers: { host: 'localhost:8000', ...callers[caller] },
    ...(body === undefined ? {} : { payload: bodyFor(body) }),
  })
  const isJson = /\bjson\b/.test(String(answer.headers['content-type']))
  return [answer.statusCode, isJson && answer.body !== '' ? (answer.json() as { code?: unknown }).code : undefined]
}

/** The plainest body a schema takes; where a pattern asks for more than emptiness, an empty one that is refused. */
function bodyFor(schema: TSchema): object {
  try {
    return Value.Create(schema) as object
  } catch {
    return {}
  }
}

const isOpen = (endpoint: Endpoint) => endpoint.isOpen
/** Endpoints of nobody but administrators, and where named auditors, whatever they are asked about. */
const isReserved = ({ rights }: Endpoint) =>
  rights.startsWith('Administrators') && !/right to add|others what they manage|whoever manages|tokens see/.test(rights)
const isForAuditors = ({ rights }: Endpoint) => rights.includes('auditors')
const streams = (endpoint: Endpoint) => endpoint.media === 'text/event-stream'

const guarded = endpoints.filter((endpoint) => !isOpen(endpoint))
const reserved = guarded.filter(isReserved)

/** What these endpoints answered to a caller, where it is not what was expected. */
async function surprises(
  matrix: Matrix,
  asked: readonly Endpoint[],
  caller: CallerName,
  isExpected: (status: number, code: unknown) => boolean,
): Promise<string[]> {
  const found: string[] = []
  for (const endpoint of asked) {
    const [status, code] = await ask(matrix, endpoint, caller)
    if (!isExpected(status, code)) found.push(`${endpoint.name} answered ${caller} ${status} ${String(code)}`)
  }
  return found
}

// 404 hides from whoever may not see it whether it exists.
const isForbidden = (status: number) => status === 403 || status === 404 || status === 400
const isRefusal = (status: number) => status === 401 || status === 403

describe.each(engines)('roles × routes on $name', (engine) => {
  it('is about all of the contract', () => {
    expect(reserved.length).toBeGreaterThan(30)
    expect(guarded.length).toBeGreaterThan(reserved.length + 20)
  })

  it('asks strangers and gate sessions to log in, everywhere that is not open', async () => {
    const matrix = await openMatrix(engine)
    // 400 where the smallest body is refused before anybody asks who sends it.
    const isKeptOut = (status: number) => status === 401 || status === 400
    expect(await surprises(matrix, guarded, 'stranger', isKeptOut)).toEqual([])
    expect(await surprises(matrix, guarded, 'gate', isKeptOut)).toEqual([])
  })

  it('forbids members and tokens of other scopes what administrators do', async () => {
    const matrix = await openMatrix(engine)
    expect(await surprises(matrix, reserved, 'member', isForbidden)).toEqual([])
    const others = reserved.filter(({ rights }) => !rights.includes('scopes'))
    expect(await surprises(matrix, others, 'service', isForbidden)).toEqual([])
  })

  it('lets auditors read what is theirs to read, and change nothing', async () => {
    const matrix = await openMatrix(engine)
    const theirs = reserved.filter((endpoint) => isForAuditors(endpoint) && !streams(endpoint))
    expect(await surprises(matrix, theirs, 'auditor', (status) => !isRefusal(status))).toEqual([])
    const others = reserved.filter((endpoint) => !isForAuditors(endpoint) && endpoint.method !== 'GET')
    expect(await surprises(matrix, others, 'auditor', isForbidden)).toEqual([])
  })

  it('refuses administrators and the root token nothing of it, and fails on nothing', async () => {
    const matrix = await openMatrix(engine)
    const asked = reserved.filter((endpoint) => !streams(endpoint))
    for (const caller of ['administrator', 'root'] as const) {
      expect(await surprises(matrix, asked, caller, (status) => !isRefusal(status) && status < 500)).toEqual([])
    }
  })

  it('answers nobody with a fault, whatever is asked', async () => {
    const matrix = await openMatrix(engine)
    const asked = endpoints.filter((endpoint) => !streams(endpoint) && endpoint.name !== 'logout')
    for (const caller of ['stranger', 'member', 'service'] as const) {
      expect(await surprises(matrix, asked, caller, (status) => status !== 500)).toEqual([])
    }
  })
})
