import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pbkdf2Sync } from 'node:crypto'
import { BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js'
import kdbx from 'kdbxweb'
import type { OtpAccount } from '../../../src/otp/account.ts'
import { encodeBase32 } from '../../../src/otp/base32.ts'
import { formatOtpauthUri } from '../../../src/otp/otpauth-uri.ts'
import { formatUriList } from '../../../src/importers/export/uri-list.ts'
import { drawQrPng } from '../../../src/qr/draw.ts'
import { freeOtpToken, raivoEntries } from './plain-json.ts'
import { basic, counted, every, password, second, signed, strong, type WrittenFile } from './samples.ts'
import { random, sealGcm, stretchArgon } from './sealing.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const base32 = ({ secret }: OtpAccount): string => encodeBase32(secret)
const withoutSteam = [basic, second, strong, counted]
const usual = [basic, second]

/** A zip archive of texts. */
export async function zipOf(files: Readonly<Record<string, string>>, options: object = {}): Promise<Uint8Array> {
  const writer = new ZipWriter(new BlobWriter(), { useWebWorkers: false, ...options })
  for (const [name, content] of Object.entries(files)) await writer.add(name, new TextReader(content))
  return new Uint8Array(await (await writer.close()).arrayBuffer())
}

/** An Android preferences file. */
export function preferences(strings: Readonly<Record<string, string>>): Uint8Array {
  const escaped = (value: string): string => value.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  const lines = Object.entries(strings).map(
    ([name, value]) => `<string name="${escaped(name)}">${escaped(value)}</string>`,
  )
  return text(`<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<map>\n${lines.join('\n')}\n</map>\n`)
}

/** The bytes of an SQLite database. */
export function sqliteOf(...statements: readonly string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-sqlite-'))
  const database = new DatabaseSync(join(folder, 'db'))
  try {
    for (const statement of statements) database.exec(statement)
  } finally {
    database.close()
  }
  const bytes = readFileSync(join(folder, 'db'))
  rmSync(folder, { recursive: true })
  return bytes
}

const quoted = (value: string | number): string =>
  typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`
const insert = (table: string, ...values: readonly (string | number)[]): string =>
  `INSERT INTO ${table} VALUES (${values.map(quoted).join()})`

/** Every format that is an archive, a database, XML or a serialised object. */
export const containerFiles: readonly WrittenFile[] = [
  {
    format: 'zipped-uri-list',
    what: 'plain zip',
    accounts: every,
    write: () => zipOf({ 'winauth.txt': formatUriList(every) }),
  },
  {
    format: 'zipped-uri-list',
    what: 'ZipCrypto',
    password,
    accounts: every,
    write: () => zipOf({ 'Accounts.txt': formatUriList(every) }, { password, zipCrypto: true }),
  },
  {
    format: 'raivo',
    what: 'AES zip',
    password,
    accounts: withoutSteam,
    write: () => zipOf({ 'raivo-otp-export.json': JSON.stringify(raivoEntries(withoutSteam)) }, { password }),
  },
  { format: '1password', what: '1pux', accounts: every, skipped: 1, write: writeOnePassword },
  {
    format: 'google-database',
    what: 'SQLite',
    accounts: [basic, second, { ...counted, algorithm: 'SHA1', digits: 6 }],
    write: () =>
      sqliteOf(
        'CREATE TABLE accounts (_id INTEGER PRIMARY KEY, email TEXT NOT NULL, secret TEXT NOT NULL, counter INTEGER DEFAULT 0, type INTEGER, provider INTEGER DEFAULT 0, issuer TEXT DEFAULT NULL, original_name TEXT DEFAULT NULL)',
        ...[basic, second, counted].map((account, index) => {
          const label = `${account.issuer}:${account.name}`
          return insert(
            'accounts',
            index,
            label,
            base32(account),
            account.counter,
            account.type === 'hotp' ? 1 : 0,
            0,
            account.issuer,
            label,
          )
        }),
      ),
  },
  {
    format: 'microsoft',
    what: 'SQLite',
    accounts: usual,
    skipped: 1,
    write: () =>
      sqliteOf(
        'CREATE TABLE `accounts` (`_id` INTEGER PRIMARY KEY AUTOINCREMENT, `name` TEXT NOT NULL, `username` TEXT NOT NULL, `oath_secret_key` TEXT NOT NULL)',
        ...usual.map((account, index) => insert('accounts', index, account.issuer, account.name, base32(account))),
        insert('accounts', 9, 'Work', 'ann', ''),
      ),
  },
  {
    format: 'freeotp',
    what: 'preferences',
    accounts: withoutSteam,
    write: () =>
      preferences({
        tokenOrder: '[]',
        ...Object.fromEntries(
          withoutSteam.map((account) => [`${account.issuer}:${account.name}`, JSON.stringify(freeOtpToken(account))]),
        ),
      }),
  },
  { format: 'freeotp-2', what: 'serialised map', password, accounts: withoutSteam, write: () => writeFreeOtp2() },
  {
    format: 'authy',
    what: 'preferences',
    accounts: usual,
    write: () =>
      preferences({
        'com.authy.storage.tokens.authenticator.key': JSON.stringify(
          usual.map((account) => ({
            accountType: 'authenticator',
            decryptedSecret: base32(account),
            digits: 6,
            originalIssuer: account.issuer,
            originalName: `${account.issuer}:${account.name}`,
            name: `${account.issuer}: ${account.name}`,
          })),
        ),
      }),
  },
  {
    format: 'totp-authenticator',
    what: 'preferences',
    accounts: [basic, strong].map((account) => ({ ...account, algorithm: 'SHA1' as const })),
    write: () =>
      preferences({
        STATIC_TOTP_CODES_LIST: JSON.stringify(
          [basic, strong].map((account) => ({
            issuer: account.issuer,
            name: account.name,
            key: base32(account),
            digits: String(account.digits),
            period: String(account.periodSeconds),
          })),
        ),
      }),
  },
  {
    format: 'battle-net',
    what: 'preferences',
    accounts: [{ ...basic, digits: 8, issuer: 'Battle.net', name: 'EU-1234' }],
    write: writeBattleNet,
  },
  { format: 'keepass', what: 'KDBX 4', password, accounts: every, skipped: 1, write: writeKeepass },
  {
    format: 'qr-image',
    what: 'one code',
    accounts: [strong],
    write: () => drawQrPng(formatOtpauthUri(strong), { sizePixels: 400 }),
  },
]

function writeOnePassword(): Promise<Uint8Array> {
  const items = every.map((account) => ({
    item: {
      overview: { title: account.issuer, tags: ['work'] },
      details: {
        loginFields: [{ designation: 'username', value: account.name }],
        sections: [
          {
            fields: [
              { id: 'TOTP_1', value: { totp: formatOtpauthUri(account) } },
              { id: 'x', value: { string: 'y' } },
            ],
          },
        ],
      },
    },
  }))
  const data = { accounts: [{ vaults: [{ items: [...items, { overview: { title: 'Card' }, details: {} }] }] }] }
  return zipOf({ 'export.attributes': '{"version":3}', 'export.data': JSON.stringify(data), 'files/picture.png': '' })
}

/** A backup of FreeOTP 2, all of it or without some keys of its map. */
export function writeFreeOtp2(left: readonly string[] = []): Uint8Array {
  const [salt, master] = [random(32), random(32)]
  const stretched = pbkdf2Sync(password, salt, 1000, 32, 'sha512')
  const seal = (key: Uint8Array, plain: Uint8Array, token: string): object => {
    const nonce = random(12)
    return {
      mCipher: 'AES/GCM/NoPadding',
      mCipherText: signed(sealGcm(key, nonce, plain, token)),
      mParameters: signed(Buffer.concat([Buffer.from('3011040c', 'hex'), nonce, Buffer.from('020110', 'hex')])),
      mToken: token,
    }
  }
  const entries = withoutSteam.flatMap((account, index) => {
    // FreeOTP 2 keeps the next counter.
    const token = { ...freeOtpToken(account), counter: account.counter, secret: undefined }
    const key = JSON.stringify({ key: JSON.stringify(seal(master, account.secret, 'HmacSHA1')) })
    const pairs = [
      [`id-${index}`, key],
      [`id-${index}-token`, JSON.stringify(token)],
    ] as const
    return pairs.filter(([name]) => !left.includes(name)).flat()
  })
  const masterKey = {
    mAlgorithm: 'PBKDF2withHmacSHA512',
    mIterations: 1000,
    mSalt: signed(salt),
    mEncryptedKey: seal(stretched, master, 'AES'),
  }
  return javaMap([...entries, 'masterKey', JSON.stringify(masterKey)])
}

/** A serialised `HashMap<String, String>` as Java writes it. */
function javaMap(strings: readonly string[]): Uint8Array {
  const head =
    'aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163746f724900097468726573686f6c6478703f400000000000067708'
  const sizes = Buffer.alloc(8)
  sizes.writeUInt32BE(16)
  sizes.writeUInt32BE(strings.length / 2, 4)
  const packed = strings.map((value) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(Buffer.byteLength(value))
    return Buffer.concat([Buffer.of(0x74), length, Buffer.from(value)])
  })
  return Buffer.concat([Buffer.from(head, 'hex'), sizes, ...packed, Buffer.of(0x78)])
}

function writeBattleNet(): Uint8Array {
  const mask = Buffer.from(
    '398e27fc50276a656065b0e525f4c06c04c61075286b8e7aeda59da9813b5dd6c80d2fb38068773fa59ba47c17ca6c6479015c1d5b8b8f6b9a',
    'hex',
  )
  const masked = (value: string): string =>
    Buffer.from(Buffer.from(value).map((byte, index) => byte ^ (mask[index] ?? 0))).toString('hex')
  return preferences({
    'com.blizzard.messenger.AUTHENTICATOR_SERIAL': masked('EU-1234'),
    'com.blizzard.messenger.AUTHENTICATOR_DEVICE_SECRET': masked(Buffer.from(basic.secret).toString('hex')),
  })
}

/** An empty database of KeePass under {@link password}. */
export function newKeepass(): kdbx.Kdbx {
  kdbx.CryptoEngine.setArgon2Impl(
    async (key, salt, memoryKib, passes, _length, lanes) =>
      Uint8Array.from(stretchArgonOf(key, salt, memoryKib, passes, lanes)).buffer,
  )
  const database = kdbx.Kdbx.create(new kdbx.Credentials(kdbx.ProtectedValue.fromString(password)), 'test')
  database.setKdf(kdbx.Consts.KdfId.Argon2id)
  return database
}

async function writeKeepass(): Promise<Uint8Array> {
  const database = newKeepass()
  const fields: Readonly<Record<string, string>>[] = [
    { otp: `key=${base32(basic)}&size=6&step=30` },
    { 'TOTP Seed': base32(second), 'TOTP Settings': '30;6' },
    {
      'TimeOtp-Secret-Hex': Buffer.from(strong.secret).toString('hex'),
      'TimeOtp-Algorithm': 'HMAC-SHA-512',
      'TimeOtp-Length': '8',
      'TimeOtp-Period': '60',
    },
    { otp: formatOtpauthUri(counted) },
    { 'TOTP Seed': base32({ ...basic, secret: every[4]?.secret ?? basic.secret }), 'TOTP Settings': '30;S' },
    { Notes: 'no code here' },
  ]
  for (const [index, extra] of fields.entries()) {
    const entry = database.createEntry(database.getDefaultGroup())
    const account = every[index]
    for (const [key, value] of Object.entries({
      Title: account?.issuer ?? '',
      UserName: account?.name ?? '',
      ...extra,
    }))
      entry.fields.set(key, value)
  }
  return new Uint8Array(await database.save())
}

function stretchArgonOf(
  key: ArrayBuffer,
  salt: ArrayBuffer,
  memoryKib: number,
  passes: number,
  lanes: number,
): Uint8Array {
  return stretchArgon(new Uint8Array(key), new Uint8Array(salt), memoryKib, passes, lanes)
}
