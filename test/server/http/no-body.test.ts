import { connect } from 'node:net'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { type GateHouse, openGateHouse } from '../../support/gate/house.ts'
import { rawExchange } from '../../support/raw-exchange.ts'

// RFC 9112 section 6.3: without Content-Length and Transfer-Encoding a request has no body, whatever its Content-Type.
describe('a request that announces no body', () => {
  let house: GateHouse

  beforeAll(async () => {
    house = await openGateHouse()
  })
  afterAll(() => house.close())

  const json = 'application/json'
  const form = 'application/x-www-form-urlencoded'
  it.each([
    ['POST', '/v1/login', json, 400],
    ['POST', '/v1/login', 'text/plain', 400],
    ['POST', '/v1/login', 'nonsense', 415],
    ['POST', '/v1/login', 'multipart/form-data; boundary=x', 415],
    ['DELETE', '/v1/tokens/x', json, 401],
    ['POST', '/auth/login', form, 403],
    ['POST', '/auth/login', json, 403],
    ['POST', '/api/v1/issuer', json, 401],
    ['POST', '/ungleichotp/', json, 403],
    ['POST', '/ungleichotp/', form, 403],
    ['POST', '/api/secrets', json, 401],
    ['POST', '/nowhere', json, 404],
    ['GET', '/v1/people', json, 401],
  ])('%s %s as %s is answered as if its body were empty: %i', async (method, path, media, status) => {
    const ask = async (length: Record<string, string>) => {
      const reply = await rawExchange(house.port, { method, path, headers: { 'content-type': media, ...length } })
      return [reply.status, withoutRandom(reply.body)]
    }
    const unsaid = await ask({})
    expect(unsaid).toEqual(await ask({ 'content-length': '0' }))
    expect(unsaid[0]).toBe(status)
  })

  it('leaves the requests behind it on the connection whole', async () => {
    const cookie = `watchword=${await house.signIn(await house.addPerson('alice'))}`
    const check = `GET /auth/check HTTP/1.1\r\nhost: gate\r\ncookie: ${cookie}\r\n\r\n`
    const body = JSON.stringify({ username: 'x' })
    const post = (length: string) =>
      `POST /v1/login HTTP/1.1\r\nhost: gate\r\ncontent-type: application/json\r\n${length}\r\n`
    const page = 'GET /auth/check HTTP/1.1\r\nhost: gate\r\nconnection: close\r\n\r\n'
    const bytes = [check, post(''), check, post(`content-length: ${body.length}\r\n`), body, check, page].join('')
    expect(await statusesOf(house.port, bytes)).toEqual([200, 400, 200, 400, 200, 401])
  })
})

function withoutRandom(body: string): string {
  return body.replaceAll(/(?:nonce|value)="[^"]*"|nonce-[\w+/=-]+/g, '')
}

function statusesOf(port: number, bytes: string): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(bytes))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.once('end', () => {
      const text = Buffer.concat(chunks).toString('latin1')
      resolve([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)))
    })
    socket.once('error', reject)
  })
}
