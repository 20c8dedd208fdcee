import { onTestFinished } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { encodeBase32 } from '../../../src/otp/base32.ts'
import { csrfTokenOf } from '../../../src/server/access/csrf.ts'
import { readConfig } from '../../../src/server/config.ts'
import type { Role } from '../../../src/server/http/actor.ts'
import { createLogger } from '../../../src/server/log.ts'
import { openCore } from '../../../src/server/open-core.ts'
import { createRoomsApp, openRooms, type Rooms } from '../../../src/server/rooms.ts'
import { startDouble } from '../../support/aws/double-server.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import { testServices } from '../../support/services.ts'

/** Members of a console session, by what they were given beyond being there. */
const members = ['member', 'revealer', 'manager', 'keeper', 'adder'] as const
/** Service tokens and their scopes. */
const tokens = [
  ['token of another object', ['verify:bank', 'explain:bank', 'enrol:bank', 'reveal:none', 'manage:none', 'metrics']],
  ['token to verify', ['verify:shop']],
  ['token to enrol', ['enrol:shop']],
  ['token to reveal', ['reveal:*']],
  ['token to manage', ['manage:*']],
  ['token to audit', ['audit']],
  ['token to administer', ['admin']],
] as const

export type CallerName =
  | 'stranger'
  | 'gate session'
  | (typeof members)[number]
  | 'auditor'
  | 'administrator'
  | 'root'
  | (typeof tokens)[number][0]

/** Who asks, as the headers of their requests. */
export type Caller = Readonly<Record<string, string>>

/** Every kind of caller at one server. */
export interface Matrix {
  readonly app: FastifyInstance
  readonly callers: ReadonlyMap<CallerName, Caller>
  /** An account that `revealer`, `manager` and, for both, `keeper` have grants on. */
  readonly account: string
  /** Another such account. */
  freshAccount(): Promise<string>
}

/** Opens every room with a realm `shop`, its subject `ada`, and one caller of every kind. */
export async function openMatrix(engine: TestEngine): Promise<Matrix> {
  const rooms = await openEveryRoom(engine)
  const app = await createRoomsApp(rooms, { logger: createLogger('silent'), isServing: () => true })
  onTestFinished(() => app.close())
  const { rootToken } = await rooms.access.initialise({ username: 'ada', passphrase: 'marching orders at dawn' })
  const root = { authorization: `Bearer ${rootToken}` }
  const made = async (url: string, payload: object): Promise<string> => {
    const answer = await app.inject({ method: 'POST', url, headers: root, payload })
    if (answer.statusCode !== 201) throw new Error(`${url} answered ${answer.statusCode} ${answer.body}`)
    return String(answer.json<{ id?: unknown; token?: unknown }>()[url === '/v1/tokens' ? 'token' : 'id'])
  }
  const people = await addPeople(rooms)
  const group = await made('/v1/groups', { name: 'adders', mayAddAccounts: true })
  await app.inject({ method: 'PUT', url: `/v1/groups/${group}/members/adder-console`, headers: root })
  await made('/v1/realms', { name: 'shop' })
  await made('/v1/realms/shop/subjects', { name: 'ada' })
  const callers = new Map<CallerName, Caller>([['stranger', {}], ['root', root], ...people])
  for (const [name, scopes] of tokens) {
    const token = await made('/v1/tokens', { name, owner: 'service', scopes })
    callers.set(name, { authorization: `Bearer ${token}` })
  }
  const grants = [
    { grantee: 'person', granteeId: 'revealer-console', right: 'reveal' },
    { grantee: 'person', granteeId: 'manager-console', right: 'manage' },
    { grantee: 'person', granteeId: 'keeper-console', right: 'reveal' },
    { grantee: 'person', granteeId: 'keeper-console', right: 'manage' },
  ]
  let count = 0
  let last = Promise.resolve('')
  // One after the other: seventeen at once would wait for each other longer than a database lets them. Each with a secret
  // of its own, or adding one would look at all that are there.
  const freshAccount = () => {
    count += 1
    const account = { secretBase32: encodeBase32(Buffer.alloc(20, `${count} `)), label: `account ${count}`, grants }
    return (last = last.then(() => made('/v1/accounts', account)))
  }
  return { app, callers, account: await freshAccount(), freshAccount }
}

async function openEveryRoom(engine: TestEngine): Promise<Rooms> {
  const place = await engine.freshPlace()
  // PostgreSQL has no folder of its own; the root key still lies in one.
  const dataDir = place.dataDir ?? (await engines[0]?.freshPlace())?.dataDir ?? ''
  // An AWS that knows nobody: the test talks to this machine alone.
  const aws = await startDouble(() => ({ status: 403, headers: {}, body: '' }))
  onTestFinished(() => aws.stop())
  const variables = { WATCHWORD_AWS_IAM_URL: aws.origin, WATCHWORD_AWS_STS_URL: aws.origin }
  const config = readConfig(variables, { dataDir, databaseUrl: place.url })
  const core = await openCore(config, { ...testServices(), config })
  const rooms = await openRooms(core)
  onTestFinished(async () => {
    await rooms.stop()
    await core.close()
  })
  return rooms
}

async function addPeople(rooms: Rooms): Promise<[CallerName, Caller][]> {
  const people: [CallerName, Caller][] = []
  for (const name of members) people.push([name, await session(rooms, name, 'member', 'console')])
  for (const role of ['auditor', 'administrator'] as const) {
    people.push([role, await session(rooms, role, role, 'console')])
  }
  people.push(['gate session', await session(rooms, 'visitor', 'administrator', 'gate')])
  return people
}

async function session({ access }: Rooms, name: string, role: Role, kind: 'console' | 'gate'): Promise<Caller> {
  const { context, sessions } = access
  const id = `${name}-${kind}`
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
