import { describe, expect, it } from 'vitest'
import { parseOtpauthUri } from '../../../src/otp/otpauth-uri.ts'
import { totp } from '../../../src/otp/totp.ts'
import { readQrCodes } from '../../../src/qr/read.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { mintToken, send } from './doors.ts'
import { demo, openTinyMfa, quickstart, refusal } from './tiny-mfa-house.ts'
import { fc } from '../../support/property.ts'

describe.each(engines)('the tiny-mfa door on $name', (engine) => {
  it('follows the quickstart of the manual, its misprints mended', async () => {
    const door = await openTinyMfa(engine)
    const { made, picture, uri, codeAt, validate } = await quickstart(door)
    expect(made).toMatchObject({
      status: 200,
      body: {
        issuer: { name: 'issuer.local', contact: 'admin@issuer.local', enabled: true, token_length: 6 },
        token: { description: 'main access token' },
      },
    })
    expect(picture.headers['content-type']).toBe('image/png')
    expect(uri).toMatch(
      /^otpauth:\/\/totp\/issuer\.local:demo@issuer\.local\?algorithm=SHA1&digits=6&issuer=issuer\.local&period=30&secret=[A-Z2-7]{52}$/,
    )
    expect(await validate(codeAt())).toMatchObject({
      status: 200,
      text: '{"success":true,"message":"token successfully validated."}\n',
      headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
    })
  })

  it('T02 T03 accepts one of many parallel uses of a code, and an unused earlier one after it', async () => {
    const door = await openTinyMfa(engine)
    const { codeAt, validate } = await quickstart(door)
    const replies = await Promise.all(Array.from({ length: 20 }, () => validate(codeAt(1))))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    const refused = replies.find(({ status }) => status !== 200)
    expect(refused).toMatchObject({ status: 401, body: refusal('token was NOT validated.') })
    expect(await validate(codeAt(-1))).toMatchObject({ status: 200 })
    expect(await validate(codeAt(-2))).toMatchObject({ status: 401 })
  })

  it('lists every token of an issuer once, more than a page of them too', async () => {
    const door = await openTinyMfa(engine)
    await quickstart(door)
    const realm = await door.ask('GET', '/api/v1/issuer/issuer.local')
    const realmId = (realm.body as { id: string }).id
    const wish = { owner: 'service', scopes: ['verify:issuer.local'], createdBy: 'test', realmId } as const
    const names = Array.from({ length: 501 }, (_, index) => `token ${index}`)
    await door.core.storage.transaction(async (tx) => {
      for (const name of names) await door.tokens.create(tx, { ...wish, name })
    })
    const listed = (await door.ask('GET', '/api/v1/issuer/issuer.local/token')).body as { description: string }[]
    const descriptions = listed.map(({ description }) => description)
    expect(descriptions.toSorted()).toEqual(['main access token', ...names].toSorted())
  })

  it('T20 keeps the deny limit under parallel load, and the next step is free', async () => {
    const door = await openTinyMfa(engine)
    const { codeAt, validate } = await quickstart(door)
    await door.ask('POST', '/api/v1/system/configuration', { deny_limit: 3 })
    const replies = await Promise.all(Array.from({ length: 10 }, (_, index) => validate(String(100_000 + index))))
    const messages = replies.map(({ body }) => (body as { message: string }).message)
    expect(messages.filter((message) => message === 'token was NOT validated.')).toHaveLength(3)
    expect(await validate(codeAt())).toMatchObject({
      status: 401,
      body: refusal('too many authentication attempts. Please wait 30 seconds'),
    })
    door.core.clock.advance(30_000)
    expect(await validate(codeAt())).toMatchObject({ status: 200 })
  })

  it('starts a re-created user clean', async () => {
    const door = await openTinyMfa(engine)
    const { validate } = await quickstart(door)
    for (let count = 0; count < 6; count += 1) await validate('000000')
    await door.ask('DELETE', demo)
    await door.ask('POST', '/api/v1/issuer/issuer.local/users', {
      name: 'demo',
      email: 'd@issuer.local',
      enabled: true,
    })
    expect(await validate('000000')).toMatchObject({ body: refusal('token was NOT validated.') })
  })

  it('T40 relaxed: answers bad codes with the documented texts', async () => {
    const door = await openTinyMfa(engine)
    const { validate } = await quickstart(door)
    const cases: [unknown, string][] = [
      ['', 'no token provided'],
      [undefined, 'no token provided'],
      [123456, 'supplied value for token is not a string'],
      ['+12345', 'no valid token provided'],
      ['12345 ', 'no valid token provided'],
      ['abcdef', 'no valid token provided'],
    ]
    for (const [code, message] of cases)
      expect(await validate(code)).toMatchObject({ status: 400, body: refusal(message) })
    expect(await validate('1234567')).toMatchObject({ status: 401 })
    expect(await door.ask('POST', `${demo}x/totp`, { token: '123456' })).toMatchObject({ status: 404 })
  })

  it('refuses disabled users and issuers with an answer', async () => {
    const door = await openTinyMfa(engine)
    const { codeAt, validate } = await quickstart(door)
    await door.ask('POST', demo, { enabled: false })
    const message = 'issuer or user is disabled'
    expect(await validate(codeAt())).toMatchObject({ status: 403, body: refusal(message) })
    expect(await door.ask('GET', `${demo}/totp`)).toMatchObject({ status: 403, body: refusal(message) })
    await door.ask('POST', demo, { enabled: true })
    await door.ask('POST', '/api/v1/issuer/issuer.local', { enabled: false })
    expect(await validate(codeAt())).toMatchObject({ status: 403 })
  })

  it('T52 T53 T55 T56 relaxed: shows one secret for ever, by GET, with the present digits of the issuer', async () => {
    const door = await openTinyMfa(engine)
    const { uri } = await quickstart(door)
    await door.ask('POST', '/api/v1/issuer/issuer.local', { token_length: 8 })
    const [again] = await readQrCodes((await door.ask('GET', `${demo}/totp`)).bytes)
    expect(again).toBe(uri.replace('digits=6', 'digits=8'))
  })

  it('lets issuer tokens below their own issuer and nowhere else', async () => {
    const door = await openTinyMfa(engine)
    const { token, codeAt, validate } = await quickstart(door)
    await door.ask('POST', '/api/v1/issuer', { name: 'other', contact: 'a@other.local' })
    expect(await validate(codeAt(), token)).toMatchObject({ status: 200 })
    for (const [method, url] of [
      ['GET', '/api/v1/issuer'],
      ['GET', '/api/v1/system/configuration'],
      ['GET', '/api/v1/system/audit'],
      ['GET', '/api/v1/issuer/other/users'],
      ['GET', '/api/v1/issuer/nobody/users'],
    ] as const) {
      expect(await door.ask(method, url, undefined, token)).toMatchObject({
        status: 401,
        body: refusal('wrong access token provided'),
      })
    }
    expect(await door.ask('GET', '/api/v1/issuer/nobody')).toMatchObject({ status: 404 })
    expect(await door.ask('GET', '/api/v1/issuer', undefined, null)).toMatchObject({
      status: 401,
      body: refusal('no access token provided in request'),
    })
    const twice = { headers: { 'tiny-mfa-access-token': ['a', 'b'] } }
    expect(await send(door.app, 'GET', '/api/v1/issuer', twice)).toMatchObject({ status: 401 })
  })

  it('ends a deleted token and the tokens of a deleted issuer at once', async () => {
    const door = await openTinyMfa(engine)
    const { token } = await quickstart(door)
    const minted = await door.ask('POST', '/api/v1/issuer/issuer.local/token', { description: 'shop 1' })
    const second = (minted.body as { token: { 'access-token': string } }).token['access-token']
    const list = (sent: string) => door.ask('GET', '/api/v1/issuer/issuer.local/token', undefined, sent)
    const listed = (await list(second)).body as { id: string; description: string; last_access_time: string }[]
    expect(listed.map(({ description }) => description).toSorted()).toEqual(['main access token', 'shop 1'])
    const shop = listed.find(({ description }) => description === 'shop 1')
    expect(shop?.last_access_time).toMatch(/^\d{4}-.*Z$/)
    const remove = (id: string) => door.ask('DELETE', `/api/v1/issuer/issuer.local/token/${id}`)
    expect(await remove(shop?.id ?? '')).toMatchObject({ status: 200, body: { message: 'token successfully deleted' } })
    expect(await remove(shop?.id ?? '')).toMatchObject({ status: 404 })
    expect(await remove('*')).toMatchObject({ status: 400, body: refusal("please don't do that") })
    expect(await list(second)).toMatchObject({ status: 401 })
    expect(await list(token)).toMatchObject({ status: 200 })
    await door.ask('DELETE', '/api/v1/issuer/issuer.local')
    expect(await list(token)).toMatchObject({ status: 401 })
  })

  it('T63 takes a deleted issuer out of the scopes that named it: its next owner is a stranger to old tokens', async () => {
    const door = await openTinyMfa(engine)
    await quickstart(door)
    const old = await mintToken(door, 'enrol:issuer.local', 'verify:issuer.local')
    const picture = () => door.ask('GET', `${demo}/totp`, undefined, old)
    expect(await picture()).toMatchObject({ status: 200 })
    await door.ask('DELETE', '/api/v1/issuer/issuer.local')
    await quickstart(door)
    expect(await picture()).toMatchObject({ status: 401 })
  })

  it('gives narrower tokens no more than their scope: who may verify reads no QR code', async () => {
    const door = await openTinyMfa(engine)
    const { codeAt, validate } = await quickstart(door)
    const verifier = await mintToken(door, 'verify:issuer.local')
    expect(await validate(codeAt(), verifier)).toMatchObject({ status: 200 })
    expect(await door.ask('GET', `${demo}/totp`, undefined, verifier)).toMatchObject({ status: 401 })
    expect(await door.ask('DELETE', '/api/v1/issuer/issuer.local', undefined, verifier)).toMatchObject({ status: 401 })
  })

  it('refuses wrong settings with the documented texts and changes nothing', async () => {
    const door = await openTinyMfa(engine)
    const post = (body: unknown) => door.ask('POST', '/api/v1/system/configuration', body)
    const before = (await door.ask('GET', '/api/v1/system/configuration')).text
    expect(before).toBe('{"http_port":57687,"deny_limit":5,"verify_tokens":true,"schema-version":2}\n')
    for (const body of [
      { deny_limit: 300 },
      { deny_limit: 0 },
      { deny_limit: 0.5 },
      { http_port: 70_000 },
      { http_port: '1' },
      { verify_tokens: 'no' },
      { verify_tokens: true, veriy_token: false },
      '[]',
      'null',
      '{',
      '',
    ]) {
      expect(await post(body)).toMatchObject({ status: 400, body: { success: false } })
    }
    expect((await post({ deny_limit: 'x' })).body).toEqual(refusal('supplied value for deny-limit is not a number'))
    expect((await door.ask('GET', '/api/v1/system/configuration')).text).toBe(before)
    expect(await post({ veriy_token: false })).toMatchObject({ status: 200, body: { verify_tokens: false } })
  })

  it('opens users and validation alone when tokens are not verified', async () => {
    const door = await openTinyMfa(engine)
    const { codeAt, validate } = await quickstart(door)
    await door.ask('POST', '/api/v1/system/configuration', { verify_tokens: false })
    expect(await validate(codeAt(), null)).toMatchObject({ status: 200 })
    expect(await door.ask('GET', demo, undefined, null)).toMatchObject({ status: 200 })
    for (const url of ['/api/v1/issuer', '/api/v1/issuer/issuer.local', '/api/v1/issuer/issuer.local/token']) {
      expect(await door.ask('GET', url, undefined, null)).toMatchObject({ status: 401 })
    }
  })

  it('keeps OpenID Connect settings in both spellings, and never shows the secret', async () => {
    const door = await openTinyMfa(engine)
    const manual = {
      enabled: true,
      client_id: 'myClientId',
      client_secret: 'myClientSecret123!',
      discovery_url: 'https://login.example.com/realms/main',
    }
    const kept = await door.ask('POST', '/api/v1/system/oidc', manual)
    expect(kept).toMatchObject({ status: 200, body: { 'client-id': 'myClientId', 'client-secret': '********' } })
    expect(kept.text).not.toContain('myClientSecret')
    expect(door.drafts).toEqual([
      { issuer: manual.discovery_url, clientId: 'myClientId', clientSecret: 'myClientSecret123!' },
    ])
    const masked = { 'client-id': 'other', 'client-secret': '********', 'discovery-url': 'https://login.example.com' }
    expect((await door.ask('POST', '/api/v1/system/oidc', masked)).body).toMatchObject({ 'client-secret': '********' })
    expect(await door.ask('POST', '/api/v1/system/oidc', { ...masked, 'discovery-url': 'nowhere' })).toMatchObject({
      status: 400,
      body: refusal('object not safe'),
    })
  })

  it('paints QR codes, but never invisible ones', async () => {
    const door = await openTinyMfa(engine)
    const { uri } = await quickstart(door)
    const navy = { red: 0, green: 0, blue: 128, alpha: 255 }
    const white = { red: 255, green: 255, blue: 255, alpha: 255 }
    const look = { 'qrcode-bgcolor': white, 'qrcode-fgcolor': navy }
    expect((await door.ask('POST', '/api/v1/system/qrcode', look)).body).toEqual(look)
    expect(await readQrCodes((await door.ask('GET', `${demo}/totp`)).bytes)).toEqual([uri])
    for (const body of [
      {},
      { ...look, 'qrcode-fgcolor': white },
      { ...look, 'qrcode-fgcolor': { ...navy, red: 256 } },
    ]) {
      expect(await door.ask('POST', '/api/v1/system/qrcode', body)).toMatchObject({ status: 400 })
    }
  })

  it('lists validations in order, blocked ones too, between two moments', async () => {
    const door = await openTinyMfa(engine)
    const { codeAt, validate } = await quickstart(door)
    const step = Math.floor(door.core.clock.nowMs() / 30_000)
    await validate(codeAt())
    door.core.clock.advance(30_000)
    await validate('000000')
    const { body } = await door.ask('GET', '/api/v1/system/audit')
    expect(body).toMatchObject([
      { issuer: 'issuer.local', user: 'demo', message: step, result: true, date: expect.stringMatching(/Z$/) },
      { issuer: 'issuer.local', user: 'demo', message: step + 1, result: false },
    ])
    const later = await door.ask('GET', '/api/v1/system/audit?after=2026-01-02:03:04:20&before=nonsense')
    expect(later.body).toMatchObject([{ message: step + 1 }])
    expect((await door.ask('GET', '/api/v1/system/audit?after=2030-01-01:00:00:00')).text).toBe('[]\n')
  })

  it('lists no validation of a user there is none of: go-tiny-mfa said so and recorded nothing', async () => {
    const door = await openTinyMfa(engine)
    const { codeAt, validate } = await quickstart(door)
    await validate(codeAt())
    const path = '/api/v1/issuer/issuer.local/users/nobody/totp'
    expect(await door.ask('POST', path, { token: '123456' })).toMatchObject({ status: 404 })
    const { body } = await door.ask('GET', '/api/v1/system/audit')
    expect(body).toMatchObject([{ user: 'demo', result: true }])
  })

  it('gives each validation one id for ever, whatever is asked for', async () => {
    const door = await openTinyMfa(engine)
    const { codeAt, validate } = await quickstart(door)
    await validate(codeAt())
    door.core.clock.advance(30_000)
    await validate('000000')
    const ids = async (query = '') => {
      const { body } = await door.ask('GET', `/api/v1/system/audit${query}`)
      return (body as { id: number }[]).map(({ id }) => id)
    }
    const [first = 0, second = 0] = await ids()
    expect(second).toBeGreaterThan(first)
    expect(Number.isSafeInteger(second)).toBe(true)
    expect(await ids('?after=2026-01-02:03:04:20')).toEqual([second])
    expect(await ids('?offset=1')).toEqual([second])
    expect(await ids('?limit=1')).toEqual([first])
    await validate('000001')
    expect((await ids()).slice(0, 2)).toEqual([first, second])
  })

  it('shows a QR code that fits the secret after the issuer’s rule for codes was changed elsewhere', async () => {
    const door = await openTinyMfa(engine)
    const { uri } = await quickstart(door)
    const change = { digits: 7, periodSeconds: 60, algorithm: 'SHA256' } as const
    await door.realms.realms.update(byOperator, 'issuer.local', change)
    const users = '/api/v1/issuer/issuer.local/users'
    const pictureOf = async (user: string) =>
      (await readQrCodes((await door.ask('GET', `${users}/${user}/totp`)).bytes))[0] ?? ''
    expect(await pictureOf('demo')).toBe(uri)
    await door.ask('POST', users, { name: 'nu', email: 'nu@issuer.local', enabled: true })
    const shown = await pictureOf('nu')
    expect(shown).toContain('?algorithm=SHA256&digits=7&issuer=issuer.local&period=60&')
    const { secret, ...shape } = parseOtpauthUri(shown).account
    const token = totp(secret, door.core.clock.nowMs(), shape)
    expect(await door.ask('POST', `${users}/nu/totp`, { token })).toMatchObject({ status: 200 })
  })

  it('refuses NUL in addresses, and says when a user has no secret yet', async () => {
    const door = await openTinyMfa(engine)
    await quickstart(door)
    const issuer = '/api/v1/issuer/issuer.local'
    const [contact, email] = ['a\u0000x@b.co', 'a@b\u0000.co']
    expect(await door.ask('POST', '/api/v1/issuer', { name: 'n', contact })).toMatchObject({ status: 400 })
    expect(await door.ask('POST', issuer, { contact })).toMatchObject({ status: 400 })
    expect(await door.ask('POST', `${issuer}/users`, { name: 'n', email })).toMatchObject({ status: 400 })
    expect(await door.ask('POST', `${issuer}/users/demo`, { email })).toMatchObject({ status: 400 })
    await door.realms.office.create(byOperator, 'issuer.local', { name: 'plain' })
    expect(await door.ask('GET', `${issuer}/users/plain/totp`)).toMatchObject({
      status: 403,
      body: refusal('there is no secret of this user that may be shown'),
    })
    expect(await door.ask('POST', `${issuer}/users/plain/totp`, { token: '123456' })).toMatchObject({ status: 401 })
  })

  it('T26 refuses reserved names and hides reserved and foreign realms', async () => {
    const door = await openTinyMfa(engine)
    await door.subjects.ensureRealm({ name: 'people', origin: 'login' }, byOperator)
    await door.subjects.ensureRealm({ name: 'native', origin: 'api' }, byOperator)
    for (const name of [
      'people',
      'PEOPLE',
      'ungleich-admin',
      'ungleich-auth',
      '.',
      '..',
      'a/b',
      '',
      'x'.repeat(33),
      'a b',
    ]) {
      const answered = await door.ask('POST', '/api/v1/issuer', { name, contact: 'a@b.local' })
      expect(answered).toMatchObject({ status: 400, body: refusal('object not safe') })
    }
    for (const name of ['people', 'native', 'ungleich-admin']) {
      expect(await door.ask('GET', `/api/v1/issuer/${name}`)).toMatchObject({ status: 404 })
      expect(await door.ask('GET', `/api/v1/issuer/${name}/users`)).toMatchObject({ status: 404 })
    }
    expect((await door.ask('GET', '/api/v1/issuer')).body).toEqual([])
  })

  it('answers unknown paths, other methods and a closed door in JSON', async () => {
    const door = await openTinyMfa(engine)
    expect(await door.ask('GET', '/api/v1/nothing')).toMatchObject({ status: 404, body: refusal('404 page not found') })
    expect(await door.ask('GET', '/api/v1/health/')).toMatchObject({ status: 404 })
    for (const method of ['HEAD', 'OPTIONS', 'PUT', 'POST']) {
      expect(await door.ask(method, '/api/v1/health')).toMatchObject({ status: 405 })
    }
    expect(await door.ask('GET', '/api/v1/health', undefined, null)).toMatchObject({ status: 200 })
    door.closed.add('tinyMfa')
    expect(await door.ask('GET', '/api/v1/health')).toMatchObject({ status: 404 })
  })
})

it('answers every request with one JSON document and never a fault', async () => {
  const [sqlite] = engines
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const door = await openTinyMfa(sqlite)
  await quickstart(door)
  const paths = [
    '/api/v1/issuer',
    '/api/v1/issuer/issuer.local',
    '/api/v1/issuer/issuer.local/token',
    '/api/v1/issuer/issuer.local/users',
    demo,
    `${demo}/totp`,
    '/api/v1/system/configuration',
    '/api/v1/system/oidc',
    '/api/v1/system/qrcode',
    '/api/v1/issuer/%2f/users/%00',
    `/api/v1/issuer/${'n'.repeat(200)}`,
  ]
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc.json().map((text) => `${text}{"more":1}`),
  )
  const type = fc.constantFrom(
    'application/json',
    'text/plain; charset=koi8-r',
    'application/xml',
    'multipart/form-data',
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, type, async (url, text, contentType) => {
      const headers = { 'tiny-mfa-access-token': door.root, 'content-type': contentType }
      const reply = await send(door.app, 'POST', url, { body: text, headers })
      expect(reply.status).toBeLessThan(500)
      expect(() => JSON.parse(reply.text) as unknown).not.toThrow()
    }),
    { numRuns: 150 },
  )
})
