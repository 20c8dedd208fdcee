import { randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { tinyMfaDoor } from '../../../src/server/compat/tiny-mfa/door.ts'
import { importTinyMfa } from '../../../src/server/compat/tiny-mfa/import.ts'
import { readKeyFile, readOldDatabase } from '../../../src/server/compat/tiny-mfa/old-database.ts'
import { TinyMfaSettingsStore, usualTinyMfa } from '../../../src/server/compat/tiny-mfa/settings.ts'
import { openForeign } from '../../../src/server/database/foreign.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { fillOldTinyMfa, oldKeyFile, type Schema, schemas } from '../../support/old-tiny-mfa.ts'
import { type DoorHouse, openDoorHouse, send } from './doors.ts'

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
    onTestFinished(() => foreign.close())
    return readOldDatabase(foreign, key, true)
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
    { id: 7, issuer: 'shop', user: 'ada', message: 57_000_000, result: true, date: '2024-05-01T10:00:30.000Z' },
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

it('leaves what was deleted since as it is', async () => {
  const { secrets, tokens, house, read, validate } = await openBoth()
  await importTinyMfa(house, await read(), byOperator, wish)
  const headers = { 'tiny-mfa-access-token': tokens.root }
  for (const path of ['shop/users/bob', 'shop/token/t1', 'bank']) {
    expect(await send(house.app, 'DELETE', `/api/v1/issuer/${path}`, { headers })).toMatchObject({ status: 200 })
  }
  expect(await importTinyMfa(house, await read(), byOperator, wish)).toMatchObject({
    issuers: { imported: 0, known: 2, refused: 0 },
    users: { imported: 0, known: 3, refused: 1 },
    tokens: { imported: 0, known: 2 },
  })
  expect(await validate('bob', secrets.bob, tokens.root)).toMatchObject({ status: 404 })
  expect(await validate('ada', secrets.ada, tokens.issuer)).toMatchObject({ status: 401 })
  expect(await house.subjects.realm('bank')).toBeNull()
})

it('knows what was renamed since', async () => {
  const { secrets, tokens, house, read, validate } = await openBoth()
  await importTinyMfa(house, await read(), byOperator, wish)
  await house.realms.realms.update(byOperator, 'shop', { name: 'store' })
  expect(await importTinyMfa(house, await read(), byOperator, wish)).toMatchObject({
    isWritten: true,
    issuers: { imported: 0, known: 2 },
    users: { imported: 0, known: 3, refused: 1 },
  })
  expect(await validate('ada', secrets.ada, tokens.issuer, 'store')).toMatchObject({ status: 200 })
})

describe('settings', () => {
  const settingsOf = async (house: DoorHouse) => new TinyMfaSettingsStore(house.core).read()

  it('come with the first import and stay as they were changed since', async () => {
    const { client, tokens, house, read } = await openBoth()
    await importTinyMfa(house, await read(), byOperator, wish)
    const headers = { 'tiny-mfa-access-token': tokens.root }
    const post = (path: string, body: object) =>
      send(house.app, 'POST', `/api/v1/system/${path}`, { headers, body: JSON.stringify(body) })
    await post('configuration', { deny_limit: 10, http_port: 50_000, verify_tokens: false })
    await post('qrcode', { 'qrcode-bgcolor': { red: 9, alpha: 255 }, 'qrcode-fgcolor': { green: 200, alpha: 255 } })
    await client.query('update serverconfig set deny_limit = 7')
    const { notes } = await importTinyMfa(house, await read(), byOperator, wish)
    expect(notes.join(' ')).toMatch(/came with the first import/)
    expect(await settingsOf(house)).toMatchObject({ denyLimit: 10, httpPort: 50_000, verifyTokens: false })
    expect(await house.looks.read()).toMatchObject({ background: [9, 0, 0, 255] })
  })

  it('keep what the operator said of tokens before the first import', async () => {
    const { house, read } = await openBoth()
    const store = new TinyMfaSettingsStore(house.core)
    await house.core.storage.transaction((tx) => store.write(tx, { ...usualTinyMfa, verifyTokens: false }))
    const { notes } = await importTinyMfa(house, await read(), byOperator, wish)
    expect(notes.join(' ')).toMatch(/open to everybody/)
    expect(await settingsOf(house)).toMatchObject({ denyLimit: 3, verifyTokens: false })
  })

  it('take no port that is none', async () => {
    const { client, house, read } = await openBoth()
    await client.query('update serverconfig set http_port = 99999')
    const { notes } = await importTinyMfa(house, await read(), byOperator, wish)
    expect(notes.join(' ')).toMatch(/The port 99999 is none; it stays 57687\./)
    expect(await settingsOf(house)).toMatchObject({ httpPort: 57_687 })
  })
})

it('counts rows it cannot read among those read and left out, each with its own reason', async () => {
  const { client, house, read } = await openBoth()
  await client.query("update accounts set key = 'AAAA' where id = 'u2'")
  await client.query("update issuer set key = 'AAAA' where id = 'i2'")
  await client.query(
    "insert into accounts (id, username, email, issuer_id, key) values ('u9', 'eve', 'e@x.y', 'gone', 'B')",
  )
  const { notes, ...stopped } = await importTinyMfa(house, await read(), byOperator, wish)
  expect(stopped).toMatchObject({ isWritten: false, issuers: { read: 2, refused: 1 }, users: { read: 5, refused: 4 } })
  for (const { read: all, imported, known, refused } of [stopped.issuers, stopped.users, stopped.tokens]) {
    expect(imported + known + refused).toBe(all)
  }
  expect(notes).toEqual(
    expect.arrayContaining([
      'The issuer i2 (bank) was left out: its key does not open with this key file.',
      'The user u2 (bob, bob@shop.local) was left out: its key does not open with this key file.',
      'The user u4 (cleo, cleo@bank.local) was left out: the key of its issuer does not open.',
      'The user u9 (eve, e@x.y) was left out: its issuer is missing.',
    ]),
  )
})

it('goes on past users whose issuer is missing, and stops at a database of something else', async () => {
  const { client, house, read } = await openBoth()
  await client.query(
    "insert into accounts (id, username, email, issuer_id, key) values ('u9', 'eve', 'e@x.y', 'gone', 'B')",
  )
  expect(await importTinyMfa(house, await read(), byOperator, wish)).toMatchObject({
    isWritten: true,
    users: { read: 5, imported: 3, refused: 2 },
  })
  await client.query('drop table accounts')
  await expect(read()).rejects.toMatchObject({ code: 'tiny_mfa_tables_missing' })
})

it('writes nothing when a key does not open, unless told to go on without it', async () => {
  const { client, house, read } = await openBoth()
  await client.query("update accounts set key = 'AAAA' where id = 'u2'")
  expect(await importTinyMfa(house, await read(), byOperator, wish)).toMatchObject({ isWritten: false })
  const skipping = await importTinyMfa(house, await read(), byOperator, { ...wish, skipUnreadable: true })
  expect(skipping).toMatchObject({ isWritten: true, users: { imported: 2 } })
})

it.each([{ isDryRun: true }, { skipUnreadable: true }, {}])(
  'refuses the key file of another installation once, with nothing written (%j)',
  async (how) => {
    const { house, read } = await openBoth()
    const rows = () => house.core.storage.db.selectFrom('setting').select('key').execute()
    const before = await rows()
    const attempt = importTinyMfa(house, await read(randomBytes(32)), byOperator, { ...wish, ...how })
    await expect(attempt).rejects.toMatchObject({ code: 'tiny_mfa_key_wrong' })
    expect(await rows()).toEqual(before)
  },
)

it('law 3: each token that begins to live here has its own record, and so have the settings', async () => {
  const { client, house, read } = await openBoth()
  await client.query(
    `insert into access_tokens (id, ref_id_issuer, access_token, description, created_on)
     values ('t2', 'i1', 'other', 'second', now()), ('t3', 'i2', 'third', 'third', now())`,
  )
  await importTinyMfa(house, await read(), byOperator, wish)
  await importTinyMfa(house, await read(), byOperator, wish)
  const recorded = async (action: string) => (await house.core.audit.list({ action }, { limit: 10 })).items
  const tokens = (await recorded('realm.token_create')).map(({ objectName, detail }) => [objectName, detail?.['token']])
  expect(tokens.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
    ['bank', 't3'],
    ['shop', 't1'],
    ['shop', 't2'],
  ])
  expect(await recorded('token.create')).toMatchObject([
    { objectId: 'tiny-mfa-root', actorKind: 'operator', outcome: 'done', detail: { scopes: ['door:tiny-mfa'] } },
  ])
  expect(await recorded('settings.update')).toMatchObject([
    { objectId: 'tiny-mfa', detail: { changed: ['configuration'] } },
  ])
})

