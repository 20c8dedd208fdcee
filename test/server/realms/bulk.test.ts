import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import type { BulkJob } from '../../../src/api/bulk.ts'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { beginDataRotation } from '../../../src/server/keys/rotation.ts'
import { readKeyStatus } from '../../../src/server/keys/status.ts'
import { engines } from '../../support/engines.ts'
import { field, type House, openHouse } from './house.ts'

async function finished(house: House, id: string): Promise<BulkJob> {
  const read = async () => {
    const { body } = await house.ask('GET', `/v1/realms/shop/bulk/${id}`)
    return (body as { job: BulkJob }).job
  }
  await vi.waitUntil(async () => (await read()).state !== 'running', { timeout: 120_000, interval: 10 })
  return read()
}

const send = (house: House, body: object) => house.ask('POST', '/v1/realms/shop/bulk', { body })

async function openShop(engine: (typeof engines)[number]): Promise<House> {
  const house = await openHouse(engine)
  await house.ask('POST', '/v1/realms', { body: { name: 'shop' } })
  return house
}

/** A PSKC file (RFC 6030 section 6.1) whose secrets are sealed with a pre-shared key and proven by a MAC. */
function sealedContainer(key: Buffer, serials: readonly string[], secret: Buffer): string {
  const macKey = randomBytes(20)
  const seal = (plain: Buffer) => {
    const iv = randomBytes(16)
    const cipher = createCipheriv('aes-128-cbc', key, iv)
    const sealed = Buffer.concat([iv, cipher.update(plain), cipher.final()])
    const method = '<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
    const value = `<xenc:CipherData><xenc:CipherValue>${sealed.toString('base64')}</xenc:CipherValue></xenc:CipherData>`
    return { sealed, xml: method + value }
  }
  const packages = serials.map((serial) => {
    const { sealed, xml } = seal(secret)
    const mac = createHmac('sha1', macKey).update(sealed).digest('base64')
    return [
      `<KeyPackage><DeviceInfo><SerialNo>${serial}</SerialNo></DeviceInfo>`,
      `<Key Id="${serial}" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp">`,
      '<AlgorithmParameters><ResponseFormat Length="6" Encoding="DECIMAL"/></AlgorithmParameters>',
      `<Data><Secret><EncryptedValue>${xml}</EncryptedValue><ValueMAC>${mac}</ValueMAC></Secret></Data></Key></KeyPackage>`,
    ].join('')
  })
  return [
    '<?xml version="1.0"?><KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc"',
    ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">',
    '<EncryptionKey><ds:KeyName>k</ds:KeyName></EncryptionKey>',
    `<MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey>${seal(macKey).xml}</MACKey></MACMethod>`,
    ...packages,
    '</KeyContainer>',
  ].join('')
}

