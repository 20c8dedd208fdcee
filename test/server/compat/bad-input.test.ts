import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { engines } from '../../support/engines.ts'
import type { RawReply, RawRequest } from '../../support/raw-exchange.ts'
import { type AllDoors, openAllDoors } from './all-doors.ts'
import { fc } from '../../support/property.ts'

const jsonBody = { 'content-type': 'application/json' }
const key = `${Buffer.from('aws').toString('hex')}.${Buffer.from('AWS').toString('hex')}`
const wrongCredentials = { detail: 'Incorrect authentication credentials.' }
/** A name that is broken, and what is wrong with it. */
const oddNames = {
  'a slash': '%2f',
  'two slashes': 'a%2fb%2Fc',
  NUL: '%00',
  'a broken escape': '%zz',
  'half an escape': 'a%',
  'bytes that are no UTF-8': '%ff%fe',
  '200 characters': 'n'.repeat(200),
  '2,000 characters': 'n'.repeat(2000),
  '2,000 characters with a broken escape': `%zz${'n'.repeat(2000)}`,
}

interface Listed {
  readonly display_name: string
  readonly key: string
}

/** A server with an issuer, a user, an entry and an account. */
async function openFilled(engine: (typeof engines)[number]): Promise<AllDoors> {
  const doors = await openAllDoors(engine)
  const { tiny, root, json } = doors
  await json('POST', '/api/v1/issuer', tiny, { name: 'shop', contact: 'a@shop.local', enabled: true })
  await json('POST', '/api/v1/issuer/shop/users', tiny, { name: 'ada', email: 'ada@shop.local', enabled: true })
  await json('POST', '/ungleichotp/', {}, { ...doors.triple(), name: 'dns', realm: 'services' })
  const account = { id: 'aws', display_name: 'AWS', key: 'JBSWY3DPEHPK3PXP' }
  expect(JSON.parse((await json('POST', '/api/secrets', root, account)).body)).toEqual({ key })
  return doors
}

/** Everything the three doors show, to see that nothing changed. */
async function everything({ tiny, root, triple, json }: AllDoors): Promise<string[]> {
  const paths = ['/system/configuration', '/system/qrcode', '/issuer', '/issuer/shop/users', '/issuer/shop/token']
  const told = await Promise.all([
    ...paths.map((path) => json('GET', `/api/v1${path}`, tiny)),
    json('GET', '/ungleichotp/', {}, triple()),
    json('GET', '/api/secrets', root),
  ])
  for (const { status } of told) expect(status).toBe(200)
  const bodies = told.map(({ body }) => body)
  for (const thing of ['shop', 'ada', 'dns', key]) expect(bodies.join('')).toContain(thing)
  return bodies
}

