import { describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { engines } from '../../support/engines.ts'
import { send } from './doors.ts'
import { asks, notPermitted, openUngleich, type UngleichHouse, wrongCredentials } from './ungleichotp-house.ts'

const required = ['This field is required.']
const blank = ['This field may not be blank.']
const isNull = ['This field may not be null.']
const noText = ['Not a valid string.']
const tooLong = ['Ensure this field has no more than 128 characters.']

const own = (door: UngleichHouse) => ({ name: 'root', realm: 'ungleich-admin', token: door.code(door.admin) })

describe.each(engines)("the lines of ungleichotp's manual on $name", (engine) => {
  it('checklist 1: every answer carries the headers of the original', async () => {
    const door = await openUngleich(engine)
    const entries = 'GET, POST, HEAD, OPTIONS'
    for (const [method, path, allow] of [
      ['GET', '/', entries],
      ['OPTIONS', '/', entries],
      ['GET', '/1/', 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS'],
      ['POST', '/verify/', 'POST, OPTIONS'],
    ] as const) {
      const { headers } = await door.ask(method, path, own(door))
      expect([method, path, headers]).toMatchObject([
        method,
        path,
        {
          allow,
          'content-type': 'application/json',
          vary: 'Accept',
          'x-frame-options': 'DENY',
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'same-origin',
        },
      ])
      expect(headers['www-authenticate']).toBeUndefined()
    }
  })

  it('checklist 2: HEAD is GET without its body, and OPTIONS describes every path', async () => {
    const door = await openUngleich(engine)
    for (const path of ['/', '/1/']) {
      expect(await door.ask('HEAD', path, own(door))).toMatchObject({ status: 200, text: '' })
    }
    expect(await door.ask('HEAD', '/99/', own(door))).toMatchObject({ status: 404 })
    for (const path of ['/', '/1/', '/verify/']) {
      const parses = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']
      expect(await door.ask('OPTIONS', path, own(door))).toMatchObject({ status: 200, body: { parses } })
    }
    expect(await door.ask('HEAD', '/verify/', own(door))).toMatchObject({ status: 405 })
  })

  it('refuses a body that is too large by every method', async () => {
    const door = await openUngleich(engine)
    const body = { ...own(door), padding: 'x'.repeat(80_000) }
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect([method, await door.ask(method, '/1/', body)]).toMatchObject([method, { status: 413 }])
    }
  })

  it('checklist 2: a final slash is asked for on reading and not missed on anything else', async () => {
    const door = await openUngleich(engine)
    for (const method of ['GET', 'HEAD']) {
      expect(await door.ask(method, '/1?x=1', own(door))).toMatchObject({
        status: 301,
        headers: { location: '/ungleichotp/1/?x=1' },
      })
    }
    expect(await door.ask('PATCH', '/1', own(door))).toMatchObject({ status: 200 })
    expect(await door.ask('POST', '', own(door))).toMatchObject({ status: 400 })
    for (const path of ['/1.json', '/?format=json', '/1/?format=json', '.json']) {
      expect([path, (await door.ask('GET', path, own(door))).status]).toEqual([path, 200])
    }
    const headers = { 'content-type': 'application/json', accept: 'text/html' }
    const asked = { body: JSON.stringify(own(door)), headers }
    expect((await send(door.app, 'GET', '/ungleichotp/', asked)).headers['content-type']).toBe('application/json')
  })

  it('verifies below the path with .json as well', async () => {
    const door = await openUngleich(engine)
    const user = await door.create('user', 'shop')
    expect(await door.ask('POST', '/verify.json', asks(door, door.admin, user))).toMatchObject({
      status: 200,
      body: { status: 'OK' },
    })
  })

  it('counts the length of a name in characters', async () => {
    const door = await openUngleich(engine)
    const caller = { auth_name: 'root', auth_realm: 'ungleich-admin', auth_token: door.code(door.admin) }
    const named = (name: string) => door.ask('POST', '/', { ...caller, name, realm: 'shop' })
    expect(await named('😀'.repeat(128))).toMatchObject({ status: 201, body: { name: '😀'.repeat(128) } })
    expect(await named('😀'.repeat(129))).toMatchObject({ status: 400, body: { name: tooLong } })
  })

  it('checklist 3: names what is wrong with each field of entries', async () => {
    const door = await openUngleich(engine)
    const auth = () => door.auth(door.admin)
    const cases: readonly (readonly [string, string, object, object])[] = [
      ['POST', '/', {}, { name: required, realm: required }],
      ['POST', '/', { name: '', realm: ' ' }, { name: blank, realm: blank }],
      ['POST', '/', { name: null, realm: null }, { name: isNull, realm: isNull }],
      ['POST', '/', { name: true, realm: [] }, { name: noText, realm: noText }],
      ['POST', '/', { name: 'n'.repeat(129), realm: 'r'.repeat(129) }, { name: tooLong, realm: tooLong }],
      ['PUT', '/1/', {}, { name: required, realm: required }],
      ['PUT', '/1/', { name: 'x' }, { realm: required }],
      ['PATCH', '/1/', { name: '' }, { name: blank }],
      ['PATCH', '/1/', { realm: null }, { realm: isNull }],
    ]
    for (const [method, path, fields, body] of cases) {
      const reply = await door.ask(method, path, { ...auth(), ...fields })
      expect([method, path, fields, reply.status, reply.body]).toEqual([method, path, fields, 400, body])
    }
    expect(await door.ask('PATCH', '/1/', auth())).toMatchObject({ status: 200, body: { name: 'root' } })
    for (const length of [1, 128]) {
      const name = 'n'.repeat(length)
      expect(await door.ask('POST', '/', { ...auth(), name, realm: 'r'.repeat(length) })).toMatchObject({ status: 201 })
    }
  })

  it('checklist 3: answers methods a path does not know after it knows the caller', async () => {
    const door = await openUngleich(engine)
    for (const [method, path] of [
      ['PUT', '/'],
      ['PATCH', '/'],
      ['DELETE', '/'],
      ['POST', '/1/'],
      ['PUT', '/verify/'],
      ['DELETE', '/verify/'],
    ] as const) {
      const detail = `Method "${method}" not allowed.`
      expect(await door.ask(method, path, own(door))).toMatchObject({ status: 405, body: { detail } })
      expect(await door.ask(method, path, {})).toMatchObject({ status: 403, body: wrongCredentials })
    }
  })

  it('checklist 3: takes the extended form for verifying, and never falls back from half of one', async () => {
    const door = await openUngleich(engine)
    const nico = await door.create('nico', 'ungleich')
    const dora = await door.create('dora', 'ungleich')
    const about = { name: 'nico', realm: 'ungleich', token: door.code(nico) }
    expect(await door.ask('POST', '/verify/', { ...door.auth(door.admin), ...about })).toMatchObject({ status: 200 })
    const wins = { verifyname: 'dora', verifyrealm: 'ungleich', verifytoken: door.code(dora) }
    const both = { ...door.auth(door.admin), ...about, ...wins }
    expect(await door.ask('POST', '/verify/', both)).toMatchObject({ status: 200 })
    expect(await door.ask('POST', '/verify/', both)).toMatchObject({ status: 403, body: notPermitted })
    for (const half of [
      { auth_name: 'root' },
      { auth_realm: 'ungleich-admin' },
      { auth_token: door.code(door.admin) },
    ]) {
      const fields = { ...asks(door, door.admin, nico, -1), ...half }
      expect(await door.ask('POST', '/verify/', fields)).toMatchObject({ status: 403, body: wrongCredentials })
    }
  })

  it('checklist 5: takes codes as full-width digits and numbers, and refuses signs and fractions', async () => {
    const door = await openUngleich(engine)
    const nico = await door.create('nico', 'ungleich')
    const request = asks(door, door.admin, nico)
    const wide = request.verifytoken.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
    for (const verifytoken of [`+${request.verifytoken}`, `-${request.verifytoken}`, `${request.verifytoken}.0`, 1.5]) {
      expect((await door.ask('POST', '/verify/', { ...request, verifytoken })).status).toBeGreaterThanOrEqual(400)
    }
    expect(await door.ask('POST', '/verify/', { ...request, verifytoken: wide })).toMatchObject({ status: 200 })
  })

  it('checklist 4 and 6: takes window, digits, period and lengths from the environment', async () => {
    const door = await openUngleich(engine, {
      WATCHWORD_UNGLEICHOTP_WINDOW: '1',
      WATCHWORD_UNGLEICHOTP_DIGITS: '8',
      WATCHWORD_UNGLEICHOTP_PERIOD: '60',
      WATCHWORD_UNGLEICHOTP_MAX_LENGTH: '20',
    })
    const code = (seed: string, steps = 0) =>
      totp(decodeBase32(seed), door.core.clock.nowMs() + steps * 60_000, { digits: 8, periodSeconds: 60 })
    const caller = () => ({ auth_name: 'root', auth_realm: 'ungleich-admin', auth_token: code(door.admin.seed) })
    const long = await door.ask('POST', '/', { ...caller(), name: 'n'.repeat(21), realm: 'r' })
    expect(long.body).toEqual({ name: ['Ensure this field has no more than 20 characters.'] })
    const accepted: number[] = []
    for (const steps of [-2, -1, 0, 1, 2]) {
      const made = await door.ask('POST', '/', { ...caller(), name: `u${steps}`, realm: 'r' })
      const { seed } = made.body as { seed: string }
      const about = { verifyname: `u${steps}`, verifyrealm: 'r', verifytoken: code(seed, steps) }
      if ((await door.ask('POST', '/verify/', { ...caller(), ...about })).status === 200) accepted.push(steps)
    }
    expect(accepted).toEqual([-1, 0, 1])
  })

  it('checklist 13: one caller who verifies wrongly holds up no other', async () => {
    const door = await openUngleich(engine)
    const nico = await door.create('nico', 'ungleich')
    const [noisy, other] = [await door.create('noisy', 'ungleich-auth'), await door.create('other', 'ungleich-auth')]
    expect(await door.ask('POST', '/verify/', asks(door, other, nico, -1))).toMatchObject({ status: 200 })
    const wrong = () => ({ ...asks(door, noisy, nico), verifytoken: '000000' })
    for (let count = 0; count < 40; count += 1) await door.ask('POST', '/verify/', wrong())
    expect(await door.ask('POST', '/verify/', asks(door, other, nico))).toMatchObject({ status: 200 })
    expect(await door.ask('GET', '/', own(door))).toMatchObject({ status: 200 })
  })

  it('checklist 14: a seed is nowhere in the database as it is written', async () => {
    const door = await openUngleich(engine)
    const nico = await door.create('nico', 'ungleich')
    const rows = await door.core.storage.db.selectFrom('subject').selectAll().execute()
    const bytes = Buffer.from(decodeBase32(nico.seed))
    expect(rows.map(({ name }) => name)).toContain('nico')
    for (const { sealed_secret } of rows) expect(Buffer.from(sealed_secret ?? []).includes(bytes)).toBe(false)
    expect(JSON.stringify(rows)).not.toContain(nico.seed)
  })
})
