import { createCipheriv, hash, randomBytes, randomUUID } from 'node:crypto'
import { bcrypt } from 'hash-wasm'
import pg from 'pg'

/** How go-tiny-mfa sealed a key: until v0.2.7 under the MD5 of the parent, in v0.2.9 under the parent itself. */
export type Variant = 'legacy' | 'v0.2.9'
/** Versions of its tables; `0 (v0.1.0)` knows no length of codes yet. */
export type Schema = '0 (v0.1.0)' | '0' | '1' | '2'

export const schemas: readonly Schema[] = ['0 (v0.1.0)', '0', '1', '2']

/** A key column as one of the two variants wrote it. */
export function sealOldKey(key: Uint8Array, parent: Uint8Array, variant: Variant): string {
  const nonce = randomBytes(12)
  const cipher =
    variant === 'legacy'
      ? createCipheriv('aes-128-gcm', hash('md5', parent, 'buffer'), nonce)
      : createCipheriv('aes-256-gcm', parent, nonce)
  return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

/** What stands in an old database, for whoever asks with it later. */
export interface OldTinyMfa {
  readonly client: pg.Client
  readonly rootKey: Uint8Array
  readonly secrets: { readonly ada: Uint8Array; readonly bob: Uint8Array; readonly cleo: Uint8Array }
  readonly tokens: { readonly issuer: string; readonly root: string }
}

/**
 * Fills a database as go-tiny-mfa did: the issuer `shop` under the legacy variant with `ada` (legacy), `bob` (v0.2.9) and
 * a twin of ada's; the issuer `bank` under v0.2.9 with `cleo`, whose length of codes never worked.
 */
export async function fillOldTinyMfa(url: string, schema: Schema = '2', httpPort = 57_687): Promise<OldTinyMfa> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(tablesOf(schema))
  const rootKey = randomBytes(32)
  const keys = { legacy: randomBytes(32), recent: randomBytes(32) }
  const secrets = { ada: randomBytes(32), bob: randomBytes(32), cleo: randomBytes(32) }
  const tokens = { issuer: randomUUID(), root: randomUUID() }
  const insert = (table: string, row: Readonly<Record<string, unknown>>) => {
    const marks = Object.keys(row).map((_, index) => `$${index + 1}`)
    return client.query(
      `insert into ${table} (${Object.keys(row).join(', ')}) values (${marks.join(', ')})`,
      Object.values(row),
    )
  }
  await insert('serverconfig', {
    http_port: httpPort,
    deny_limit: 3,
    verify_tokens: false,
    root_token: await cheapBcrypt(tokens.root),
    ...(schema.startsWith('0') ? {} : { schema_version: Number(schema) }),
  })
  const issuer = (id: string, name: string, key: string, length: number) =>
    insert('issuer', {
      id,
      name,
      contact: `a@${name}.local`,
      key,
      ...(schema === '0 (v0.1.0)' ? {} : { token_length: length }),
    })
  await issuer('i1', 'shop', sealOldKey(keys.legacy, rootKey, 'legacy'), 6)
  await issuer('i2', 'bank', sealOldKey(keys.recent, rootKey, 'v0.2.9'), 99)
  const user = (id: string, username: string, email: string, issuerId: string, key: string) =>
    insert('accounts', { id, username, email, issuer_id: issuerId, key })
  await user('u1', 'ada', 'ada@shop.local', 'i1', sealOldKey(secrets.ada, keys.legacy, 'legacy'))
  await user('u2', 'bob', 'bob@shop.local', 'i1', sealOldKey(secrets.bob, keys.legacy, 'v0.2.9'))
  await user('u3', 'ada', 'twin@shop.local', 'i1', sealOldKey(randomBytes(32), keys.legacy, 'legacy'))
  await user('u4', 'cleo', 'cleo@bank.local', 'i2', sealOldKey(secrets.cleo, keys.recent, 'v0.2.9'))
  await insert('access_tokens', {
    id: 't1',
    ref_id_issuer: 'i1',
    access_token: await cheapBcrypt(tokens.issuer),
    description: 'main access token',
    created_on: '2024-05-01T10:00:00',
  })
  await insert('audit', {
    id: 7,
    issuer: 'shop',
    username: 'ada',
    message: '57000000',
    success: true,
    validated_on: '2024-05-01T10:00:30',
  })
  return { client, rootKey, secrets, tokens }
}

/** The key file beside such a database: Base32 with its padding. */
export function oldKeyFile(rootKey: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...rootKey].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{1,5}/g) ?? []
  const text = digits.map((five) => alphabet[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}

// The original's cost of 10 would take the tests seconds.
function cheapBcrypt(password: string): Promise<string> {
  return bcrypt({ password, salt: randomBytes(16), costFactor: 4 })
}

function tablesOf(schema: Schema): string {
  const version = schema.startsWith('0') ? '' : ', schema_version smallint not null'
  const length = schema === '0 (v0.1.0)' ? '' : ', token_length smallint not null'
  const colours = `create table qr_code_config (id serial primary key, qrcode_bgcolor varchar(30), qrcode_fgcolor varchar(30));
    insert into qr_code_config (qrcode_bgcolor, qrcode_fgcolor) values ('255;255;255;255', '0;0;128;255');`
  const sign = `create table oidc_config (id serial primary key, enabled boolean default false, client_id varchar(64),
    client_secret varchar(64), discovery_url varchar(255));`
  return `
    create table serverconfig (id serial primary key, http_port integer not null, deny_limit smallint not null,
      verify_tokens boolean default false, root_token varchar(64) not null${version});
    create table issuer (id varchar(45) primary key, name varchar(32) unique not null, contact varchar(255) not null,
      key varchar(128) unique not null, enabled boolean default true${length});
    create table accounts (id varchar(45) primary key, username varchar(32) not null, email varchar(128) not null,
      issuer_id varchar(45) not null, key varchar(128) unique not null, enabled boolean default true,
      unique (username, email, issuer_id));
    create table access_tokens (id varchar(45) not null, ref_id_issuer varchar(45), access_token varchar(64) primary key,
      description varchar(255), created_on timestamp not null, last_access_time timestamp);
    create table audit (id serial primary key, issuer varchar(32) not null, username varchar(32) not null,
      message varchar(16) not null, success boolean default false, validated_on timestamp not null);
    ${schema.startsWith('0') ? '' : colours}
    ${schema === '2' ? sign : ''}`
}