describe.each(engines)('bad input at the doors on $name', (engine) => {
  it('answers every odd name as each door answers what it does not know', async () => {
    const doors = await openFilled(engine)
    const { tiny, root, triple, json } = doors
    const before = await everything(doors)
    const unknown = { success: false, message: 'issuer not found in db' }
    for (const name of Object.values(oddNames)) {
      for (const path of [`/issuer/${name}`, `/issuer/${name}/users`, `/issuer/shop/users/${name}`]) {
        const reply = await json('GET', `/api/v1${path}`, tiny)
        expect([path, reply.status, JSON.parse(reply.body)]).toEqual([path, 404, unknown])
        expect(reply.headers).toMatchObject({ 'content-type': 'application/json', 'access-control-allow-origin': '*' })
        expect((await json('GET', `/api/v1${path}`, {})).status).toBe(401)
      }
      const nowhere = await json('POST', `/api/v1/${name}`, tiny, {})
      expect([nowhere.status, JSON.parse(nowhere.body)]).toEqual([
        404,
        { success: false, message: '404 page not found' },
      ])
      const entry = await json('PATCH', `/ungleichotp/${name}/`, {}, { ...triple(), name: 'x' })
      expect([name, entry.status, JSON.parse(entry.body)]).toEqual([name, 404, { detail: 'Not found.' }])
      const stranger = await json('DELETE', `/ungleichotp/${name}/`, {}, {})
      // What no route takes is nobody's path, for strangers too.
      expect(name.length > 1024 ? [403, 404] : [403]).toContain(stranger.status)
      for (const path of ['/api/secrets/', '/secret/']) {
        const reply = await json('GET', `${path}${name}`, root)
        expect([name, reply.status, JSON.parse(reply.body)]).toMatchObject([name, 404, { code: 'account_not_found' }])
        expect((await json('GET', `${path}${name}`, {})).status).toBe(401)
      }
    }
    expect(await everything(doors)).toEqual(before)
  })

  it('refuses names of any odd shape in a body, and makes nothing', async () => {
    const doors = await openFilled(engine)
    const { tiny, root, triple, json } = doors
    const before = await everything(doors)
    for (const name of ['a/b', '%2f', 'a\0b', 'n'.repeat(200), '', ' ', '.', '..', 5, true, null, [], {}]) {
      const issuer = await json('POST', '/api/v1/issuer', tiny, { name, contact: 'a@b.local' })
      expect([issuer.status, JSON.parse(issuer.body)]).toEqual([400, { success: false, message: 'object not safe' }])
      const user = await json('POST', '/api/v1/issuer/shop/users', tiny, { name, email: 'a@b.local' })
      expect([user.status, JSON.parse(user.body)]).toEqual([400, { success: false, message: 'object not safe' }])
    }
    for (const name of ['a\0b', 'n'.repeat(200), '', ' ', true, null, [], {}]) {
      const entry = await json('POST', '/ungleichotp/', {}, { ...triple(), name, realm: 'services' })
      expect([entry.status, JSON.parse(entry.body)]).toEqual([400, { name: [expect.any(String)] }])
    }
    for (const id of ['a\0b', 'n'.repeat(2000), '', 5, true, null, [], {}]) {
      const account = await json('POST', '/api/secrets', root, { id, display_name: 'X', key: 'KRSXG5CTMVRXEZLU' })
      expect([JSON.stringify(id).slice(0, 20), account.status]).toEqual([JSON.stringify(id).slice(0, 20), 400])
    }
    expect(await everything(doors)).toEqual(before)
  })

  it('refuses arrays, null, numbers for texts and numbers out of range', async () => {
    const doors = await openFilled(engine)
    const { tiny, root, json, exchange } = doors
    const before = await everything(doors)
    const paths = ['/issuer', '/issuer/shop', '/issuer/shop/token', '/issuer/shop/users', '/issuer/shop/users/ada']
    const more = ['/issuer/shop/users/ada/totp', '/system/configuration', '/system/oidc', '/system/qrcode']
    for (const path of [...paths, ...more]) {
      for (const body of ['[]', 'null', '5', '"text"', '', '{', '[{"name":"x"}]']) {
        const reply = await exchange({ method: 'POST', path: `/api/v1${path}`, headers: tiny, body })
        expect([path, body, reply.status]).toEqual([path, body, 400])
        expect(JSON.parse(reply.body)).toMatchObject({ success: false, message: expect.stringMatching(/./) })
      }
    }
    for (const wrong of [{ deny_limit: 300 }, { deny_limit: -1 }, { deny_limit: '5' }, { http_port: 0 }]) {
      expect((await json('POST', '/api/v1/system/configuration', tiny, wrong)).status).toBe(400)
    }
    for (const wrong of [{ contact: 5 }, { enabled: 'yes' }, { token_length: '6' }, { token_length: 9 }]) {
      expect((await json('POST', '/api/v1/issuer/shop', tiny, wrong)).status).toBe(400)
    }
    const toShare = { method: 'POST', path: '/api/secrets', headers: { ...jsonBody, ...root } }
    for (const body of ['[]', 'null', '5', '{']) expect((await exchange({ ...toShare, body })).status).toBe(400)
    const toVerify = { method: 'POST', path: '/ungleichotp/verify/', headers: jsonBody }
    for (const body of ['[]', 'null', '5', '"text"', '']) {
      const reply = await exchange({ ...toVerify, body })
      expect([body, reply.status, JSON.parse(reply.body)]).toEqual([body, 403, wrongCredentials])
    }
    expect(await everything(doors)).toEqual(before)
  })

  it('gives an account a key that fits into a path, however long its name is', async () => {
    const { root, json } = await openFilled(engine)
    const label = randomBytes(1000).toString('hex')
    const made = await json('POST', '/v1/accounts', root, { label, secretBase32: 'KRSXG5CTMVRXEZLU' })
    expect(made.status).toBe(201)
    const found = (JSON.parse((await json('GET', '/api/secrets', root)).body) as Listed[]).find(
      ({ display_name }) => display_name === label,
    )
    expect(JSON.parse((await json('GET', `/secret/${found?.key}`, root)).body)).toMatchObject({
      token: expect.stringMatching(/^\d{6}$/),
    })
    const wish = { id: 'x', display_name: label, key: 'MFRGGZDFMZTWQ2LK' }
    const refused = await json('POST', '/api/secrets', root, wish)
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([400, { code: 'totpshare_name_too_long' }])
  })

  it('takes two token headers for none, and the token of a deleted issuer for a wrong one', async () => {
    const { tiny, json, exchange } = await openFilled(engine)
    const token = tiny['tiny-mfa-access-token'] ?? ''
    for (const lines of [
      [token, token],
      [token, 'x'],
      ['', token],
    ]) {
      const headers = { 'tiny-mfa-access-token': lines }
      const reply = await exchange({ method: 'GET', path: '/api/v1/issuer', headers })
      const message = 'no access token provided in request'
      expect([reply.status, JSON.parse(reply.body)]).toEqual([401, { success: false, message }])
    }
    const made = await json('POST', '/api/v1/issuer', tiny, { name: 'gone', contact: 'a@gone.local' })
    const own = {
      'tiny-mfa-access-token': (JSON.parse(made.body) as { token: Record<string, string> }).token['access-token'] ?? '',
    }
    expect((await json('GET', '/api/v1/issuer/gone', own)).status).toBe(200)
    await json('DELETE', '/api/v1/issuer/gone', tiny)
    for (const path of ['/issuer/gone', '/issuer/gone/users', '/issuer/shop', '/issuer']) {
      const reply = await json('GET', `/api/v1${path}`, own)
      const message = 'wrong access token provided'
      expect([reply.status, JSON.parse(reply.body)]).toEqual([401, { success: false, message }])
    }
  })

  it('answers a body that is cut short, on GET and DELETE too, and changes nothing', async () => {
    const doors = await openFilled(engine)
    const before = await everything(doors)
    const whole = JSON.stringify(doors.triple())
    const cut: RawRequest[] = [
      { method: 'GET', path: '/ungleichotp/' },
      { method: 'DELETE', path: '/ungleichotp/2/' },
      { method: 'POST', path: '/ungleichotp/verify/' },
      { method: 'GET', path: '/' },
      { method: 'POST', path: '/api/v1/issuer', headers: doors.tiny },
      { method: 'DELETE', path: '/api/v1/issuer/shop', headers: doors.tiny },
      { method: 'DELETE', path: `/api/secrets/${key}`, headers: doors.root },
    ]
    for (const request of cut) {
      const headers = { ...jsonBody, ...request.headers }
      const reply = await doors.exchange({ ...request, headers, body: whole.slice(0, 20), missingBytes: 30 })
      expect([request.method, request.path, reply.status]).toEqual([request.method, request.path, 400])
      expect(() => JSON.parse(reply.body) as unknown).not.toThrow()
    }
    expect(await everything(doors)).toEqual(before)
  })

  it('reads bodies of odd charsets as UTF-8 or refuses them, and never a fault', async () => {
    const { tiny, triple, exchange } = await openFilled(engine)
    for (const charset of ['koi8-r', 'utf-7', 'utf-16', 'nonsense', '"', '']) {
      const type = { 'content-type': `application/json; charset=${charset}` }
      const listed = await exchange({
        method: 'GET',
        path: '/ungleichotp/',
        headers: type,
        body: JSON.stringify(triple()),
      })
      expect([charset, listed.status]).toEqual([charset, 200])
      const body = JSON.stringify({ deny_limit: 7 })
      const path = '/api/v1/system/configuration'
      expect((await exchange({ method: 'POST', path, headers: { ...tiny, ...type }, body })).status).toBe(200)
    }
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d])
    expect(
      (await exchange({ method: 'POST', path: '/ungleichotp/verify/', headers: jsonBody, body: bytes })).status,
    ).toBe(400)
    expect((await exchange({ method: 'POST', path: '/api/v1/issuer', headers: tiny, body: bytes })).status).toBe(400)
  })
})

