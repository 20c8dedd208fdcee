import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exchange } from '../../support/gate/exchange.ts'
import { type GateHouse, openGateHouse } from '../../support/gate/house.ts'

const rules = `
rules:
  - path: /public/
    method: GET
    policy: bypass
  - host: app.example.test
    policy: one_factor
`
const url = (path: string) => `x-original-url: https://app.example.test${path}`
const get = 'x-original-method: GET'

describe('checks as they come over the wire', () => {
  let house: GateHouse
  let cookie: string

  beforeAll(async () => {
    house = await openGateHouse({ rules })
    cookie = `cookie: watchword=${await house.signIn(await house.addPerson('alice'))}`
  })
  afterAll(() => house.close())

  const ask = (headers: readonly string[], path = '/check/nginx', version = '1.1') =>
    send(house.port, [`GET ${path} HTTP/${version}`, 'host: gate', 'connection: close', ...headers])

  it('refuse what is said twice, with a session too', async () => {
    expect(await ask([url('/public/'), url('/admin'), get, cookie])).toMatch(/^HTTP\/1\.1 403 /)
    expect(await ask([url('/admin'), url('/public/'), get, cookie])).toMatch(/^HTTP\/1\.1 403 /)
    expect(await ask([url('/public/'), get, 'x-original-method: POST', cookie])).toMatch(/^HTTP\/1\.1 403 /)
    const forwarded = ['method: GET', 'proto: https', 'host: app.example.test', 'uri: /public/']
    const told = forwarded.map((part) => `x-forwarded-${part}`)
    expect(await ask(told, '/check/forward')).toMatch(/^HTTP\/1\.1 200 /)
    for (const part of ['method: POST', 'proto: http', 'host: evil.test', 'uri: /admin'])
      expect(await ask([...told, `x-forwarded-${part}`, cookie], '/check/forward')).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('find the session in whichever of two Cookie headers it stands', async () => {
    const other = 'cookie: theme=dark; watchword=planted'
    expect(await ask([url('/x'), get, other, cookie])).toMatch(/^HTTP\/1\.1 200 /)
    expect(await ask([url('/x'), get, cookie, other])).toMatch(/^HTTP\/1\.1 200 /)
    expect(await ask([url('/x'), get, other, other])).toMatch(/^HTTP\/1\.1 401 /)
  })

  it('are answered to HTTP/1.0, which keeps no connection', async () => {
    const passed = await ask([url('/x'), get, cookie], '/check/nginx', '1.0')
    expect(passed).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/)
    expect(passed).toMatch(/\r\n\r\n$/)
    expect(await ask([url('/x'), get], '/check/nginx', '1.0')).toMatch(/^HTTP\/1\.1 401 /)
  })

  it.each(['\0', '\r', '\x7f'])('P10 never pass with the control character %j', async (control) => {
    expect(await ask([url(`/public/${control}x`), get])).not.toMatch(/^HTTP\/1\.1 2/)
    expect(await ask([url('/x'), get, `${cookie}${control}`])).not.toMatch(/^HTTP\/1\.1 2/)
  })

  it('judge the same address anew for each method, in whatever order they are asked', async () => {
    const status = async (method: string) =>
      (await ask([url('/public/x'), `x-original-method: ${method}`])).slice(9, 12)
    const asked = ['GET', 'POST', 'GET', 'get', 'DELETE', 'POST', 'GET']
    const answered: string[] = []
    for (const method of asked) answered.push(await status(method))
    expect(answered).toEqual(['200', '401', '200', '200', '401', '401', '200'])
    expect(await status('G T')).toBe('403')
    expect(await status('')).toBe('400')
  })

  it.each(['', 'nginxx', 'nginx/', 'nginx%20', 'NGINX', 'forward/x', 'forwarded', 'ext-authzz', 'ext', '?nginx'])(
    'know no address /check/%s',
    async (name) => {
      const { status } = await exchange(house.port, `/check/${name}`, {
        headers: { 'x-original-url': 'https://app.example.test/public/', 'x-original-method': 'GET' },
      })
      expect(status).toBe(404)
    },
  )
})

/** Everything a server wrote until it closed the connection. */
function send(port: number, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(`${lines.join('\r\n')}\r\n\r\n`))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.once('end', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.once('error', reject)
  })
}