describe.each(engines)('bulk enrolment on $name', (engine) => {
  it('T97 reads a list with a byte order mark, semicolons and CR/LF, and tells what became of each row', async () => {
    const house = await openShop(engine)
    await house.ask('POST', '/v1/realms/shop/subjects', { body: { name: 'carl' } })
    const content =
      '\ufeffName;Email;Enabled\r\nada;ada@example.com;yes\r\nCARL;;\r\n=1+1;;\r\nbob;no-address;\r\neve;;no\r\n'
    const job = await send(house, { format: 'csv', content })
    expect(job).toMatchObject({ status: 202, body: { state: 'running', total: 5 } })
    expect(await finished(house, field(job, 'id'))).toMatchObject({ created: 2, duplicates: 1, refused: 2, done: 5 })
    const { body } = await house.ask('GET', `/v1/realms/shop/bulk/${field(job, 'id')}?limit=3`)
    expect(body).toMatchObject({
      rows: [
        { line: 2, name: 'ada', result: 'created' },
        { line: 3, name: 'CARL', result: 'duplicate' },
        { line: 4, name: '=1+1', result: 'refused', reason: { code: 'bulk_name_formula' } },
      ],
      nextCursor: expect.any(String),
    })
    const odd = await house.ask('GET', `/v1/realms/shop/bulk/${field(job, 'id')}?exceptions=true`)
    expect(odd.body).toMatchObject({ rows: [{ name: 'CARL' }, { name: '=1+1' }, { name: 'bob' }] })
    expect(await house.ask('GET', '/v1/realms/shop/subjects/ada')).toMatchObject({ body: { enrolment: 'pending' } })
    expect(await house.ask('GET', '/v1/realms/shop/subjects/ada/enrolment')).toMatchObject({ status: 200 })
    expect(await house.ask('GET', '/v1/realms/shop/subjects/eve')).toMatchObject({ body: { enabled: false } })
  })

  it('lists its jobs page by page, newest first', async () => {
    const house = await openShop(engine)
    const ids: string[] = []
    for (const name of ['ada', 'bob', 'eve']) {
      const job = await send(house, { format: 'csv', content: `name\n${name}\n`, dryRun: true })
      ids.unshift(field(job, 'id'))
      house.core.clock.advance(1)
    }
    const read = async (query: string) => {
      const { body } = await house.ask('GET', `/v1/realms/shop/bulk?${query}`)
      return body as { items: BulkJob[]; nextCursor?: string }
    }
    const first = await read('limit=2')
    const last = await read(`limit=2&cursor=${first.nextCursor}`)
    expect([...first.items, ...last.items].map(({ id }) => id)).toEqual(ids)
    expect(last.nextCursor).toBeUndefined()
    expect(await house.ask('GET', '/v1/realms/shop/bulk?limit=51')).toMatchObject({ status: 400 })
  })

  it('answers any page of many outcomes, of a job and of a rehearsal alike, and keeps nothing it was to do', async () => {
    const house = await openShop(engine)
    const names = Array.from({ length: 350 }, (_, index) => (index % 50 === 7 ? `=${index}` : `user${index}`))
    const content = `name\n${names.join('\n')}\nUSER0\n`
    for (const dryRun of [true, false]) {
      const id = field(await send(house, { format: 'csv', content, dryRun }), 'id')
      expect(await finished(house, id)).toMatchObject({
        total: 351,
        done: 351,
        created: 343,
        refused: 7,
        duplicates: 1,
      })
      const linesOf = async (query: string) => {
        const lines: number[] = []
        for (let cursor: string | undefined = ''; cursor !== undefined;) {
          const { body } = await house.ask(
            'GET',
            `/v1/realms/shop/bulk/${id}?limit=90${query}${cursor === '' ? '' : `&cursor=${cursor}`}`,
          )
          const page = body as { rows: { line: number }[]; nextCursor?: string }
          lines.push(...page.rows.map(({ line }) => line))
          cursor = page.nextCursor
        }
        return lines
      }
      expect(await linesOf('')).toEqual(Array.from({ length: 351 }, (_, index) => index + 2))
      expect(await linesOf('&exceptions=true')).toEqual([9, 59, 109, 159, 209, 259, 309, 352])
    }
    const { db } = house.core.storage
    const sealed = await db.selectFrom('import_job').select('id').where('sealed_input', 'is not', null).execute()
    expect(sealed).toEqual([])
    const listed = await house.ask('GET', '/v1/realms/shop/bulk')
    expect((listed.body as { items: unknown[] }).items).toHaveLength(2)
  })

  it('T56 shows a listed secret to its maker alone, for seven days', async () => {
    const house = await openShop(engine)
    const job = await send(house, { format: 'csv', content: 'name\nada\n' })
    await finished(house, field(job, 'id'))
    const read = (tokenId: string) =>
      house.ask('GET', '/v1/realms/shop/subjects/ada/enrolment', { headers: { 'x-token': tokenId } })
    house.core.clock.advance(7 * 86_400_000 - 1)
    expect(await read('token-2')).toMatchObject({ status: 403, body: { code: 'enrolment_not_shown' } })
    const shown = await read('token-1')
    expect(shown).toMatchObject({ status: 200, body: { pendingUntilMs: house.core.clock.nowMs() + 1 } })
    house.core.clock.advance(1)
    expect(await read('token-1')).toMatchObject({ status: 403, body: { code: 'enrolment_not_shown' } })
    const code = totp(decodeBase32(field(shown, 'secretBase32')), house.core.clock.nowMs())
    expect(await house.ask('POST', '/v1/realms/shop/subjects/ada/verify', { body: { code } })).toMatchObject({
      body: { accepted: false },
    })
  })

  it('foresees the same without making anybody', async () => {
    const house = await openShop(engine)
    const job = await send(house, { format: 'csv', content: 'name\nada\nADA\n', dryRun: true })
    expect(job.body).toMatchObject({ state: 'done', created: 1, duplicates: 1 })
    expect(await house.ask('GET', '/v1/realms/shop/subjects/ada')).toMatchObject({ status: 404 })
  })

  it('takes existing secrets of an OATH CSV, which count at once', async () => {
    const house = await openShop(engine)
    const secret = Buffer.from('12345678901234567890')
    const content = `TOK1, ${secret.toString('hex')}, totp, 6, 30\nTOK2, 3132333435363738, hotp, 6, 0\n`
    const job = await send(house, { format: 'oath-csv', content })
    expect(await finished(house, field(job, 'id'))).toMatchObject({ created: 1, refused: 1 })
    const code = totp(secret, house.core.clock.nowMs())
    expect(await house.ask('POST', '/v1/realms/shop/subjects/TOK1/verify', { body: { code } })).toMatchObject({
      body: { accepted: true },
    })
  })

  it('takes existing secrets of a sealed PSKC file by its key, and with a wrong key says so and makes nobody', async () => {
    const house = await openShop(engine)
    const secret = Buffer.from('12345678901234567890')
    const key = randomBytes(16)
    const content = sealedContainer(key, ['TOK1', 'TOK2'], secret)
    for (const [password, code] of [
      [randomBytes(16).toString('hex'), 'import_password_wrong'],
      ['not hexadecimal', 'import_password_wrong'],
      [undefined, 'import_password_needed'],
    ] as const) {
      const refused = await send(house, { format: 'pskc', content, ...(password === undefined ? {} : { password }) })
      expect([refused.status, field(refused, 'code')]).toEqual([422, code])
    }
    expect(await house.ask('GET', '/v1/realms/shop/subjects')).toMatchObject({ body: { items: [] } })
    expect(await house.ask('GET', '/v1/realms/shop/bulk')).toMatchObject({ body: { items: [] } })
    const job = await send(house, { format: 'pskc', content, password: key.toString('hex') })
    expect(await finished(house, field(job, 'id'))).toMatchObject({ created: 2, refused: 0 })
    const code = totp(secret, house.core.clock.nowMs())
    for (const name of ['TOK1', 'TOK2']) {
      const verdict = await house.ask('POST', `/v1/realms/shop/subjects/${name}/verify`, { body: { code } })
      expect(verdict).toMatchObject({ body: { accepted: true } })
    }
  })

  it('refuses a file it cannot read with one sentence, and makes nobody', async () => {
    const house = await openShop(engine)
    const files = [
      { format: 'csv', content: 'address\nada\n' },
      { format: 'csv', content: 'name,email\nada\nbob,b@example.com,yes,no\n' },
      { format: 'csv', content: 'name\n' },
      { format: 'pskc', content: '<html></html>' },
      { format: 'oath-csv', content: 'name\nada\n' },
    ]
    for (const file of files) {
      const { status, body } = await send(house, file)
      expect([400, 415]).toContain(status)
      expect(body).toMatchObject({ title: expect.stringMatching(/\w/) })
    }
    expect(await house.ask('GET', '/v1/realms/shop/subjects')).toMatchObject({ body: { items: [] } })
  })

  it('goes on where it stood when it was cut off, and makes nobody twice', async () => {
    const place = await engine.freshPlace()
    const rootKey = newRootKey()
    const first = await openHouse(engine, { place, rootKey })
    await first.ask('POST', '/v1/realms', { body: { name: 'shop' } })
    const names = Array.from({ length: 450 }, (_, index) => `user${index}`)
    const job = await send(first, { format: 'csv', content: `name\n${names.join('\n')}\n` })
    await first.rooms.stop()
    const second = await openHouse(engine, { place, rootKey })
    second.core.clock.advance(60_000)
    await second.rooms.bulk.resume()
    expect(await finished(second, field(job, 'id'))).toMatchObject({ state: 'done', created: 450, duplicates: 0 })
    expect(await second.ask('GET', '/v1/realms/shop')).toMatchObject({ body: { subjectCount: 450 } })
  })

  it('T88 seals each row under the key its realm has by then', async () => {
    const house = await openShop(engine)
    const { core } = house
    const names = Array.from({ length: 600 }, (_, index) => `user${index}`)
    const job = await send(house, { format: 'csv', content: `name\n${names.join('\n')}\n` })
    await beginDataRotation(core, { actorKind: 'operator', actorId: 'operator:test', actorName: 'test' })
    expect(await finished(house, field(job, 'id'))).toMatchObject({ state: 'done', created: 600 })
    const { dataKeys } = await readKeyStatus(core)
    const [current] = dataKeys.filter(({ purpose, retiredAtMs }) => purpose === 'realm' && retiredAtMs === null)
    expect(current?.values).toBeGreaterThan(0)
  })

  it('tells its progress as events until it is over', async () => {
    const house = await openShop(engine)
    const job = await send(house, { format: 'csv', content: 'name\nada\n' })
    await finished(house, field(job, 'id'))
    const events = await house.ask('GET', `/v1/realms/shop/bulk/${field(job, 'id')}/events`)
    expect(events.text).toMatch(/^event: progress\ndata: .*"state":"done"/)
  })
})
