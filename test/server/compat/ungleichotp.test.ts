import { describe, expect, it } from 'vitest'
import { bootstrap } from '../../../src/server/compat/ungleichotp/bootstrap.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { send } from './doors.ts'
import { asks, type Entry, notPermitted, notUnique, openUngleich, wrongCredentials } from './ungleichotp-house.ts'
import { fc } from '../../support/property.ts'

describe.each(engines)('the ungleichotp door on $name', (engine) => {
  it('verifies the bytes of the published client, once', async () => {
    const door = await openUngleich(engine)
    const service = await door.create('dns', 'ungleich-auth')
    const user = await door.create('nico', 'ungleich')
    const request = asks(door, service, user)
    expect(await door.ask('POST', '/verify/', request)).toMatchObject({
      status: 200,
      text: '{"status":"OK"}',
      headers: {
        'content-type': 'application/json',
        vary: 'Accept',
        'x-frame-options': 'DENY',
        allow: 'POST, OPTIONS',
      },
    })
    expect(await door.ask('POST', '/verify/', request)).toMatchObject({ status: 403, body: notPermitted })
  })

  it('T03 accepts one of many parallel verifications of one code, and leaves the caller its own', async () => {
    const door = await openUngleich(engine)
    const user = await door.create('nico', 'ungleich')
    const request = asks(door, door.admin, user)
    const replies = await Promise.all(Array.from({ length: 20 }, () => door.ask('POST', '/verify/', request)))
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(await door.ask('POST', '/verify/', asks(door, door.admin, user, -1))).toMatchObject({ status: 200 })
  })

  it('T02 T11 relaxed: lets the smoke script verify an entry against itself with one code in both fields', async () => {
    const door = await openUngleich(engine)
    const itself = asks(door, door.admin, door.admin)
    expect(await door.ask('POST', '/verify/', itself)).toMatchObject({ status: 200 })
    expect(await door.ask('POST', '/verify/', itself)).toMatchObject({ status: 403, body: notPermitted })
  })

  it('T80 accepts seven steps of both codes and no other', async () => {
    const door = await openUngleich(engine)
    const accepted: number[] = []
    for (const steps of [-4, -3, -2, -1, 0, 1, 2, 3, 4]) {
      const user = await door.create(`user${steps}`, 'ungleich')
      const verified = await door.ask('POST', '/verify/', asks(door, door.admin, user, steps))
      const caller = { name: 'root', realm: 'ungleich-admin', token: door.code(door.admin, steps) }
      const listed = await door.ask('GET', '/', caller)
      if (verified.status === 200 && listed.status === 200) accepted.push(steps)
      else expect([verified.status, listed.status]).toEqual([403, 403])
    }
    expect(accepted).toEqual([-3, -2, -1, 0, 1, 2, 3])
  })

  it('reads JSON, forms and multipart, on GET and DELETE too', async () => {
    const door = await openUngleich(engine)
    const caller = { name: 'root', realm: 'ungleich-admin', token: door.code(door.admin) }
    const form = new URLSearchParams(caller).toString()
    expect(await door.ask('GET', '/', form, 'application/x-www-form-urlencoded')).toMatchObject({ status: 200 })
    const parts = Object.entries(caller).map(
      ([name, value]) => `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    const multipart = `${parts.join('')}--edge--\r\n`
    expect(await door.ask('GET', '/', multipart, 'multipart/form-data; boundary=edge')).toMatchObject({ status: 200 })
    const user = await door.create('nico', 'ungleich')
    expect(await door.ask('DELETE', `/${user.id}/`, door.auth(door.admin))).toMatchObject({ status: 204, text: '' })
  })

  it('T29 relaxed: pads codes that came as numbers, and trims blanks', async () => {
    const door = await openUngleich(engine)
    const user = await door.create('nico', 'ungleich')
    while (!door.code(user).startsWith('0')) door.core.clock.advance(30_000)
    const request = asks(door, door.admin, user)
    const sent = { ...request, name: ' root ', verifytoken: Number(request.verifytoken) }
    expect(await door.ask('POST', '/verify/', sent)).toMatchObject({ status: 200 })
    door.core.clock.advance(30_000)
    const negative = { ...asks(door, door.admin, user), verifytoken: -1 }
    expect(await door.ask('POST', '/verify/', negative)).toMatchObject({ status: 400 })
  })

  it('answers every wrong caller alike', async () => {
    const door = await openUngleich(engine)
    const right = { name: 'root', realm: 'ungleich-admin', token: door.code(door.admin) }
    await door.subjects.ensureRealm({ name: 'native', origin: 'api' }, byOperator)
    const wrong: unknown[] = [
      undefined,
      [],
      null,
      {},
      { ...right, token: '000000' },
      { ...right, name: 'nobody' },
      { ...right, name: null },
      { ...right, name: 'n'.repeat(129) },
      { ...right, token: 1.5 },
      { ...right, realm: 'people' },
      { ...right, realm: 'native' },
      { ...right, auth_name: 'root' },
    ]
    for (const fields of wrong) {
      for (const [method, path] of [
        ['GET', '/'],
        ['POST', '/verify/'],
        ['PUT', '/verify/'],
        ['OPTIONS', '/'],
      ] as const) {
        expect(await door.ask(method, path, fields)).toMatchObject({ status: 403, body: wrongCredentials })
      }
    }
  })

  it('enforces the rights of realms before fields and ids are looked at', async () => {
    const door = await openUngleich(engine)
    const service = await door.create('dns', 'ungleich-auth')
    const user = await door.create('nico', 'ungleich')
    expect(await door.ask('POST', '/verify/', asks(door, service, user))).toMatchObject({ status: 200 })
    for (const [method, path] of [
      ['GET', '/'],
      ['POST', '/'],
      ['GET', '/1/'],
      ['PUT', '/999/'],
      ['PATCH', '/abc/'],
      ['DELETE', '/1/'],
    ] as const) {
      for (const caller of [service, user]) {
        expect(await door.ask(method, path, door.auth(caller))).toMatchObject({ status: 403, body: notPermitted })
      }
    }
    expect(await door.ask('POST', '/verify/', asks(door, user, service))).toMatchObject({
      status: 403,
      body: notPermitted,
    })
  })

  it('T54 relaxed: names the method and the media type it was sent, and what is wrong with fields and JSON', async () => {
    const door = await openUngleich(engine)
    const own = { name: 'root', realm: 'ungleich-admin', token: door.code(door.admin) }
    const missing = ['This field is required.']
    expect(await door.ask('POST', '/verify/', own)).toMatchObject({
      status: 400,
      body: { verifyname: missing, verifytoken: missing, verifyrealm: missing },
    })
    const odd = { ...own, verifyname: '', verifyrealm: null, verifytoken: true }
    expect((await door.ask('POST', '/verify/', odd)).body).toEqual({
      verifyname: ['This field may not be blank.'],
      verifyrealm: ['This field may not be null.'],
      verifytoken: ['Not a valid string.'],
    })
    const long = { ...own, verifyname: 'x'.repeat(129), verifyrealm: [], verifytoken: {} }
    expect((await door.ask('POST', '/verify/', long)).body).toMatchObject({
      verifyname: ['Ensure this field has no more than 128 characters.'],
    })
    expect(await door.ask('POST', '/verify/', '{')).toMatchObject({
      status: 400,
      body: { detail: 'JSON parse error - Expecting value: line 1 column 1 (char 0)' },
    })
    expect(await door.ask('POST', '/verify/', '<a/>', 'application/xml')).toMatchObject({
      status: 415,
      body: { detail: 'Unsupported media type "application/xml" in request.' },
    })
    expect(await door.ask('GET', '/verify/', own)).toMatchObject({
      status: 405,
      body: { detail: 'Method "GET" not allowed.' },
    })
    expect(await door.ask('OPTIONS', '/', own)).toMatchObject({ status: 200, body: { renders: ['application/json'] } })
  })

  it('creates, lists, reads, changes and deletes entries', async () => {
    const door = await openUngleich(engine)
    const auth = () => door.auth(door.admin)
    const made = await door.ask('POST', '/', { ...auth(), name: 'nico', realm: 'ungleich', seed: 'AAAA' })
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'nico', realm: 'ungleich', seed: expect.stringMatching(/^[A-Z2-7]{32}$/) },
    })
    expect(made.text).toMatch(/^\{"name":"nico","realm":"ungleich","seed":"[A-Z2-7]{32}","id":\d+\}$/)
    const { id, seed } = made.body as Entry
    expect(await door.ask('POST', '/', { ...auth(), name: 'nico', realm: 'ungleich' })).toMatchObject({
      status: 400,
      body: notUnique,
    })
    const listed = await door.ask('GET', '/?name=nico&realm=ungleich', auth())
    expect(listed.body).toEqual([{ name: 'nico', realm: 'ungleich', seed, id }])
    expect((await door.ask('GET', '/', auth())).body).toHaveLength(2)
    expect((await door.ask('GET', `/${id}.json`, auth())).body).toMatchObject({ seed })
    expect(await door.ask('PATCH', `/${id}/`, { ...auth(), realm: 'other', seed: 'B' })).toMatchObject({
      status: 200,
      body: { name: 'nico', realm: 'other', seed, id },
    })
    const moved = { name: 'nico', realm: 'other', seed, id }
    expect(await door.ask('POST', '/verify/', asks(door, door.admin, moved))).toMatchObject({ status: 200 })
    expect(await door.ask('PUT', `/${id}/`, { ...auth(), name: 'nico' })).toMatchObject({
      status: 400,
      body: { realm: ['This field is required.'] },
    })
    expect(await door.ask('DELETE', `/${id}`, auth())).toMatchObject({ status: 204 })
    for (const gone of [id, 'abc', 0]) {
      expect(await door.ask('GET', `/${gone}/`, auth())).toMatchObject({ status: 404, body: { detail: 'Not found.' } })
    }
  })

  it('answers the old form of creation as it always did', async () => {
    const door = await openUngleich(engine)
    const own = { name: 'root', realm: 'ungleich-admin', token: door.code(door.admin) }
    expect(await door.ask('POST', '/', own)).toMatchObject({ status: 400, body: notUnique })
    expect(await door.ask('PUT', '/1/', own)).toMatchObject({ status: 200, body: { name: 'root' } })
  })

  it('keeps the last entry of ungleich-admin', async () => {
    const door = await openUngleich(engine)
    const auth = () => door.auth(door.admin)
    const body = { detail: 'The last entry of ungleich-admin cannot be removed.' }
    expect(await door.ask('DELETE', '/1/', auth())).toMatchObject({ status: 409, body })
    expect(await door.ask('PATCH', '/1/', { ...auth(), realm: 'elsewhere' })).toMatchObject({ status: 409, body })
    await expect(bootstrap(door, {}, { name: 'second' })).rejects.toMatchObject({ code: 'ungleichotp_admin_exists' })
    await bootstrap(door, {}, { name: 'second', force: true })
    expect(await door.ask('DELETE', '/1/', auth())).toMatchObject({ status: 204 })
  })

  it('T26 hides reserved and native realms and refuses entries in them', async () => {
    const door = await openUngleich(engine)
    for (const [name, origin] of [
      ['people', 'login'],
      ['native', 'api'],
    ] as const) {
      const realm = await door.subjects.ensureRealm({ name, origin }, byOperator)
      await door.core.storage.transaction(async (tx) => {
        const subject = await door.subjects.add(tx, realm, { name: 'ada' }, byOperator)
        await door.subjects.enrolment.start(tx, realm, subject, { begins: 'active' }, byOperator)
      })
    }
    expect((await door.ask('GET', '/', door.auth(door.admin))).body).toHaveLength(1)
    for (const realm of ['people', 'PEOPLE', 'native']) {
      const made = await door.ask('POST', '/', { ...door.auth(door.admin), name: 'eve', realm })
      expect(made).toMatchObject({ status: 400, body: { realm: [expect.any(String)] } })
    }
    const about = { verifyname: 'ada', verifyrealm: 'people', verifytoken: '000000' }
    expect(await door.ask('POST', '/verify/', { ...door.auth(door.admin), ...about })).toMatchObject({ status: 403 })
  })

  it('follows the rules for slashes, and answers / only to a caller', async () => {
    const door = await openUngleich(engine)
    const own = { name: 'root', realm: 'ungleich-admin', token: door.code(door.admin) }
    expect(await door.ask('GET', '', own)).toMatchObject({ status: 301, headers: { location: '/ungleichotp/' } })
    const user = await door.create('nico', 'ungleich')
    expect(await door.ask('POST', '/verify', asks(door, door.admin, user))).toMatchObject({ status: 200 })
    expect(await door.ask('GET', '/1/more/', own)).toMatchObject({ status: 404, body: { detail: 'Not found.' } })
    const headers = { 'content-type': 'application/json' }
    const root = await send(door.app, 'GET', '/', { body: JSON.stringify(own), headers })
    expect(root).toMatchObject({ status: 200, body: { ungleichotp: expect.stringMatching(/\/ungleichotp\/$/) } })
    expect(await send(door.app, 'GET', '/')).toMatchObject({ status: 404 })
  })

  it('lets twenty refused logins in a minute pass before it bites, and never locks the known admin out', async () => {
    const door = await openUngleich(engine)
    const own = (token: string) => ({ name: 'root', realm: 'ungleich-admin', token })
    expect(await door.ask('GET', '/', own(door.code(door.admin)))).toMatchObject({ status: 200 })
    for (let count = 0; count < 19; count += 1) await door.ask('GET', '/', own('000000'))
    expect(await door.ask('GET', '/', own(door.code(door.admin)))).toMatchObject({ status: 200 })
    for (let count = 0; count < 25; count += 1) await door.ask('GET', '/', own('000000'))
    door.core.clock.advance(60_000)
    expect(await door.ask('GET', '/', own(door.code(door.admin)))).toMatchObject({ status: 200 })
  })

  it('writes no code, seed or unknown name into the audit', async () => {
    const door = await openUngleich(engine)
    const fields = { name: 'my-passphrase', realm: 'ungleich-admin', token: '918273' }
    await door.ask('GET', '/', fields)
    const audit = JSON.stringify((await door.core.audit.list({})).items)
    for (const secret of ['my-passphrase', '918273', door.admin.seed]) expect(audit).not.toContain(secret)
  })
})

it('answers every request with one JSON document and never a fault', async () => {
  const [sqlite] = engines
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const door = await openUngleich(sqlite)
  const path = fc.constantFrom('/', '/verify/', '/verify', '/1/', '/abc/', '/%2f/', '/%00/')
  const method = fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'GET')
  const type = fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data', 'text/x')
  await fc.assert(
    fc.asyncProperty(method, path, fc.oneof(fc.json(), fc.string()), type, async (verb, url, text, contentType) => {
      const reply = await door.ask(verb, url, text, contentType)
      expect(reply.status).toBeLessThan(500)
      if (reply.status !== 301) expect(() => JSON.parse(reply.text) as unknown).not.toThrow()
    }),
    { numRuns: 150 },
  )
})
