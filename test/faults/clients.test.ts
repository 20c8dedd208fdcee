import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { until } from '../support/until.ts'
import { caller, createStore, initialise, startTestServer, type TestServer, type TestStore } from '../support/server.ts'

describe('clients that are slow, silent or many', () => {
  let store: TestStore
  let server: TestServer
  let rootToken = ''
  let call: ReturnType<typeof caller>
  const sockets: Socket[] = []

  const open = async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    sockets.push(socket)
    await once(socket, 'connect')
    return socket
  }
  const dropAll = () => {
    for (const socket of sockets.splice(0)) socket.destroy()
  }
  const enrolAndVerify = async (name: string) => {
    await call('POST', '/v1/realms/shop/subjects', { name })
    const { body } = await call('POST', `/v1/realms/shop/subjects/${name}/enrolment`)
    const code = totp(decodeBase32(String(body['secretBase32'])), Date.now())
    return (await call('POST', `/v1/realms/shop/subjects/${name}/verify`, { code })).body
  }

  beforeAll(async () => {
    store = createStore()
    rootToken = initialise(store).rootToken
    server = await startTestServer(store.variables)
    call = caller(server, rootToken)
    await call('POST', '/v1/realms', { name: 'shop' })
  })
  afterAll(async () => {
    dropAll()
    await server.stop()
    store.remove()
  })

  it('a thousand idle connections keep nobody out', async () => {
    await Promise.all(Array.from({ length: 1000 }, open))
    expect(await enrolAndVerify('among-idle')).toMatchObject({ accepted: true })
    dropAll()
  })

  it('two hundred clients that send a letter now and then keep nobody out', async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, open))
    for (const socket of slow) socket.write('POST /v1/realms/shop/subjects/x/verify HTTP/1.1\r\nHost: a\r\nX-')
    expect(await enrolAndVerify('among-slow')).toMatchObject({ accepted: true })
    for (const socket of slow) socket.write('a')
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    dropAll()
  })

  it('a body that never comes holds no lock and no transaction', async () => {
    for (const socket of await Promise.all(Array.from({ length: 50 }, open)))
      socket.write(
        'POST /v1/realms HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{"name":',
      )
    expect(await enrolAndVerify('among-half-bodies')).toMatchObject({ accepted: true })
    dropAll()
  })

  it('half-open clients, gone before the answer, leave each verdict and its record behind', async () => {
    await call('POST', '/v1/realms/shop/subjects', { name: 'gone' })
    await call('POST', '/v1/realms/shop/subjects/gone/enrolment')
    const body = JSON.stringify({ code: '000000' })
    for (const socket of await Promise.all(Array.from({ length: 20 }, open))) {
      socket.write(
        `POST /v1/realms/shop/subjects/gone/verify HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${rootToken}\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
        () => socket.destroy(),
      )
    }
    await until(async () => (await recordsOf('gone')) === 20)
    expect(await enrolAndVerify('after-gone')).toMatchObject({ accepted: true })
    expect((await call('POST', '/v1/audit/verify')).body).toMatchObject({ whole: true })
  })

  it('a storm of logins does not stop a verification', async () => {
    const storm = Array.from({ length: 60 }, (_, index) =>
      fetch(`${server.url}/v1/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: `guest-${index}`, passphrase: 'not the right one at all', code: '000000' }),
      }).then(({ status }) => status),
    )
    expect(await enrolAndVerify('in-the-storm')).toMatchObject({ accepted: true })
    const statuses = await Promise.all(storm)
    expect(statuses.filter((status) => ![401, 429, 503].includes(status))).toEqual([])
  })

  it('a listener of the live audit that stops reading holds up nobody, and another hears of everything', async () => {
    const following = await fetch(`${server.url}/v1/audit/events?action=subject.verify`, {
      headers: { authorization: `Bearer ${rootToken}` },
    })
    const deaf = await open()
    deaf.write(`GET /v1/audit/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${rootToken}\r\n\r\n`)
    deaf.pause()
    const ask = () => call('POST', '/v1/realms/shop/subjects/nobody/verify', { code: '1' })
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 25 }, ask))
    expect(await heardOf(following, 250)).toBe(250)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    dropAll()
  })

  /** Reads server-sent events until so many have come. */
  async function heardOf({ body }: Response, wanted: number): Promise<number> {
    let [text, heard] = ['', 0]
    for await (const chunk of body ?? []) {
      text += Buffer.from(chunk).toString()
      heard = text.split('\ndata: ').length - 1
      if (heard >= wanted) break
    }
    return heard
  }

  async function recordsOf(subject: string): Promise<number> {
    const { text } = await call('GET', `/v1/audit?action=subject.verify&limit=200`)
    return (JSON.parse(text) as { items: { objectName: string }[] }).items.filter(
      ({ objectName }) => objectName === subject,
    ).length
  }
})
