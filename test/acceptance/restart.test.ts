import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeBase32, encodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { caller, createStore, initialise, startTestServer, type TestServer, type TestStore } from '../support/server.ts'

describe('one store, started twice', { timeout: 90_000 }, () => {
  let store: TestStore
  let server: TestServer
  let rootToken: string
  let call: ReturnType<typeof caller>

  beforeAll(async () => {
    store = createStore()
    rootToken = initialise(store).rootToken
    server = await startTestServer(store.variables)
    call = caller(server, rootToken)
  }, 90_000)
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
    const asked = ['/v1/settings', '/v1/realms', '/v1/realms/kept/subjects', '/v1/people', '/v1/groups', '/v1/tokens']
    const read = () => Promise.all(asked.map(async (path) => (await call('GET', path)).body))
    const before = await read()
    await server.stop()
    server = await startTestServer(store.variables)
    call = caller(server, rootToken)
    expect(withoutUse(await read())).toEqual(withoutUse(before))
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

// When a token was last used is written now and then, and is no setting.
function withoutUse(answers: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(answers, (key, value: unknown) => (/^last|serverTime/.test(key) ? null : value)))
}
