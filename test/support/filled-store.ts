import { randomUUID } from 'node:crypto'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { caller, type Initialised, passphrase, type TestServer } from './server.ts'

/** An account whose secret a test knows. */
export interface KnownAccount {
  readonly id: string
  readonly label: string
  readonly secretBase32: string
  readonly type: 'totp' | 'hotp' | 'steam'
  readonly algorithm: 'SHA1' | 'SHA256' | 'SHA512'
  readonly digits: number
  readonly periodSeconds: number
}

/** What has to hold of a filled store ever after, whatever happens to its database. */
export interface KnownStore {
  readonly rootToken: string
  /** May verify in the realm `shop` and nothing else. */
  readonly verifyToken: string
  /** May see the codes of every account. */
  readonly revealToken: string
  readonly administrator: { readonly username: string; readonly passphrase: string; readonly otpauthUri: string }
  readonly subjects: readonly { readonly realm: string; readonly name: string; readonly secretBase32: string }[]
  readonly accounts: readonly KnownAccount[]
}

const secrets = [
  'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  'KRUGKIDROVUWG2ZAMJZG653OEBTG66BA',
  'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
]
const kinds = [
  { label: 'root account', type: 'totp', algorithm: 'SHA1', digits: 6, periodSeconds: 30 },
  { label: 'long codes', type: 'totp', algorithm: 'SHA256', digits: 8, periodSeconds: 60 },
  { label: 'counting', type: 'hotp', algorithm: 'SHA1', digits: 6, periodSeconds: 30 },
  { label: 'games', type: 'steam', algorithm: 'SHA1', digits: 5, periodSeconds: 30 },
] as const

/** How codes of the realm `lab` look; those of `shop` look as usual. */
export const labPolicy = { algorithm: 'SHA256', digits: 8, periodSeconds: 60 } as const

/** Fills a fresh store with something of everything that has to survive: subjects, accounts, tokens, people, settings. */
export async function fillStore(server: TestServer, made: Initialised): Promise<KnownStore> {
  const call = caller(server, made.rootToken)
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
    return answer.body
  }
  const subjects: { realm: string; name: string; secretBase32: string }[] = []
  for (const [realm, policy] of [
    ['shop', {}],
    ['lab', labPolicy],
  ] as const) {
    await ask('POST', '/v1/realms', { name: realm, ...policy })
    for (const name of ['bob', 'zoë']) {
      const path = `/v1/realms/${realm}/subjects`
      await ask('POST', path, { name })
      const { secretBase32 } = await ask('POST', `${path}/${encodeURIComponent(name)}/enrolment`)
      const code = totp(decodeBase32(String(secretBase32)), Date.now(), policy)
      await ask('POST', `${path}/${encodeURIComponent(name)}/verify`, { code })
      await ask('POST', `${path}/${encodeURIComponent(name)}/verify`, { code: '000000' })
      subjects.push({ realm, name, secretBase32: String(secretBase32) })
    }
  }
  const accounts: KnownAccount[] = []
  for (const [index, kind] of kinds.entries()) {
    const secretBase32 = secrets[index % secrets.length] ?? ''
    const grants = [{ grantee: 'everyone', right: 'reveal' }]
    const body = { ...kind, secretBase32, tags: ['old'], note: 'kept — “as is”', grants, allowDuplicate: true }
    const { id } = await ask('POST', '/v1/accounts', body)
    accounts.push({ id: String(id), ...kind, secretBase32 })
  }
  await ask('POST', '/v1/groups', { name: 'operators' })
  await ask('POST', '/v1/people', { username: 'grace' })
  const makeToken = async (name: string, scopes: readonly string[]) =>
    String((await ask('POST', '/v1/tokens', { name, owner: 'service', scopes }))['token'])
  const verifyToken = await makeToken('shop', ['verify:shop'])
  const revealToken = await makeToken(
    'all accounts',
    accounts.map(({ id }) => `reveal:${id}`),
  )
  for (const { id } of accounts) await revealCode(server, revealToken, id)
  const administrator = { username: 'ada', passphrase, otpauthUri: made.admin.otpauthUri }
  return { rootToken: made.rootToken, verifyToken, revealToken, administrator, subjects, accounts }
}

/** What a token is shown of an account, a new counter included. */
export async function revealCode(
  server: TestServer,
  token: string,
  id: string,
): Promise<{ code: string; step: number }> {
  const response = await fetch(`${server.url}/v1/accounts/${id}/reveal`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: '{}',
  })
  if (!response.ok) throw new Error(`reveal: ${response.status} ${await response.text()}`)
  return (await response.json()) as { code: string; step: number }
}
