import { createCipheriv, hash, randomBytes, randomUUID } from 'node:crypto'
import { bcrypt } from 'hash-wasm'
import pg from 'pg'
import { expect, it } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { tinyMfaDoor } from '../../../src/server/compat/tiny-mfa/door.ts'
import { importTinyMfa } from '../../../src/server/compat/tiny-mfa/import.ts'
import { readKeyFile, readOldDatabase } from '../../../src/server/compat/tiny-mfa/old-database.ts'
import { openForeign } from '../../../src/server/database/foreign.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { openDoorHouse, send } from './doors.ts'

const rootKey = randomBytes(32)
const wish = { isDryRun: false, skipUnreadable: false, stayOpen: false }

/** A key column as one of the two variants wrote it. */
function sealed(key: Uint8Array, parent: Uint8Array, variant: 'legacy' | 'v0.2.9'): string {
  const nonce = randomBytes(12)
  const cipher =
    variant === 'legacy'
      ? createCipheriv('aes-128-gcm', hash('md5', parent, 'buffer'), nonce)
      : createCipheriv('aes-256-gcm', parent, nonce)
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** A database of schema 2 with two issuers, one of each variant, their users, tokens and validations. */
async function fillOldDatabase(url: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const issuerKeys = { legacy: randomBytes(32), recent: randomBytes(32) }
  const secrets = { ada: randomBytes(32), bob: randomBytes(32) }
  const tokens = { issuer: randomUUID(), root: randomUUID() }
  const cheap = (password: string) => bcrypt({ password, salt: randomBytes(16), costFactor: 4 })
  await client.query(`
    create table serverconfig (id serial primary key, http_port integer, deny_limit smallint, verify_tokens boolean,
      root_token varchar(64), schema_version smallint);
    create table issuer (id varchar(45) primary key, name varchar(32) unique, contact varchar(255),
      key varchar(128) unique, token_length smallint, enabled boolean default true);
    create table accounts (id varchar(45) primary key, username varchar(32), email varchar(128), issuer_id varchar(45),
      key varchar(128) unique, enabled boolean default true);
    create table access_tokens (id varchar(45), ref_id_issuer varchar(45), access_token varchar(64) primary key,
      description varchar(255), created_on timestamp, last_access_time timestamp);
    create table audit (id serial primary key, issuer varchar(32), username varchar(32), message varchar(16),
      success boolean default false, validated_on timestamp);
    create table qr_code_config (id serial primary key, qrcode_bgcolor varchar(30), qrcode_fgcolor varchar(30));
    insert into qr_code_config (qrcode_bgcolor, qrcode_fgcolor) values ('255;255;255;255', '0;0;128;255')`)
  const insert = (table: string, ...values: unknown[]) =>
    client.query(`insert into ${table} values (${values.map((_, index) => `$${index + 1}`).join(', ')})`, values)
  await insert('serverconfig', 1, 57687, 3, false, await cheap(tokens.root), 2)
  await insert('issuer', 'i1', 'shop', 'a@shop.local', sealed(issuerKeys.legacy, rootKey, 'legacy'), 6, true)
  await insert('issuer', 'i2', 'bank', 'a@bank.local', sealed(issuerKeys.recent, rootKey, 'v0.2.9'), 99, true)
  await insert('accounts', 'u1', 'ada', 'ada@shop.local', 'i1', sealed(secrets.ada, issuerKeys.legacy, 'legacy'), true)
  await insert('accounts', 'u2', 'bob', 'bob@shop.local', 'i1', sealed(secrets.bob, issuerKeys.legacy, 'v0.2.9'), true)
  await insert(
    'accounts',
    'u3',
    'ada',
    'twin@shop.local',
    'i1',
    sealed(randomBytes(32), issuerKeys.legacy, 'legacy'),
    true,
  )
  await insert(
    'access_tokens',
    't1',
    'i1',
    await cheap(tokens.issuer),
    'main access token',
    '2024-05-01T10:00:00',
    null,
  )
  await insert('audit', 7, 'shop', 'ada', '57000000', true, '2024-05-01T10:00:30')
  return { client, secrets, tokens }
}

async function openBoth() {
  const [sqlite, postgres] = engines
  if (sqlite === undefined || postgres === undefined) throw new Error('an engine is missing')
  const { url = '' } = await postgres.freshPlace()
  const filled = await fillOldDatabase(url)
  const house = await openDoorHouse(sqlite)
  await tinyMfaDoor(house.app, house)
  const read = async (key: Uint8Array = rootKey) => {
    const foreign = await openForeign(url)
    try {
      return await readOldDatabase(foreign, key, true)
    } finally {
      await foreign.close()
    }
  }
  const validate = (user: string, secret: Uint8Array, token: string) =>
    send(house.app, 'POST', `/api/v1/issuer/shop/users/${user}/totp`, {
      body: JSON.stringify({ token: totp(secret, house.core.clock.nowMs()) }),
      headers: { 'tiny-mfa-access-token': token },
    })
  return { ...filled, house, read, validate }
}

it('lets users of an old database validate with the codes and tokens they have', async () => {
  const { client, secrets, tokens, house, read, validate } = await openBoth()
  const report = await importTinyMfa(house, await read(), byOperator, wish)
  expect(report).toMatchObject({
    isWritten: true,
    issuers: { read: 2, imported: 2, known: 0, refused: 0 },
    users: { read: 3, imported: 2, known: 0, refused: 1 },
    tokens: { read: 2, imported: 2, known: 0, refused: 0 },
    validations: { read: 1, imported: 1 },
  })
  expect(report.notes.join(' ')).toMatch(/bank gets codes of 6 digits.*twin@shop\.local.*another user has its name/)
  expect(await validate('ada', secrets.ada, tokens.issuer)).toMatchObject({ status: 200 })
  expect(await validate('bob', secrets.bob, tokens.root)).toMatchObject({ status: 200 })
  expect(await validate('ada', secrets.ada, randomUUID())).toMatchObject({ status: 401 })
  const headers = { 'tiny-mfa-access-token': tokens.root }
  const audit = await send(house.app, 'GET', '/api/v1/system/audit?before=2025-01-01:00:00:00', { headers })
  expect(audit.body).toMatchObject([
    { issuer: 'shop', user: 'ada', message: 57_000_000, result: true, date: '2024-05-01T10:00:30.000Z' },
  ])
  const configuration = await send(house.app, 'GET', '/api/v1/system/configuration', { headers })
  expect(configuration.body).toMatchObject({ deny_limit: 3, verify_tokens: true })
  await client.end()
})

it('changes nothing the second time, nor in a dry run', async () => {
  const { client, house, read } = await openBoth()
  const dry = await importTinyMfa(house, await read(), byOperator, { ...wish, isDryRun: true })
  expect(dry).toMatchObject({ isWritten: false, issuers: { imported: 2 } })
  expect(await house.subjects.realm('shop')).toBeNull()
  await importTinyMfa(house, await read(), byOperator, wish)
  const again = await importTinyMfa(house, await read(), byOperator, wish)
  expect(again).toMatchObject({
    issuers: { imported: 0, known: 2 },
    users: { imported: 0, known: 2, refused: 1 },
    tokens: { imported: 0, known: 2 },
    validations: { imported: 0, known: 1 },
  })
  await client.end()
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
  expect(skipping).toMatchObject({ isWritten: true, users: { imported: 1 } })
  await client.end()
})

it('reads databases of the first schema, which lack columns and tables', async () => {
  const { client, house, read } = await openBoth()
  await client.query(
    'drop table qr_code_config; alter table serverconfig drop column schema_version; alter table issuer drop column token_length',
  )
  const report = await importTinyMfa(house, await read(), byOperator, wish)
  expect(report).toMatchObject({ isWritten: true, issuers: { imported: 2 } })
  await client.end()
})

it('refuses a key file that is none', () => {
  expect(() => readKeyFile('ABCDEFGH', decodeBase32)).toThrow(/key file of go-tiny-mfa/)
})
