import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { tinyMfaDoor } from '../../../src/server/compat/tiny-mfa/door.ts'
import { importTinyMfa } from '../../../src/server/compat/tiny-mfa/import.ts'
import { readKeyFile, readOldDatabase } from '../../../src/server/compat/tiny-mfa/old-database.ts'
import { openForeign } from '../../../src/server/database/foreign.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { fillOldTinyMfa, oldKeyFile, type Schema, schemas } from '../../support/old-tiny-mfa.ts'
import { openDoorHouse, send } from './doors.ts'

const wish = { isDryRun: false, skipUnreadable: false, stayOpen: false }

async function openBoth(schema: Schema = '2') {
  const [sqlite, postgres] = engines
  if (sqlite === undefined || postgres === undefined) throw new Error('an engine is missing')
  const { url = '' } = await postgres.freshPlace()
  const filled = await fillOldTinyMfa(url, schema)
  onTestFinished(() => filled.client.end())
  const house = await openDoorHouse(sqlite)
  await tinyMfaDoor(house.app, house)
  const read = async (key: Uint8Array = filled.rootKey) => {
    const foreign = await openForeign(url)
    try {
      return await readOldDatabase(foreign, key, true)
    } finally {
      await foreign.close()
    }
  }
  const validate = (user: string, secret: Uint8Array, token: string, issuer = 'shop') =>
    send(house.app, 'POST', `/api/v1/issuer/${issuer}/users/${user}/totp`, {
      body: JSON.stringify({ token: totp(secret, house.core.clock.nowMs()) }),
      headers: { 'tiny-mfa-access-token': token },
    })
  return { ...filled, house, read, validate }
}

describe.each(schemas)('an old database of schema %s', (schema) => {
  it('comes in with keys of both variants: users validate with the codes and tokens they have', async () => {
    const { secrets, tokens, house, read, validate } = await openBoth(schema)
    const report = await importTinyMfa(house, await read(), byOperator, wish)
    expect(report).toMatchObject({
      isWritten: true,
      issuers: { read: 2, imported: 2, known: 0, refused: 0 },
      users: { read: 4, imported: 3, known: 0, refused: 1 },
      tokens: { read: 2, imported: 2, known: 0, refused: 0 },
      validations: { read: 1, imported: 1 },
    })
    expect(report.notes.join(' ')).toMatch(/twin@shop\.local.*another user has its name/)
    expect(/bank gets codes of 6 digits/.test(report.notes.join(' '))).toBe(schema !== '0 (v0.1.0)')
    expect(await validate('ada', secrets.ada, tokens.issuer)).toMatchObject({ status: 200 })
    expect(await validate('bob', secrets.bob, tokens.root)).toMatchObject({ status: 200 })
    expect(await validate('cleo', secrets.cleo, tokens.root, 'bank')).toMatchObject({ status: 200 })
    expect(await validate('ada', secrets.ada, tokens.issuer)).toMatchObject({ status: 401 })
  })
})

it('keeps settings, colours and past validations, and lets no wrong token in', async () => {
  const { secrets, tokens, house, read, validate } = await openBoth()
  await importTinyMfa(house, await read(), byOperator, wish)
  expect(await validate('ada', secrets.ada, randomUUID())).toMatchObject({ status: 401 })
  expect(await validate('cleo', secrets.cleo, tokens.issuer, 'bank')).toMatchObject({ status: 401 })
  const ask = async (path: string) =>
    (await send(house.app, 'GET', `/api/v1${path}`, { headers: { 'tiny-mfa-access-token': tokens.root } })).body
  expect(await ask('/system/audit?before=2025-01-01:00:00:00')).toMatchObject([
    { issuer: 'shop', user: 'ada', message: 57_000_000, result: true, date: '2024-05-01T10:00:30.000Z' },
  ])
  expect(await ask('/system/configuration')).toMatchObject({ deny_limit: 3, verify_tokens: true })
  expect(await ask('/system/qrcode')).toMatchObject({ 'qrcode-fgcolor': { red: 0, green: 0, blue: 128, alpha: 255 } })
})

it('changes nothing the second time, nor in a dry run', async () => {
  const { house, read } = await openBoth()
  const dry = await importTinyMfa(house, await read(), byOperator, { ...wish, isDryRun: true })
  expect(dry).toMatchObject({ isWritten: false, issuers: { imported: 2 } })
  expect(await house.subjects.realm('shop')).toBeNull()
  await importTinyMfa(house, await read(), byOperator, wish)
  const again = await importTinyMfa(house, await read(), byOperator, wish)
  expect(again).toMatchObject({
    issuers: { imported: 0, known: 2 },
    users: { imported: 0, known: 3, refused: 1 },
    tokens: { imported: 0, known: 2 },
    validations: { imported: 0, known: 1 },
  })
})

it('writes nothing when a key does not open, unless told to go on without it', async () => {
  const { client, house, read } = await openBoth()
  const wrong = await importTinyMfa(house, await read(randomBytes(32)), byOperator, wish)
  expect(wrong).toMatchObject({
    isWritten: false,
    notes: expect.arrayContaining([expect.stringMatching(/issuer i1 \(shop\)/)]),
  })
  await client.query("update accounts set key = 'AAAA' where id = 'u2'")
  expect(await importTinyMfa(house, await read(), byOperator, wish)).toMatchObject({ isWritten: false })
  const skipping = await importTinyMfa(house, await read(), byOperator, { ...wish, skipUnreadable: true })
  expect(skipping).toMatchObject({ isWritten: true, users: { imported: 2 } })
})

it('reads the key file, its padding included, and refuses one that is none', () => {
  const key = randomBytes(32)
  expect(oldKeyFile(key)).toMatch(/^[A-Z2-7]{52}====$/)
  expect(Buffer.from(readKeyFile(oldKeyFile(key), decodeBase32))).toEqual(key)
  expect(() => readKeyFile('ABCDEFGH', decodeBase32)).toThrow(/key file of go-tiny-mfa/)
})
