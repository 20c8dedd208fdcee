import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeBase32, encodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { openStorage } from '../../src/server/database/open.ts'
import { loggedIn } from '../support/person-caller.ts'
import {
  type Call,
  caller,
  createStore,
  type Initialised,
  initialise,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../support/server.ts'

describe('one store, started twice', () => {
  let store: TestStore
  let server: TestServer
  let rootToken: string
  let admin: Initialised['admin']
  /** The server that runs, before and after its restart. */
  const present = {
    get url() {
      return server.url
    },
  }
  let call: Call

  beforeAll(async () => {
    store = createStore()
    ;({ rootToken, admin } = initialise(store))
    server = await startTestServer(store.variables)
    call = caller(present, rootToken)
  })
  afterAll(async () => {
    await server.stop()
    store.remove()
  })

  it('T102 takes a thousand accounts in one go, whatever limits guessing', async () => {
    const text = Array.from({ length: 1000 }, (_, index) => {
      const secret = encodeBase32(Buffer.from(`secret number ${String(index).padStart(6, '0')}`))
      return `otpauth://totp/Import:a${index}?secret=${secret}&issuer=Import`
    }).join('\n')
    const preview = await call('POST', '/v1/accounts/candidates', { text })
    const { batch, candidates } = preview.body as { batch: string; candidates: { ref: string }[] }
    expect(candidates).toHaveLength(1000)
    const refs = candidates.map(({ ref }) => ref)
    const added = await call('POST', `/v1/accounts/candidates/${batch}`, { refs })
    expect(added.body).toMatchObject({ refused: [] })
    expect(added.body['added']).toHaveLength(1000)
  })

  it('T100 keeps every method, right and setting over a restart', async () => {
    await call('PATCH', '/v1/settings', { undoMs: 120_000, auditRetentionDays: 400 })
    await call('POST', '/v1/realms', { name: 'kept', digits: 8, algorithm: 'SHA256', periodSeconds: 60, windowBack: 2 })
    await call('POST', '/v1/realms/kept/subjects', { name: 'bob' })
    const { body } = await call('POST', '/v1/realms/kept/subjects/bob/enrolment')
    await call('POST', '/v1/groups', { name: 'operators' })
    await call('POST', '/v1/tokens', { name: 'till', owner: 'service', scopes: ['verify:kept'] })
    await call('POST', '/v1/webhooks', { url: 'https://example.com/hook', events: ['login.new_device'] })
    const grants = [
      { grantee: 'everyone', right: 'reveal' },
      { grantee: 'group', granteeId: 'operators', right: 'manage' },
    ]
    const secretBase32 = encodeBase32(Buffer.from('of the kept account!'))
    const added = await call('POST', '/v1/accounts', { label: 'kept', secretBase32, lease: 'exclusive', grants })
    const account = `/v1/accounts/${String(added.body['id'])}`
    const ada = await loggedIn(present, 'ada', admin.otpauthUri)
    await ada('PUT', `${account}/favourite`, { favourite: true })
    await keepPasskey(store, 'ada')
    const asked = ['settings', 'realms', 'realms/kept/subjects', 'people', 'groups', 'tokens', 'webhooks', 'accounts']
    const paths = [...asked.map((path) => `/v1/${path}`), account, `${account}/grants`, `${account}/custody`]
    const read = () => Promise.all(paths.map(async (path) => (await call('GET', path)).body))
    const own = ['/v1/me', '/v1/me/passkeys', '/v1/accounts?limit=1', '/v1/sessions']
    const readOwn = () => Promise.all(own.map(async (path) => (await ada('GET', path)).body))
    const before = [await read(), await readOwn()]
    expect(before[1]?.[1]).toMatchObject({ items: [{ name: 'kept key' }] })
    await server.stop()
    server = await startTestServer(store.variables)
    expect(withoutUse([await read(), await readOwn()])).toEqual(withoutUse(before))
    const options = { digits: 8, algorithm: 'SHA256', periodSeconds: 60 } as const
    const code = totp(decodeBase32(String(body['secretBase32'])), Date.now(), options)
    expect((await call('POST', '/v1/realms/kept/subjects/bob/verify', { code })).body).toMatchObject({ accepted: true })
  })

  it('T14 judges each time anew: no verdict is kept and given again', async () => {
    await call('POST', '/v1/realms', { name: 'fresh' })
    await call('POST', '/v1/realms/fresh/subjects', { name: 'eve' })
    const { body } = await call('POST', '/v1/realms/fresh/subjects/eve/enrolment')
    const code = totp(decodeBase32(String(body['secretBase32'])), Date.now())
    const verify = async () => (await call('POST', '/v1/realms/fresh/subjects/eve/verify', { code })).body['accepted']
    expect([await verify(), await verify(), await verify()]).toEqual([true, false, false])
  })
})

/** Gives a person a passkey, as its registration leaves it. */
async function keepPasskey({ folder }: TestStore, username: string): Promise<void> {
  const storage = await openStorage({ dataDir: folder, clock: { nowMs: () => Date.now() } })
  await storage.transaction(async (tx) => {
    const { id } = await tx.selectFrom('person').select('id').where('username', '=', username).executeTakeFirstOrThrow()
    const key = { credential_id: 'kept', public_key: Buffer.alloc(32, 1), sign_count: 7, transports: '["usb"]' }
    const row = { id: 'kept', person_id: id, name: 'kept key', ...key, created_at_ms: 1, last_used_at_ms: null }
    await tx.insertInto('passkey').values(row).execute()
  })
  await storage.close()
}

// When a token was last used is written now and then, and is no setting.
function withoutUse(answers: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(answers, (key, value: unknown) => (/^last|serverTime/.test(key) ? null : value)))
}
