import { describe, expect, it } from 'vitest'
import { type Endpoint, endpoints, type Right } from '../../../src/api/index.ts'
import { problemsOf } from '../../../src/server/http/documented-problems.ts'
import { filledPath, plainBody } from '../../support/contract-calls.ts'
import { engines } from '../../support/engines.ts'
import { type CallerName, type Matrix, openMatrix } from './matrix-callers.ts'

const administrators = ['administrator', 'root', 'token to administer'] as const
const auditors = [...administrators, 'auditor', 'token to audit'] as const
const people = ['member', 'revealer', 'manager', 'keeper', 'adder', 'auditor', 'administrator'] as const
const managers = [...administrators, 'manager', 'keeper', 'token to manage'] as const
const known = [
  ...people,
  'root',
  'token of another object',
  'token to verify',
  'token to enrol',
  'token to reveal',
  'token to manage',
  'token to audit',
  'token to administer',
] as const

/** Whom each right lets in, word for word: everybody else is refused. */
const letIn: Readonly<Record<Right, readonly CallerName[]>> = {
  anyone: ['stranger', 'gate session', ...known],
  linkHolder: ['stranger', 'gate session', ...known],
  known,
  person: people,
  // Asked about somebody else's; one's own is in rights.test.ts.
  owner: administrators,
  tokenMaker: administrators,
  administrator: administrators,
  auditor: auditors,
  groupReader: [...auditors, 'manager', 'keeper'],
  realmReader: [...auditors, 'token to verify', 'token to enrol'],
  enroller: [...administrators, 'token to enrol'],
  verifier: [...administrators, 'token to verify'],
  adder: [...administrators, 'adder'],
  viewer: [...managers, 'revealer', 'token to reveal'],
  favouriter: ['revealer', 'manager', 'keeper', 'administrator'],
  revealer: ['revealer', 'keeper', 'token to reveal'],
  manager: managers,
  registrar: ['keeper'],
}

/** Where a right depends on whose the thing is, the request is about somebody else's. */
const somebodyElses: Readonly<Record<string, { query?: string; body?: object }>> = {
  listSessions: { query: '?all=true' },
  endSessions: { body: { person: 'ada' } },
  listTokens: { query: '?all=true' },
  createToken: { body: { name: 'till', owner: 'service', scopes: ['metrics'] } },
}
/** What keeps a caller out; to whoever may not know of an account or a realm, it is not there. */
const refusals = new Set([
  'login_needed',
  'forbidden',
  'account_not_found',
  'realm_not_found',
  'reveal_not_granted',
  'reveal_not_custodian',
])
const hiding: readonly Right[] = ['realmReader', 'viewer', 'favouriter', 'revealer', 'manager', 'registrar']

interface Heard {
  readonly status: number
  readonly code: string
}

/** Calls an endpoint about what is there, with input it takes. */
async function ask(matrix: Matrix, endpoint: Endpoint, caller: CallerName): Promise<Heard> {
  const { query = '', body = plainBody(endpoint) } = somebodyElses[endpoint.name] ?? {}
  // Whoever is let in may change or delete it; what readers and others find is that of everybody.
  const mayChange = endpoint.method !== 'GET' && letIn[endpoint.right].includes(caller)
  const account = mayChange && endpoint.path.includes('{account}') ? await matrix.freshAccount() : matrix.account
  const names = { account, ...(endpoint.right === 'administrator' ? {} : { realm: 'shop', subject: 'ada' }) }
  const answer = await matrix.app.inject({
    method: endpoint.method,
    url: filledPath(endpoint, names) + query,
    headers: { host: 'localhost:8000', ...matrix.callers.get(caller) },
    payloadAsStream: true,
    ...(body === undefined ? {} : { payload: body }),
  })
  const stream = answer.stream()
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json')
  if (isProblem) return { status: answer.statusCode, code: codeOf(await stream.toArray()) }
  // Live views never end by themselves.
  stream.destroy()
  return { status: answer.statusCode, code: '' }
}

function codeOf(chunks: readonly Buffer[]): string {
  return String((JSON.parse(Buffer.concat(chunks).toString()) as { code: unknown }).code)
}

function isDocumented(endpoint: Endpoint, { status, code }: Heard): boolean {
  // What people see in a browser is refused in a page, which names no code.
  const isCode = (one: string) => code === '' || one === code
  if (code === '' && status === endpoint.status) return true
  return problemsOf(endpoint).some(([known, codes]) => known === status && codes.some(isCode))
}

/** What is wrong with what a caller heard; null where it is as the endpoint's right says. */
function surprise(endpoint: Endpoint, caller: CallerName, heard: Heard): string | null {
  const { right } = endpoint
  const { status, code } = heard
  if (status === 500 || code === 'bad_request') return 'a fault'
  if (!isDocumented(endpoint, heard)) return 'not documented'
  const isStrange = caller === 'stranger' || caller === 'gate session'
  const mayCall = letIn[right].includes(caller)
  if (!mayCall && isStrange) return code === 'login_needed' ? null : 'let in without a login'
  const isRefused = code === 'login_needed' || code === 'forbidden' || (hiding.includes(right) && refusals.has(code))
  if (mayCall) return isRefused ? 'kept out' : null
  return isRefused ? null : 'let in'
}

/** Endpoints by what they are about: seventeen callers at each are too many for one test on a busy machine. */
const parts = [
  ['Accounts'],
  ['Subjects', 'Realms', 'Tokens'],
  ['People', 'Me', 'Login', 'Sessions'],
  ['Settings', 'Audit', 'Notices', 'Operation'],
]

it('every endpoint is in one part', () => {
  expect(parts.flat().toSorted()).toEqual([...new Set(endpoints.map(({ tag }) => tag))].toSorted())
})

describe.each(engines)('roles × routes on $name', (engine) => {
  it.each(parts)('%s and their like: lets every caller in exactly where the right says so', async (...tags) => {
    const matrix = await openMatrix(engine)
    const found: string[] = []
    for (const endpoint of endpoints.filter(({ tag }) => tags.includes(tag))) {
      // What strangers may is open to all.
      const asking = endpoint.isOpen ? (['stranger'] as const) : matrix.callers.keys()
      const askedAtOnce = [...asking].map(async (caller) => {
        const heard = await ask(matrix, endpoint, caller)
        const what = surprise(endpoint, caller, heard)
        if (what !== null) found.push(`${endpoint.name} answered ${caller} ${heard.status} ${heard.code}: ${what}`)
      })
      await Promise.all(askedAtOnce)
    }
    expect(found).toEqual([])
    expect(matrix.callers.size).toBe(17)
  })

  it('knows an endpoint for every right, and a right for every endpoint', () => {
    expect(new Set(endpoints.map(({ right }) => right))).toEqual(new Set(Object.keys(letIn)))
    expect(endpoints.filter(({ isOpen }) => isOpen).map(({ right }) => right)).not.toContain('person')
  })
})
