import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpoints, type Endpoint } from '../../src/api/index.ts'
import { decodeBase32, encodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { readQrCodes } from '../../src/qr/read.ts'
import { type RunningDouble, startDouble } from '../support/aws/double-server.ts'
import { type Canary, canaryOf, filesBelow, leaks, processTitles } from '../support/canary.ts'
import { filledPath, plainBody } from '../support/contract-calls.ts'
import { invited, loggedIn } from '../support/person-caller.ts'
import {
  type Call,
  type CallAnswer,
  caller,
  createStore,
  initialise,
  runCommand,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../support/server.ts'

let store: TestStore
let aws: RunningDouble
let server: TestServer
let rootToken: string
let accountId: string
let account: Canary
let replaced: Canary
let subject: Canary
let judgedCode: string
let roles: Record<string, Call>

const fresh = () => canaryOf(encodeBase32(randomBytes(20)))

beforeAll(async () => {
  store = createStore()
  const made = initialise(store)
  rootToken = made.rootToken
  // An AWS that knows nobody: the test talks to this machine alone.
  aws = await startDouble(() => ({ status: 403, body: '' }))
  server = await startTestServer({
    ...store.variables,
    WATCHWORD_AWS_IAM_URL: aws.origin,
    WATCHWORD_AWS_STS_URL: aws.origin,
    WATCHWORD_LOG_LEVEL: 'debug',
  })
  account = fresh()
  replaced = fresh()
  const root = caller(server, rootToken)
  const uploader = await loggedIn(server, 'ada', made.admin.otpauthUri)
  const grants = [{ grantee: 'everyone', right: 'reveal' }]
  const added = await uploader('POST', '/v1/accounts', { label: 'canary', secretBase32: replaced.base32, grants })
  accountId = String(added.body['id'])
  await uploader('PUT', `/v1/accounts/${accountId}/secret`, { secretBase32: account.base32 })
  await root('POST', '/v1/realms', { name: 'nest' })
  await root('POST', '/v1/realms/nest/subjects', { name: 'bird' })
  await root('POST', '/v1/people', { username: 'guest' })
  const { body } = await root('POST', '/v1/realms/nest/subjects/bird/enrolment')
  subject = canaryOf(String(body['secretBase32']))
  roles = { root, stranger: caller(server, ''), uploader, ...(await people(root)), ...(await tokens(root)) }
})

afterAll(async () => {
  await server.stop()
  await aws.stop()
  store.remove()
})

async function people(root: Call): Promise<Record<string, Call>> {
  return {
    member: await invited(server, root, { username: 'mel', role: 'member' }),
    auditor: await invited(server, root, { username: 'ida', role: 'auditor' }),
  }
}

async function tokens(root: Call): Promise<Record<string, Call>> {
  const scopes = {
    revealer: [`reveal:${accountId}`],
    manager: [`manage:${accountId}`],
    verifier: ['verify:nest'],
    enroller: ['enrol:nest'],
    'audit token': ['audit'],
    administrator: ['admin'],
  }
  const made = await Promise.all(
    Object.entries(scopes).map(async ([name, list]) => {
      const { status, body } = await root('POST', '/v1/tokens', { name, owner: 'service', scopes: list })
      expect([name, status]).toEqual([name, 201])
      return [name, caller(server, String(body['token']))] as const
    }),
  )
  return Object.fromEntries(made)
}

/** What a role is answered. */
function asked(role: string, method: string, path: string, body?: unknown): Promise<CallAnswer> {
  const call = roles[role]
  if (call === undefined) throw new Error(`nobody is ${role}`)
  return call(method, path, body)
}

const names = () => ({ account: accountId, realm: 'nest', subject: 'bird', person: 'guest', group: 'everyone' })

/** The body of a call: the plainest its endpoint takes, which leaves the planted things where they are. */
function bodyOf(endpoint: Endpoint): object | undefined {
  return endpoint.name === 'replaceSecret' ? { secretBase32: account.base32 } : plainBody(endpoint)
}

/** What an answer holds, and what the pictures in it say. */
async function contentOf({ text, bytes, headers }: CallAnswer): Promise<string> {
  const isPicture = headers.get('content-type') === 'image/png'
  const picture = isPicture ? (await readQrCodes(bytes)).join(' ') : ''
  return [text, JSON.stringify([...headers]), picture].join(' ')
}

// What would never end: streams; what takes the planted things or the callers away; what makes them anew.
const leftOut = new Set([
  'followAudit',
  'accountEvents',
  'deleteAccount',
  'deleteRealm',
  'deleteSubject',
  'deletePerson',
  'undoReplaceSecret',
  'enrolSubject',
  'endSession',
  'endSessions',
  'logout',
  'rotateKeys',
  'createEnrolmentLink',
])

/** How many endpoints answer each role with what it asked for, at least: a role that is refused everything proves nothing. */
const fewestAnswered = {
  root: 45,
  stranger: 4,
  uploader: 55,
  member: 18,
  auditor: 28,
  revealer: 9,
  manager: 14,
  verifier: 9,
  enroller: 15,
  'audit token': 17,
  administrator: 44,
} as const

describe('planted secrets', () => {
  it('T50 T56 stand in the picture of an enrolment while its maker may see it, which is read as any other', async () => {
    const path = '/v1/realms/nest/subjects/bird/enrolment/qr.png'
    const shown = { maker: await contentOf(await asked('root', 'GET', path)) }
    expect(leaks([subject], shown)).toHaveLength(1)
    for (const role of ['stranger', 'uploader', 'member', 'auditor', 'enroller', 'administrator']) {
      expect(leaks([subject], { [role]: await contentOf(await asked(role, 'GET', path)) })).toEqual([])
    }
    // Confirmed by its first code, a secret is shown to nobody any more (T56).
    judgedCode = totp(decodeBase32(subject.base32), Date.now())
    const verified = await asked('root', 'POST', '/v1/realms/nest/subjects/bird/verify', { code: judgedCode })
    expect(verified.body).toMatchObject({ accepted: true })
  })

  it('T50 T53 T86 come out of no route, for no role', async () => {
    const answers: Record<string, string> = {}
    const answered = new Map<string, number>()
    for (const role of Object.keys(roles)) {
      for (const endpoint of endpoints.filter(({ name }) => !leftOut.has(name))) {
        for (const query of ['', '?withSecret=1&secret=true&include=secret&expand=sealed_secret']) {
          const answer = await asked(role, endpoint.method, filledPath(endpoint, names()) + query, bodyOf(endpoint))
          answers[`${role} ${endpoint.method} ${endpoint.path}${query}`] = await contentOf(answer)
          if (query === '' && answer.status < 300) answered.set(role, (answered.get(role) ?? 0) + 1)
        }
      }
    }
    expect(leaks([account, replaced, subject], answers)).toEqual([])
    const tooFew = Object.entries(fewestAnswered).filter(([role, fewest]) => (answered.get(role) ?? 0) < fewest)
    expect(tooFew).toEqual([])
    expect([...answered.keys()].toSorted()).toEqual(Object.keys(fewestAnswered).toSorted())
  })

  it('T50 T51 lie in no database file, WAL, log, metric or process title', async () => {
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    const places = { ...filesBelow(store.folder), log: server.log(), metrics, ...processTitles(server.pid) }
    expect(Object.keys(places).some((path) => path.endsWith('-wal'))).toBe(true)
    expect(leaks([account, replaced, subject], places)).toEqual([])
  })

  it('T50 stand in no export of the audit', () => {
    const { stdout, status } = runCommand(['audit', 'export', '--jsonl'], store.variables)
    expect(status).toBe(0)
    expect(stdout).toContain('account.create')
    expect(leaks([account, replaced, subject], { export: stdout })).toEqual([])
  })

  it('keeps the root token out of every file and of the log', () => {
    const token = Buffer.from(rootToken)
    const places = { ...filesBelow(store.folder), log: Buffer.from(server.log()) }
    expect(
      Object.entries(places)
        .filter(([, content]) => content.includes(token))
        .map(([path]) => path),
    ).toEqual([])
  })

  it('keeps the codes it judged and showed out of the log', async () => {
    const shown = await asked('revealer', 'POST', `/v1/accounts/${accountId}/reveal`, {})
    for (const code of [judgedCode, String(shown.body['code'])]) {
      expect(code).toMatch(/^\d{6}$/)
      expect(server.log()).not.toMatch(new RegExp(`(?<!\\d)${code}(?!\\d)`))
    }
  })

  it('would be found if they were there', () => {
    const hex = Buffer.from(account.spellings[0] ?? '').toString('hex')
    expect(leaks([account], { planted: `x${hex}x` })).toHaveLength(1)
  })
})
