import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { listenForTinyMfa } from '../../../src/server/compat/tiny-mfa/listener.ts'
import { engines } from '../../support/engines.ts'
import { exchangeBytes, rawExchange, type RawReply, type RawRequest } from '../../support/raw-exchange.ts'
import { type AllDoors, openAllDoors } from './all-doors.ts'

const [sqlite] = engines
const tinyMfa = {
  headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
  body: { success: false, message: 'the request cannot be read' },
}
const ungleichotp = {
  headers: { 'content-type': 'application/json' },
  body: { detail: 'The request cannot be read.' },
}
const native = (code: string) => ({ headers: { 'content-type': 'application/problem+json' }, body: { code } })
const jsonBody = { 'content-type': 'application/json' }
/** Requests that cannot be read, by what is wrong with them. */
const broken: Record<string, Omit<RawRequest, 'path'>> = {
  'a method nobody knows': { method: 'BREW' },
  'a header without a colon': { method: 'GET', headers: { 'x y': '1' } },
  'two lengths': { method: 'POST', headers: { 'Content-Length': ['1', '2'] } },
  'a body cut short': { method: 'POST', headers: jsonBody, body: '{', missingBytes: 9 },
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

async function openBoth(): Promise<AllDoors & { readonly main: number; readonly second: number }> {
  if (sqlite === undefined) throw new Error('there is no engine')
  const doors = await openAllDoors(sqlite)
  const server = await listenForTinyMfa(doors.app, '127.0.0.1', 0)
  onTestFinished(() => void server.close())
  return { ...doors, main: portOf(doors.app.server), second: portOf(server) }
}

function expectWords({ headers, body, rest }: RawReply, words: { headers: object; body: object }): void {
  expect(headers).toMatchObject({ ...words.headers, 'x-content-type-options': 'nosniff' })
  expect(JSON.parse(body)).toMatchObject(words.body)
  expect(rest).toBe('')
}

it.each(Object.entries(broken))('%s is answered in the words of whoever owns the path', async (_name, request) => {
  const { main, second } = await openBoth()
  for (const [port, path, words] of [
    [main, '/api/v1/issuer', tinyMfa],
    [main, 'http://x/api/v1/issuer', tinyMfa],
    [main, '/ungleichotp/verify/', ungleichotp],
    [main, '/api/secrets', native('bad_request')],
    [main, '/v1/realms', native('bad_request')],
    [second, '/api/v1/issuer', tinyMfa],
  ] as const) {
    const reply = await rawExchange(port, { ...request, path })
    expect([path, reply.status]).toEqual([path, 400])
    expectWords(reply, words)
  }
})

it('a header beyond all measure is answered where its beginning is long forgotten', async () => {
  const { main, second } = await openBoth()
  const request = { method: 'GET', path: '/api/v1/issuer', headers: { x: 'x'.repeat(200_000) } }
  const atMain = await rawExchange(main, request)
  expect(atMain.status).toBe(431)
  expectWords(atMain, native('request_head_too_large'))
  const atSecond = await rawExchange(second, request)
  expect(atSecond.status).toBe(431)
  expectWords(atSecond, tinyMfa)
})

it('bytes that are no request get an answer at every listener', async () => {
  const { main, second } = await openBoth()
  for (const text of ['\0\0\0\0\r\n\r\n', 'hello\r\n\r\n', '\x16\x03\x01\x02\x00\x01', '\r\n\r\n!\r\n\r\n']) {
    const bytes = Buffer.from(text, 'latin1')
    const atMain = await exchangeBytes(main, bytes, { method: 'GET' })
    expect(atMain.status).toBe(400)
    expectWords(atMain, native('bad_request'))
    const atSecond = await exchangeBytes(second, bytes, { method: 'GET' })
    expect(atSecond.status).toBe(400)
    expectWords(atSecond, tinyMfa)
  }
})

it('a path that names the server too is the same path, at every listener', async () => {
  const { main, second, tiny } = await openBoth()
  for (const port of [main, second]) {
    const healthy = await rawExchange(port, { method: 'GET', path: 'http://x/api/v1/health' })
    expect([port, healthy.status]).toEqual([port, 200])
    const odd = await rawExchange(port, { method: 'GET', path: 'http://x/api/v1/issuer/%ff', headers: tiny })
    expect([odd.status, JSON.parse(odd.body)]).toEqual([404, { success: false, message: 'issuer not found in db' }])
  }
  for (const path of ['/v1/realms', 'http://x/v1/realms', 'http://x', '*']) {
    const elsewhere = await rawExchange(second, { method: 'GET', path })
    expect([path, elsewhere.status, JSON.parse(elsewhere.body)]).toEqual([
      path,
      404,
      { success: false, message: '404 page not found' },
    ])
  }
})