/** Whether a reply is one whole answer that says something, and no fault of ours. */
function expectOneAnswer(request: RawRequest, { status, headers, body, rest }: RawReply): void {
  expect([request, rest]).toEqual([request, ''])
  expect(status).toBeGreaterThanOrEqual(200)
  expect(status).toBeLessThan(500)
  if (request.method === 'HEAD' || status === 204 || (status >= 300 && status < 400)) return
  expect([request, body]).not.toEqual([request, ''])
  if (headers['content-type']?.includes('json') === true) expect(() => JSON.parse(body) as unknown).not.toThrow()
}

describe.each(engines)('any request at the doors on $name', (engine) => {
  it('gets one answer that says something, never none, two or a fault', async () => {
    const doors = await openFilled(engine)
    const { tiny, root, exchange } = doors
    const name = fc.oneof(
      fc.constantFrom('shop', 'ada', 'people', key, '1', '2', '*', 'verify', ...Object.values(oddNames)),
      fc.string().map(encodeURIComponent),
      fc.stringMatching(/^[!-~]{0,12}$/).map((text) => text.replaceAll(/[#?/]/g, '%')),
    )
    const path = fc
      .tuple(
        fc.constantFrom(
          '/api/v1/issuer/_/users/_/totp',
          '/api/v1/issuer/_/users/_',
          '/api/v1/issuer/_/users',
          '/api/v1/issuer/_/token/_',
          '/api/v1/issuer/_/token',
          '/api/v1/issuer/_',
          '/api/v1/system/_',
          '/api/v1/system/configuration',
          '/api/v1/system/oidc',
          '/api/v1/system/qrcode',
          '/api/v1/system/audit?before=_&after=_',
          '/api/v1/issuer',
          '/ungleichotp/verify/',
          '/ungleichotp/_/',
          '/ungleichotp/_',
          '/ungleichotp/?name=_&realm=_',
          '/ungleichotp/?name=_&name=_',
          '/api/v1/system/audit?before=_&before=_&issuer=_&limit=_',
          '/api/v1/system/audit?issuer=_&issuer=_&offset=_',
          '/ungleichotp/',
          '/api/secrets/_',
          '/secret/_',
          '/api/secrets',
          '/admin',
          '/logout',
        ),
        name,
      )
      .map(([template, filling]) => template.replaceAll('_', () => filling))
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.json().map((text) => `${text}{"more":1}`),
      fc
        .dictionary(
          fc.constantFrom(
            'name',
            'realm',
            'token',
            'email',
            'contact',
            'enabled',
            'id',
            'key',
            'deny_limit',
            'verifytoken',
          ),
          fc.jsonValue(),
        )
        .map((fields) => JSON.stringify({ ...doors.triple(), ...fields })),
    )
    const headers = fc.constantFrom<Record<string, string>>({}, tiny, root, { ...tiny, ...root }, { cookie: 'a="%' })
    const type = fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'text/plain; charset=koi8-r',
    )
    const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS')
    await fc.assert(
      fc.asyncProperty(method, path, headers, type, body, async (verb, url, known, contentType, text) => {
        const request = { method: verb, path: url, headers: { ...known, 'content-type': contentType }, body: text }
        expectOneAnswer(request, await exchange(request))
      }),
      { numRuns: engine.name === 'sqlite' ? 500 : 200 },
    )
  })
})
