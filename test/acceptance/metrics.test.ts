import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caller, createStore, initialise, startTestServer, type TestServer, type TestStore } from '../support/server.ts'

describe('the metrics of a running server', () => {
  let store: TestStore
  let server: TestServer
  let call: ReturnType<typeof caller>

  beforeAll(async () => {
    store = createStore()
    const { rootToken } = initialise(store)
    server = await startTestServer(store.variables)
    call = caller(server, rootToken)
  })
  afterAll(async () => {
    await server.stop()
    store.remove()
  })

  it('move with what happens, and name neither people nor realms', async () => {
    await call('POST', '/v1/realms', { name: 'private-realm' })
    await call('POST', '/v1/realms/private-realm/subjects/private-name/verify', { code: '123456' })
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toMatch(/^watchword_verdicts_total\{door="api",outcome="unknown"\} 1$/m)
    expect(metrics).toMatch(
      /^watchword_http_request_seconds_count\{route="\/v1\/realms\/:realm\/subjects\/:subject\/verify",status="200"\} 1$/m,
    )
    expect(metrics).toMatch(/^watchword_sessions\{kind="console"\} 0$/m)
    expect(metrics).toMatch(/^watchword_outbox\{state="dead"\} 0$/m)
    expect(metrics).not.toMatch(/private-/)
  })

  it('are kept from strangers who come through a proxy', async () => {
    const { status } = await fetch(`${server.url}/metrics`, { headers: { 'x-forwarded-for': '192.0.2.7' } })
    expect(status).toBe(401)
  })
})
