import { describe, expect, it } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { readQrCodes } from '../../../src/qr/read.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { field, type House, openHouse } from './house.ts'

const ada = '/v1/realms/shop/subjects/ada'

async function openShop(engine: (typeof engines)[number]): Promise<House> {
  const house = await openHouse(engine)
  await house.ask('POST', '/v1/realms', { body: { name: 'shop' } })
  await house.ask('POST', '/v1/realms/shop/subjects', { body: { name: 'ada' } })
  return house
}

async function enrolled(house: House): Promise<{ codeAt: (stepsFromNow?: number) => string; uri: string }> {
  const answered = await house.ask('POST', `${ada}/enrolment`)
  const secret = decodeBase32(field(answered, 'secretBase32'))
  const codeAt = (steps = 0) => totp(secret, house.core.clock.nowMs() + steps * 30_000)
  return { codeAt, uri: field(answered, 'otpauthUri') }
}

describe.each(engines)('realms and subjects on $name', (engine) => {
  it('makes, lists, changes and deletes realms', async () => {
    const { ask } = await openHouse(engine)
    const made = await ask('POST', '/v1/realms', { body: { name: 'shop', digits: 8 } })
    expect(made).toMatchObject({ status: 201, body: { name: 'shop', issuerLabel: 'shop', digits: 8, subjectCount: 0 } })
    await ask('POST', '/v1/realms', { body: { name: 'bank' } })
    const page = await ask('GET', '/v1/realms?limit=1')
    expect(page.body).toMatchObject({ items: [{ name: 'bank' }] })
    const rest = await ask('GET', `/v1/realms?limit=1&cursor=${field(page, 'nextCursor')}`)
    expect(rest.body).toEqual({ items: [expect.objectContaining({ name: 'shop' })] })
    expect(await ask('PATCH', '/v1/realms/shop', { body: { name: 'store', enabled: false } })).toMatchObject({
      body: { name: 'store', enabled: false, digits: 8 },
    })
    expect(await ask('DELETE', '/v1/realms/store')).toMatchObject({ status: 204 })
    expect(await ask('GET', '/v1/realms/store')).toMatchObject({ status: 404, body: { code: 'realm_not_found' } })
  })

  it('searches names for the signs as they were typed', async () => {
    const { ask } = await openShop(engine)
    for (const name of ['50%off', '50 off', 'a_b', 'aXb'])
      await ask('POST', '/v1/realms/shop/subjects', { body: { name } })
    const found = (text: string) => ask('GET', `/v1/realms/shop/subjects?search=${encodeURIComponent(text)}`)
    expect((await found('0%O')).body).toEqual({ items: [expect.objectContaining({ name: '50%off' })] })
    expect((await found('a_B')).body).toEqual({ items: [expect.objectContaining({ name: 'a_b' })] })
  })

  it('T98 issues 6 to 8 digits and periods of 15 to 120 seconds, and secrets of 160 bits or more', async () => {
    const { ask } = await openShop(engine)
    for (const policy of [
      { digits: 5 },
      { digits: 9 },
      { periodSeconds: 14 },
      { periodSeconds: 121 },
      { windowBack: 11 },
    ]) {
      expect(await ask('POST', '/v1/realms', { body: { name: 'odd', ...policy } })).toMatchObject({ status: 400 })
    }
    for (const [algorithm, letters] of [
      ['SHA1', 32],
      ['SHA256', 52],
      ['SHA512', 103],
    ] as const) {
      await ask('POST', '/v1/realms', { body: { name: algorithm, algorithm } })
      await ask('POST', `/v1/realms/${algorithm}/subjects`, { body: { name: 'ada' } })
      const answered = await ask('POST', `/v1/realms/${algorithm}/subjects/ada/enrolment`)
      expect(field(answered, 'secretBase32')).toHaveLength(letters)
    }
  })

  it('T63 takes a deleted or renamed realm out of the scopes that named it', async () => {
    const house = await openShop(engine)
    const { core, rooms } = house
    const row = {
      name: 't',
      owner_kind: 'service',
      person_id: null,
      realm_id: null,
      gate_limits: null,
      created_by: 'test',
    }
    const times = { created_at_ms: 1, expires_at_ms: null, last_used_at_ms: null, suspended: 0, legacy_bcrypt: null }
    const scopes = JSON.stringify(['verify:shop', 'enrol:shop', 'verify:*', 'reveal:shop'])
    await core.storage.transaction((tx) =>
      tx
        .insertInto('access_token')
        .values({ id: 't1', token_hash: Buffer.alloc(32), ...row, ...times, scopes })
        .execute(),
    )
    const scopesNow = async () => {
      const found = await core.storage.db.selectFrom('access_token').select('scopes').executeTakeFirstOrThrow()
      return JSON.parse(found.scopes) as string[]
    }
    await house.ask('PATCH', '/v1/realms/shop', { body: { name: 'store' } })
    expect(await scopesNow()).toEqual(['verify:store', 'enrol:store', 'verify:*', 'reveal:shop'])
    await rooms.realms.remove(byOperator, 'store')
    expect(await scopesNow()).toEqual(['verify:*', 'reveal:shop'])
    await rooms.subjects.ensureRealm({ name: '*', origin: 'ungleichotp' }, byOperator)
    await rooms.realms.remove(byOperator, '*')
    expect(await scopesNow()).toEqual(['verify:*', 'reveal:shop'])
  })

  it('T26 T63 refuses reserved, dotted and differently capitalised names', async () => {
    const { ask } = await openShop(engine)
    for (const name of [
      'people',
      'People',
      'ungleich-admin',
      'ungleich-auth',
      '.',
      '..',
      'a/b',
      '*',
      ' shop',
      '\u202e',
    ]) {
      expect(await ask('POST', '/v1/realms', { body: { name } })).toMatchObject({ status: 400 })
    }
    expect(await ask('POST', '/v1/realms', { body: { name: 'SHOP' } })).toMatchObject({ status: 409 })
    expect(await ask('POST', '/v1/realms/shop/subjects', { body: { name: 'ADA' } })).toMatchObject({ status: 409 })
    expect(await ask('POST', '/v1/realms/shop/subjects', { body: { name: 'ada ' } })).toMatchObject({ status: 400 })
  })

  it('gives one name to one of many who take it at once', async () => {
    const house = await openHouse(engine)
    const parallel = (url: string, body: object) =>
      Promise.all(Array.from({ length: 8 }, () => house.ask('POST', url, { body })))
    for (const [url, body] of [
      ['/v1/realms', { name: 'shop' }],
      ['/v1/realms/shop/subjects', { name: 'ada' }],
    ] as const) {
      const statuses = (await parallel(url, body)).map(({ status }) => status)
      expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409, 409, 409, 409])
    }
  })

  it('T26 makes one of twenty twins that are asked for at once, and numbers no two subjects alike', async () => {
    const house = await openHouse(engine)
    await house.ask('POST', '/v1/realms', { body: { name: 'shop' } })
    const add = async (name: string) => (await house.ask('POST', '/v1/realms/shop/subjects', { body: { name } })).status
    const twins = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? 'Twin' : 'twin'))
    const others = Array.from({ length: 20 }, (_, index) => `other ${index}`)
    const statuses = await Promise.all([...twins, ...others].map(add))
    expect(statuses.slice(0, 20).filter((status) => status === 201)).toHaveLength(1)
    expect(new Set(statuses.slice(20))).toEqual(new Set([201]))
    const rows = await house.core.storage.db.selectFrom('subject').select('number').execute()
    expect(new Set(rows.map(({ number }) => number)).size).toBe(21)
  })

  it('T26 takes NFC and NFD of one name as one, and no other capitals', async () => {
    const { ask } = await openShop(engine)
    await ask('POST', '/v1/realms/shop/subjects', { body: { name: 'Zo\u0065\u0308' } })
    expect(await ask('GET', `/v1/realms/shop/subjects/${encodeURIComponent('Zo\u00eb')}`)).toMatchObject({
      status: 200,
    })
    expect(await ask('GET', `/v1/realms/shop/subjects/${encodeURIComponent('zo\u00eb')}`)).toMatchObject({
      status: 404,
    })
  })

  it('enrols, verifies once, and says why to whoever may hear it', async () => {
    const house = await openShop(engine)
    const { codeAt } = await enrolled(house)
    const verify = (scopes: string) => house.ask('POST', `${ada}/verify`, { body: { code: codeAt() }, scopes })
    expect(await verify('verify:shop')).toMatchObject({ status: 200, body: { accepted: true } })
    expect((await verify('verify:shop')).body).toEqual({ accepted: false, reason: 'wrong' })
    expect((await verify('verify:shop explain:shop')).body).toEqual({ accepted: false, reason: 'replayed' })
    expect(await verify('verify:other')).toMatchObject({ status: 403 })
    expect(await verify('')).toMatchObject({ status: 401 })
  })

  it('T40 answers unknown realms, unknown subjects, reserved realms, disabled and wrong all alike', async () => {
    const house = await openShop(engine)
    await house.ask('POST', '/v1/realms/shop/subjects', { body: { name: 'off', enabled: false } })
    const answers = []
    for (const path of [
      'shop/subjects/ada',
      'shop/subjects/nobody',
      'none/subjects/ada',
      'people/subjects/x',
      'shop/subjects/off',
    ]) {
      const { status, text, headers } = await house.ask('POST', `/v1/realms/${path}/verify`, {
        body: { code: '000000' },
        scopes: 'verify:*',
      })
      answers.push(JSON.stringify({ status, text, headers: { ...headers, date: '' } }))
    }
    expect(new Set(answers).size).toBe(1)
  })

  it('T29 refuses every other shape of a code with a sentence and stores nothing', async () => {
    const house = await openShop(engine)
    const stored = async () => ({
      states: await house.core.storage.db.selectFrom('subject_state').selectAll().execute(),
      audit: (await house.core.audit.list({})).items.length,
    })
    const before = await stored()
    const bodies = [{}, { code: null }, { code: 123456 }, { code: ['000000'] }, { code: {} }, { code: '' }, [], 'x']
    for (const body of [...bodies, { code: '1', extra: 1 }, { code: '1'.repeat(65) }]) {
      const headers = { 'content-type': 'application/json' }
      const payload = typeof body === 'string' ? '{' : JSON.stringify(body)
      const answered = await house.ask('POST', `${ada}/verify`, { body: payload, headers })
      expect(answered).toMatchObject({
        status: 400,
        body: { code: expect.stringMatching(/^(bad_request|json_unreadable)$/) },
      })
    }
    expect(await stored()).toEqual(before)
    for (const code of ['abcdef', '1e5', '0000000', '000000', '١٢٣']) {
      expect(await house.ask('POST', `${ada}/verify`, { body: { code } })).toMatchObject({
        status: 200,
        body: { accepted: false },
      })
    }
  })

  it('T56 shows a pending secret to its maker until its first code, then to nobody', async () => {
    const house = await openShop(engine)
    const { codeAt, uri } = await enrolled(house)
    expect((await house.ask('GET', `${ada}/enrolment`)).body).toMatchObject({ otpauthUri: uri })
    const png = await house.ask('GET', `${ada}/enrolment/qr.png`)
    expect(png.headers).toMatchObject({ 'content-type': 'image/png', 'cache-control': 'no-store' })
    expect(await readQrCodes(png.bytes)).toEqual([uri])
    expect((await house.ask('GET', `${ada}/enrolment/qr.svg`)).text).toContain('<svg')
    await house.ask('POST', `${ada}/verify`, { body: { code: codeAt() } })
    for (const path of ['enrolment', 'enrolment/qr.png', 'enrolment/qr.svg']) {
      expect(await house.ask('GET', `${ada}/${path}`)).toMatchObject({
        status: 403,
        body: { code: 'enrolment_not_shown' },
      })
    }
  })

  it('T56 shows a pending secret to nobody but its maker, other enrollers and administrators included', async () => {
    const house = await openShop(engine)
    await enrolled(house)
    const others = [
      { scopes: 'enrol:shop', headers: { 'x-token': 'token-2' } },
      { scopes: 'enrol:*', headers: { 'x-token': 'token-3' } },
      { scopes: 'admin', headers: { 'x-token': 'token-4' } },
    ]
    for (const path of ['enrolment', 'enrolment/qr.png', 'enrolment/qr.svg']) {
      for (const other of others) {
        const answered = await house.ask('GET', `${ada}/${path}`, other)
        expect(answered).toMatchObject({ status: 403, body: { code: 'enrolment_not_shown' } })
        expect(answered.text).not.toMatch(/otpauth|secretBase32/)
      }
      expect(await house.ask('GET', `${ada}/${path}`)).toMatchObject({ status: 200 })
    }
  })

  it('T56 shows a pending secret for 15 minutes, then not even to its maker', async () => {
    const house = await openShop(engine)
    await enrolled(house)
    house.core.clock.advance(15 * 60_000 - 1)
    expect(await house.ask('GET', `${ada}/enrolment`)).toMatchObject({ status: 200 })
    house.core.clock.advance(1)
    expect(await house.ask('GET', `${ada}/enrolment`)).toMatchObject({
      status: 403,
      body: { code: 'enrolment_not_shown' },
    })
  })

  it('T56 shows a secret of an `enrollers` realm again, each time audited', async () => {
    const house = await openShop(engine)
    await house.ask('PATCH', '/v1/realms/shop', { body: { readback: 'enrollers' } })
    const { codeAt, uri } = await enrolled(house)
    await house.ask('POST', `${ada}/verify`, { body: { code: codeAt() } })
    expect((await house.ask('GET', `${ada}/enrolment`, { scopes: 'enrol:shop' })).body).toMatchObject({
      otpauthUri: uri,
    })
    expect(await house.ask('GET', `${ada}/enrolment`, { scopes: 'verify:shop' })).toMatchObject({ status: 403 })
    const { items } = await house.core.audit.list({})
    expect(items.filter(({ action }) => action === 'subject.readback')).toHaveLength(1)
  })

  it('T55 keeps the secret when name, mail address or the realm change', async () => {
    const house = await openShop(engine)
    const { codeAt } = await enrolled(house)
    await house.ask('POST', `${ada}/verify`, { body: { code: codeAt() } })
    house.core.clock.advance(30_000)
    await house.ask('PATCH', ada, { body: { email: 'ada@example.com' } })
    await house.ask('PATCH', '/v1/realms/shop', { body: { digits: 8, issuerLabel: 'Other' } })
    expect(await house.ask('POST', `${ada}/verify`, { body: { code: codeAt() } })).toMatchObject({
      body: { accepted: true },
    })
    expect(await house.ask('GET', `${ada}/enrolment`)).toMatchObject({ status: 403 })
  })

  it('T53 lists and reads subjects without any field that could hold a secret', async () => {
    const house = await openShop(engine)
    await enrolled(house)
    for (const url of [ada, `${ada}?withSecret=1`, '/v1/realms/shop/subjects']) {
      expect((await house.ask('GET', url)).text).not.toMatch(/secret|otpauth/i)
    }
  })

  it('T10 T42 T81 tells an enroller how far the clock is off, and a guesser nothing', async () => {
    const house = await openShop(engine)
    const { codeAt } = await enrolled(house)
    const confirm = (code: string) => house.ask('POST', `${ada}/enrolment/confirm`, { body: { code } })
    expect((await confirm(codeAt(7))).body).toMatchObject({ confirmed: false, reason: 'wrong', clockOffsetSteps: 7 })
    const guessed = await house.ask('POST', `${ada}/verify`, { body: { code: codeAt(7) }, scopes: 'verify:shop' })
    expect(guessed.body).toEqual({ accepted: false, reason: 'wrong' })
    expect((await confirm(codeAt(1))).body).toMatchObject({ confirmed: true })
    expect((await confirm(codeAt(1))).body).toMatchObject({ confirmed: false, reason: 'replayed' })
  })

  it('hands enrolment to an end user by a link that opens once', async () => {
    const house = await openShop(engine)
    const link = await house.ask('POST', `${ada}/enrolment/link`)
    const token = new URL(field(link, 'url')).hash.slice(1)
    const open = () => house.ask('POST', '/v1/enrolment-links/open', { body: { token }, scopes: '' })
    const [first, second] = await Promise.all([open(), open()])
    expect([first.status, second.status].toSorted((a, b) => a - b)).toEqual([200, 410])
    const opened = first.status === 200 ? first : second
    const code = totp(decodeBase32(field(opened, 'secretBase32')), house.core.clock.nowMs())
    const confirmed = await house.ask('POST', '/v1/enrolment-links/confirm', { body: { token, code }, scopes: '' })
    expect(confirmed.body).toMatchObject({ confirmed: true })
    expect(await house.ask('GET', ada)).toMatchObject({ body: { enrolment: 'active' } })
  })

  it('T56 ends by cancelling the secret that waits, and leaves the one in use', async () => {
    const house = await openShop(engine)
    const verify = async (code: string) => (await house.ask('POST', `${ada}/verify`, { body: { code } })).body
    const active = await enrolled(house)
    expect(await verify(active.codeAt())).toMatchObject({ accepted: true })
    const waiting = await enrolled(house)
    expect(await house.ask('DELETE', `${ada}/enrolment`)).toMatchObject({ status: 204 })
    expect(await house.ask('GET', `${ada}/enrolment`)).toMatchObject({ status: 403 })
    expect(await verify(waiting.codeAt())).toMatchObject({ accepted: false, reason: 'wrong' })
    expect(await verify(active.codeAt(1))).toMatchObject({ accepted: true })
  })

  it('calls an open link back by cancelling, by disabling and by a new link', async () => {
    const house = await openShop(engine)
    const make = async () => {
      const link = await house.ask('POST', `${ada}/enrolment/link`)
      const token = new URL(field(link, 'url')).hash.slice(1)
      return async () => (await house.ask('POST', '/v1/enrolment-links/open', { body: { token }, scopes: '' })).status
    }
    const [first, second] = [await make(), await make()]
    expect(await first()).toBe(410)
    expect(await house.ask('DELETE', `${ada}/enrolment`)).toMatchObject({ status: 204 })
    expect(await second()).toBe(410)
    expect(await house.ask('DELETE', `${ada}/enrolment`)).toMatchObject({ body: { code: 'enrolment_not_pending' } })
    const third = await make()
    await house.ask('PATCH', ada, { body: { enabled: false } })
    expect(await third()).toBe(410)
    const { items } = await house.core.audit.list({ action: 'subject.' })
    const actions = items.map(({ action }) => action).filter((action) => action.startsWith('subject.enrol_'))
    expect(actions.toReversed()).toEqual(['link', 'link', 'cancel', 'link'].map((what) => `subject.enrol_${what}`))
  })

  it('T27 lets administrators lift a cap, and tokens that only enrol not', async () => {
    const house = await openShop(engine)
    await house.ask('PATCH', '/v1/realms/shop', {
      body: { lockout: { unknownPerStep: 5, unknownBeforeWaits: 5, cap: 2, knownPerWindow: 2, knownWindowMs: 60_000 } },
    })
    await enrolled(house)
    for (const code of ['000001', '000002', '000003']) await house.ask('POST', `${ada}/verify`, { body: { code } })
    expect(await house.ask('GET', ada)).toMatchObject({ body: { locked: true, capped: true, failures: 2 } })
    expect(await house.ask('POST', `${ada}/lift`, { scopes: 'enrol:shop' })).toMatchObject({ status: 403 })
    expect(await house.ask('POST', `${ada}/lift`)).toMatchObject({ status: 204 })
    expect(await house.ask('GET', ada)).toMatchObject({ body: { locked: false, capped: false, failures: 0 } })
  })

  it('repeats a verdict under its Idempotency-Key', async () => {
    const house = await openShop(engine)
    const { codeAt } = await enrolled(house)
    const verify = (code: string) =>
      house.ask('POST', `${ada}/verify`, { body: { code }, headers: { 'idempotency-key': 'order-1' } })
    expect((await verify(codeAt())).body).toMatchObject({ accepted: true })
    expect((await verify(codeAt())).body).toMatchObject({ accepted: true })
    expect(await verify('000000')).toMatchObject({ status: 422 })
  })

  it('law 1: a verdict repeats for the token and the whole body it was given to, not for another token of the same person', async () => {
    const house = await openShop(engine)
    const { codeAt } = await enrolled(house)
    const verify = (token: string, source?: string) => {
      const headers = { 'idempotency-key': 'order-1', 'x-own-token': token }
      return house.ask('POST', `${ada}/verify`, { body: { code: codeAt(), ...(source && { source }) }, headers })
    }
    expect((await verify('one')).body).toMatchObject({ accepted: true })
    expect((await verify('two')).body).toMatchObject({ accepted: false, reason: 'replayed' })
    expect((await verify('one')).body).toMatchObject({ accepted: true })
    expect(await verify('one', 'elsewhere')).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  })

  it('lets a token see the realms of its scopes only', async () => {
    const house = await openShop(engine)
    await house.ask('POST', '/v1/realms', { body: { name: 'bank' } })
    const seen = await house.ask('GET', '/v1/realms', { scopes: 'verify:bank' })
    expect(seen.body).toMatchObject({ items: [{ name: 'bank' }] })
    expect((seen.body as { items: unknown[] }).items).toHaveLength(1)
    expect(await house.ask('GET', '/v1/realms/shop', { scopes: 'verify:bank' })).toMatchObject({ status: 404 })
  })

  it('T101 loses none of the changes that several make to one realm or subject at once', async () => {
    const house = await openShop(engine)
    const realm = { enabled: false, digits: 8, windowBack: 0, windowForward: 2, replay: 'once', contact: 'ops' }
    const subject = { enabled: false, email: 'ada@example.com' }
    const patches = [
      ...Object.entries(realm).map(([name, value]) => ['/v1/realms/shop', { [name]: value }] as const),
      ...Object.entries(subject).map(([name, value]) => [ada, { [name]: value }] as const),
    ]
    const answers = await Promise.all(patches.map(([url, body]) => house.ask('PATCH', url, { body })))
    expect(answers.map(({ status }) => status)).toEqual(patches.map(() => 200))
    expect(await house.ask('GET', '/v1/realms/shop')).toMatchObject({ body: realm })
    expect(await house.ask('GET', ada)).toMatchObject({ body: subject })
  })

  it('T95 law 3: leaves one record of each act on a realm and its subjects', async () => {
    const house = await openShop(engine)
    await house.ask('PATCH', '/v1/realms/shop', { body: { contact: 'ops' } })
    await house.ask('POST', `${ada}/enrolment`)
    await house.ask('DELETE', `${ada}/enrolment`)
    await house.ask('POST', `${ada}/enrolment/link`)
    const { codeAt } = await enrolled(house)
    await house.ask('POST', `${ada}/enrolment/confirm`, { body: { code: codeAt() } })
    await house.ask('POST', `${ada}/resync`, { body: { firstCode: codeAt(7), secondCode: codeAt(8) } })
    await house.ask('POST', `${ada}/lift`)
    await house.ask('PATCH', ada, { body: { enabled: false } })
    await house.ask('DELETE', ada)
    await house.ask('DELETE', '/v1/realms/shop')
    const { items } = await house.core.audit.list({})
    const told = items.map(({ action }) => action).filter((action) => /^(realm|subject)\./.test(action))
    expect(told.toReversed()).toEqual([
      'realm.create',
      'subject.create',
      'realm.update',
      'subject.enrol',
      'subject.enrol_cancel',
      'subject.enrol_link',
      'subject.enrol',
      'subject.confirm',
      'subject.enrolled',
      'subject.resync',
      'subject.lift',
      'subject.update',
      'subject.delete',
      'realm.delete',
    ])
  })

  it('T71 keeps the audit of a deleted realm', async () => {
    const house = await openShop(engine)
    await house.ask('DELETE', '/v1/realms/shop')
    const { items } = await house.core.audit.list({})
    expect(items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['realm.create', 'subject.create', 'realm.delete']),
    )
    expect(await house.core.audit.verify()).toMatchObject({ whole: true })
  })
})