it('reads the key file, its padding included, and refuses one that is none', () => {
  const key = randomBytes(32)
  expect(oldKeyFile(key)).toMatch(/^[A-Z2-7]{52}====$/)
  expect(Buffer.from(readKeyFile(oldKeyFile(key), decodeBase32))).toEqual(key)
  expect(() => readKeyFile('ABCDEFGH', decodeBase32)).toThrow(/key file of go-tiny-mfa/)
})

it('takes users in many pages: of twins that a page parts the first comes along, in a dry run too', async () => {
  const { client, house, read } = await openBoth()
  const { rows } = await client.query("select key from accounts where id = 'u1'")
  const { key } = rows[0] as { key: string }
  await client.query('alter table accounts drop constraint accounts_key_key')
  await client.query(
    `insert into accounts (id, username, email, issuer_id, key)
     select 'many' || n, 'twin' || n % 5, lpad(n::text, 6, '0') || '@x.y', 'i1', $1 from generate_series(1, 1500) n`,
    [key],
  )
  const seen: number[] = []
  const counted = { ...wish, onRow: (done: number) => seen.push(done) }
  const expected = { users: { read: 1504, imported: 8, known: 0, refused: 1496 } }
  expect(await importTinyMfa(house, await read(), byOperator, { ...counted, isDryRun: true })).toMatchObject(expected)
  expect(await importTinyMfa(house, await read(), byOperator, counted)).toMatchObject(expected)
  expect(seen.length).toBeGreaterThan(8)
  const { db } = house.core.storage
  const kept = await db.selectFrom('subject').select('id').where('id', 'like', 'many%').orderBy('id').execute()
  expect(kept.map(({ id }) => id)).toEqual(['many1', 'many2', 'many3', 'many4', 'many5'])
})
