import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { listenForGate } from '../../../src/server/gate/listener.ts'
import { createListener } from '../../../src/server/http/listener.ts'
import { type GateHouse, openGateHouse } from '../../support/gate/house.ts'
import { exchangeBytes } from '../../support/raw-exchange.ts'

describe('what Node.js would answer by itself', () => {
  let house: GateHouse
  let gate: Server
  let ports: Record<'main' | 'gate', number>

  beforeAll(async () => {
    house = await openGateHouse()
    const { pages, rooms } = house
    gate = await listenForGate('127.0.0.1:0', { check: rooms.gate.handle, pages })
    ports = { main: house.port, gate: (gate.address() as AddressInfo).port }
  })
  afterAll(async () => {
    gate.close()
    await house.close()
  })

  const refusals = [
    ['no Host', 'GET /nowhere HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    ['two Hosts', 'GET /nowhere HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400, 'bad_request'],
    ['a check without Host', 'GET /check/nginx HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    ['an unknown Expect', 'GET /nowhere HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n', 417, 'expectation_unknown'],
    ['no request at all', 'nonsense\r\n\r\n', 400, 'bad_request'],
    ['an endless header', `GET /nowhere HTTP/1.1\r\nX: ${'a'.repeat(70_000)}\r\n\r\n`, 431, 'request_head_too_large'],
  ] as const
  describe.each(['main', 'gate'] as const)('is said in our words at the %s listener', (listener) => {
    it.each(refusals)('to %s', async (_what, bytes, status, code) => {
      const reply = await exchangeBytes(ports[listener], Buffer.from(bytes), { method: 'GET' })
      expect([reply.status, reply.rest]).toEqual([status, ''])
      expect(reply.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'x-content-type-options': 'nosniff',
        connection: 'close',
      })
      expect(JSON.parse(reply.body)).toMatchObject({ status, code })
    })
  })

  it('is said in the words of a door below its paths', async () => {
    const bytes = Buffer.from('GET /api/v1/issuer HTTP/1.1\r\n\r\n')
    const { status, body } = await exchangeBytes(ports.main, bytes, { method: 'GET' })
    expect([status, JSON.parse(body)]).toEqual([400, { success: false, message: 'the request cannot be read' }])
  })

  it('takes neither of two Authorizations', async () => {
    const wish = { name: 'robot', owner: 'service', scopes: ['audit'], createdBy: 'test' } as const
    const { core, access } = house.rooms
    const { text } = await core.storage.transaction((tx) => access.tokens.create(tx, wish))
    const ask = async (...tokens: (string | null)[]) => {
      const lines = tokens.map((token) => `Authorization: Bearer ${token ?? ''}`)
      const head = ['GET /v1/audit HTTP/1.1', 'Host: a', 'Connection: close', ...lines, '', '']
      return (await exchangeBytes(ports.main, Buffer.from(head.join('\r\n')), { method: 'GET' })).status
    }
    expect([await ask(text), await ask(text, 'x'), await ask('x', text), await ask(text, text)]).toEqual([
      200, 401, 401, 401,
    ])
  })

  it('leaves what HTTP/1.0 may leave out alone, and waits for whoever asks to go on', async () => {
    const ask = (bytes: string) => exchangeBytes(ports.gate, Buffer.from(bytes), { method: 'GET' })
    expect((await ask('GET /auth/check HTTP/1.0\r\n\r\n')).status).toBe(401)
    const waits = await ask('GET /auth/check HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n')
    expect(waits.status).toBe(100)
  })
})

it('T60 hears nobody who is gone already: without an address they would pass for a trusted proxy', async () => {
  const visitors = 10
  const request = 'GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n'
  const heard: (string | undefined)[] = []
  const listener = createListener(
    ({ socket }, response) => {
      heard.push(socket.remoteAddress)
      response.end()
    },
    { owners: [] },
  )
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void listener.close())
  const { port } = listener.address() as AddressInfo
  const { promise: allGone, resolve: noteGone } = Promise.withResolvers<void>()
  let left = visitors
  listener.on('connection', (served: Socket) => {
    served.on('error', () => {}).on('close', () => void ((left -= 1) === 0 && noteGone()))
  })
  for (let count = 0; count < visitors; count += 1) {
    const client = connect(port, '127.0.0.1', () => client.write(request, () => client.resetAndDestroy()))
  }
  await allGone
  const alive = await exchangeBytes(port, Buffer.from('GET / HTTP/1.0\r\n\r\n'), { method: 'GET' })
  expect(alive.status).toBe(200)
  expect([...new Set(heard)]).toEqual(['127.0.0.1'])
})
