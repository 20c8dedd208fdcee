import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endpoints, type Endpoint } from '../../src/api/index.ts'
import { encodeBase32 } from '../../src/otp/base32.ts'
import { type Canary, canaryOf, filesBelow, leaks, processTitles } from '../support/canary.ts'
import {
  caller,
  createStore,
  initialise,
  runCommand,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../support/server.ts'

let store: TestStore
let server: TestServer
let rootToken: string
let accountId: string
let account: Canary
let replaced: Canary
let subject: Canary
let judgedCode: string
let roles: Record<string, ReturnType<typeof caller>>

const fresh = () => canaryOf(encodeBase32(randomBytes(20)))

beforeAll(async () => {
  store = createStore()
  rootToken = initialise(store).rootToken
  server = await startTestServer({ ...store.variables, WATCHWORD_LOG_LEVEL: 'debug' })
  account = fresh()
  replaced = fresh()
  const root = caller(server, rootToken)
  const grants = [{ grantee: 'everyone', right: 'reveal' }]
  const added = await root('POST', '/v1/accounts', { label: 'canary', secretBase32: replaced.base32, grants })
  accountId = String(added.body['id'])
  await root('PUT', `/v1/accounts/${accountId}/secret`, { secretBase32: account.base32 })
  await root('POST', '/v1/realms', { name: 'nest' })
  await root('POST', '/v1/realms/nest/subjects', { name: 'bird' })
  const { body } = await root('POST', '/v1/realms/nest/subjects/bird/enrolment')
  subject = canaryOf(String(body['secretBase32']))
  roles = { root, stranger: caller(server, ''), ...(await tokens(root)) }
  // Confirmed by its first code, a secret is shown to nobody any more (T56).
  await confirm(root)
})

afterAll(async () => {
  await server.stop()
  store.remove()
})

async function tokens(root: ReturnType<typeof caller>): Promise<Record<string, ReturnType<typeof caller>>> {
  const scopes = {
    revealer: [`reveal:${accountId}`],
    verifier: ['verify:nest'],
    enroller: ['enrol:nest'],
    auditor: ['audit'],
    administrator: ['admin'],
  }
  const made = await Promise.all(
    Object.entries(scopes).map(async ([name, list]) => {
      const { body } = await root('POST', '/v1/tokens', { name, owner: 'service', scopes: list })
      return [name, caller(server, String(body['token']))] as const
    }),
  )
  return Object.fromEntries(made)
}

async function confirm(root: ReturnType<typeof caller>): Promise<void> {
  const { totp } = await import('../../src/otp/totp.ts')
  const { decodeBase32 } = await import('../../src/otp/base32.ts')
  judgedCode = totp(decodeBase32(subject.base32), Date.now())
  const verified = await root('POST', '/v1/realms/nest/subjects/bird/verify', { code: judgedCode })
  expect(verified.body).toMatchObject({ accepted: true })
}

/** An endpoint's path with real names where they make sense, and a body that is worth answering. */
function pathOf(endpoint: Endpoint): string {
  const values: Record<string, string> = {
    account: accountId,
    realm: 'nest',
    subject: 'bird',
    person: 'ada',
    group: 'everyone',
  }
  return endpoint.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? 'none')
}

// What ends the walk, or would never end: streams, and what takes the planted things away.
const leftOut = new Set([
  'followAudit',
  'accountEvents',
  'deleteAccount',
  'deleteRealm',
  'deleteSubject',
  'deletePerson',
  'undoReplaceSecret',
  'enrolSubject',
  'endSessions',
  'rotateKeys',
  'createEnrolmentLink',
])

describe('planted secrets', () => {
  it('T50 T53 T86 come out of no route, for no role', async () => {
    const answers: Record<string, string> = {}
    for (const [role, call] of Object.entries(roles)) {
      for (const endpoint of endpoints.filter(({ name }) => !leftOut.has(name))) {
        for (const query of ['', '?withSecret=1&secret=true&include=secret&expand=sealed_secret']) {
          const { text, headers } = await call(
            endpoint.method,
            pathOf(endpoint) + query,
            endpoint.method === 'GET' ? undefined : {},
          )
          answers[`${role} ${endpoint.method} ${endpoint.path}${query}`] = text + JSON.stringify([...headers])
        }
      }
    }
    expect(Object.keys(answers).length).toBeGreaterThan(500)
    expect(leaks([account, replaced, subject], answers)).toEqual([])
  }, 120_000)

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
    const shown = await roles['revealer']?.('POST', `/v1/accounts/${accountId}/reveal`, {})
    for (const code of [judgedCode, String(shown?.body['code'])]) {
      expect(code).toMatch(/^\d{6}$/)
      expect(server.log()).not.toMatch(new RegExp(`(?<!\\d)${code}(?!\\d)`))
    }
  })

  it('would be found if they were there', () => {
    const hex = Buffer.from(account.spellings[0] ?? '').toString('hex')
    expect(leaks([account], { planted: `x${hex}x` })).toHaveLength(1)
  })
})
