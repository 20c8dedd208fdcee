import { formatOtpauthUri, parseOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { rmSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { importFile, type ImportOptions } from '../../src/importers/import-file.ts'
import { serverArgonMemoryKib } from '../../src/importers/limits.ts'

const uri = 'otpauth://totp/a?secret=JBSWY3DPEHPK3PXP'
const read = (content: string | Buffer, options: ImportOptions = {}) =>
  importFile(Buffer.from(content), { password: 'right', ...options })
const aegis = (slots: readonly object[]) =>
  JSON.stringify({ version: 1, header: { slots, params: { nonce: '00', tag: '00' } }, db: 'AAAA' })
const slot = (scrypt: { n: number; r: number; p: number }) => ({ type: 1, salt: '00'.repeat(32), ...scrypt })
const authy = (count: number, rounds: number) => {
  const token = { name: 'a', encrypted_seed: 'AAAA', salt: 'x', key_derivation_iterations: rounds }
  return JSON.stringify({ authenticator_tokens: Array.from({ length: count }, () => token) })
}
const bitwarden = (kdfMemory: number, kdfIterations: number) => {
  const sealed = { encKeyValidation_DO_NOT_EDIT: '2.a|b|c', data: '2.a|b|c' }
  const kdf = { salt: 'x', kdfType: 1, kdfIterations, kdfMemory, kdfParallelism: 4 }
  return JSON.stringify({ encrypted: true, passwordProtected: true, ...kdf, ...sealed })
}

describe('a key that takes for ever', () => {
  it.each([
    ['64 GB for scrypt', aegis([slot({ n: 2 ** 29, r: 1024, p: 1 })]), /67108864 MiB/],
    ['many rounds beside each other', aegis([slot({ n: 2, r: 1, p: 2 ** 21 })]), /512 MiB/],
    ['blocks of many megabytes', aegis([slot({ n: 2, r: 2 ** 20 - 1, p: 1 })]), /blocks of 1048575 times 1/],
    ['a thousand passwords to try', aegis(Array(1000).fill(slot({ n: 2 ** 15, r: 8, p: 1 }))), /1000 passwords/],
    ['few rounds for each of many entries', authy(600, 100_000), /60000000 rounds of PBKDF2/],
    ['64 GB for Argon2', bitwarden(65_536, 3), /65536 MiB/],
    ['twenty passes over a whole GiB', bitwarden(1024, 20), /20 passes of Argon2/],
  ])('is refused before anything is computed: %s', async (_name, content, what) => {
    const stages: unknown[] = []
    const onProgress = (progress: unknown) => stages.push(progress)
    await expect(read(content, { onProgress })).rejects.toMatchObject({
      code: 'import_key_too_costly',
      message: expect.stringMatching(what),
    })
    expect(stages).toEqual([])
  })

  it('is refused in a KeePass database wherever in its header the rounds stand, and the last ones count', async () => {
    const rounds = (count: bigint) => {
      const number = Buffer.alloc(8)
      number.writeBigUInt64LE(count)
      return Buffer.concat([Buffer.from('050100000052080000000000'.slice(0, 20), 'hex'), number])
    }
    const start = Buffer.from('03d9a29a67fb4bb500000400', 'hex')
    const file = Buffer.concat([start, Buffer.alloc(10_000), rounds(1n), rounds(2n ** 60n)])
    await expect(read(file)).rejects.toMatchObject({ code: 'import_key_too_costly' })
  })

  it('is sent to the agent where only this place has too little memory for it', async () => {
    const content = bitwarden(serverArgonMemoryKib / 1024 + 1, 1)
    const attempt = read(content, { maxArgonMemoryKib: serverArgonMemoryKib })
    await expect(attempt).rejects.toMatchObject({
      code: 'import_key_for_agent',
      message: expect.stringMatching(/agent on your own computer/),
    })
  })
})

describe('a small file that means a large one', () => {
  it.each([
    ['JSON of empty lists', `[${'[],'.repeat(800_000)}[]]`, 'import_file_damaged'],
    ['XML of empty elements', `<map>${'<a/>'.repeat(600_000)}</map>`, 'import_file_damaged'],
    ['an XML tag of many attributes', `<map ${'a="b" '.repeat(50_000)}/>`, 'import_file_damaged'],
    ['a CSV row of a million columns', `name,secret\n${','.repeat(1_100_000)}`, 'import_format_unknown'],
    ['a CSV cell without an end', `name,secret\n"${'x\n'.repeat(600_000)}`, 'import_file_damaged'],
    ['more CSV rows than are taken', `name,secret\n${'a\n'.repeat(10_001)}`, 'import_too_many_entries'],
    ['more files in an archive than are looked at', archiveOf(20_001), 'import_unpacks_too_large'],
  ])('ends in a sentence: %s', async (_name, content, code) => {
    await expect(read(content)).rejects.toMatchObject({ code })
  })

  it('takes as many CSV rows as are promised', async () => {
    const { total, skipped } = await read(`name,secret\n${'a\n'.repeat(10_000)}`)
    expect({ total, skipped }).toMatchObject({ total: 10_000, skipped: [{ code: 'rows_without', count: 10_000 }] })
  })

  it('reads no byte of an SQLite file again and again', async () => {
    const attempt = read(databaseWithSharedCells())
    await expect(attempt).rejects.toMatchObject({
      code: 'import_file_damaged',
      message: expect.stringMatching(/pages of the database/),
    })
  })

  it('names no part of a transfer that claims to have two thousand million', async () => {
    const part = Buffer.from([0x18, 0xff, 0xff, 0xff, 0xff, 0x07]).toString('base64')
    const { total, failures } = await read(`otpauth-migration://offline?data=${encodeURIComponent(part)}\n${uri}`)
    expect({ total, failures }).toMatchObject({
      total: 2,
      failures: [{ name: 'line 1', reason: expect.stringMatching(/make no sense/) }],
    })
  })

  it('leaves single entries behind whose secret or names nobody could write down', async () => {
    const row = (name: string, secret: string) => ({ label: name, secret, type: 'TOTP' })
    const entries = [
      row('a', 'A'.repeat(8192)),
      row('b'.repeat(40_000), 'JBSWY3DPEHPK3PXP'),
      row('ä'.repeat(6000), 'JBSWY3DPEHPK3PXP'),
      row('ä'.repeat(4000), 'JBSWY3DPEHPK3PXP'),
    ]
    const { entries: taken, failures } = await read(JSON.stringify(entries))
    expect(taken.map(({ name }) => name)).toEqual(['ä'.repeat(4000)])
    for (const account of taken) expect(parseOtpauthUri(formatOtpauthUri(account)).account).toEqual(account)
    expect(failures).toMatchObject([
      { name: 'a', remark: { code: 'import_entry_too_large' } },
      { name: 'b'.repeat(200), remark: { code: 'import_entry_too_large' } },
      { name: 'ä'.repeat(200), remark: { code: 'import_entry_too_large' } },
    ])
  })
})

describe('a list of tokens', () => {
  const row = (serial: number) => `T${serial}, 3132333435363738393031323334353637383930, totp, 6, 30`

  it('is read to its end, however many comments and blank lines stand before it', async () => {
    const text = [row(1), ...Array.from({ length: 150_000 }, (_, at) => (at % 2 === 0 ? '# a comment' : ' ')), row(2)]
    expect((await read(text.join('\n'))).entries.map(({ name }) => name)).toEqual(['T1', 'T2'])
  })

  it('with more entries than are taken is refused as a whole', async () => {
    const text = Array.from({ length: 10_001 }, (_, serial) => row(serial)).join('\n')
    await expect(read(text)).rejects.toMatchObject({ code: 'import_too_many_entries' })
    expect((await read(text.slice(0, text.lastIndexOf('\n')))).total).toBe(10_000)
  })
})

describe('a file that shows what it is', () => {
  it.each([
    ['an archive of something else', archiveOf(3, 'photo'), 'import_file_damaged'],
    [
      'a database of something else',
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4096)]),
      'import_format_unknown',
    ],
    ['a PDF document', Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(400, 0xff)]), 'qr_not_an_image'],
  ])('is not asked for a password, as encrypted backups without a mark are: %s', async (_name, content, code) => {
    await expect(read(content, { password: '' })).rejects.toMatchObject({ code })
  })
})

/** A zip archive whose directory names one empty file many times. */
function archiveOf(count: number, name = 'a.txt'): Buffer {
  const local = Buffer.alloc(30 + name.length)
  local.write('504b030414', 'hex')
  local.writeUInt16LE(name.length, 26)
  local.write(name, 30)
  const entry = Buffer.alloc(46 + name.length)
  entry.write('504b010214001400', 'hex')
  entry.writeUInt16LE(name.length, 28)
  entry.write(name, 46)
  const end = Buffer.alloc(22)
  end.write('504b0506', 'hex')
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(entry.length * count, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, ...Array<Buffer>(count).fill(entry), end])
}

/** Google Authenticator's database with one row of a megabyte, to which two hundred cells of its page point. */
function databaseWithSharedCells(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-hostile-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'databases')
  const database = new DatabaseSync(path)
  database.exec('create table accounts (_id integer primary key, email text, secret text, original_name text)')
  database.prepare('insert into accounts values (1, ?, ?, ?)').run('a', 'JBSWY3DPEHPK3PXP', 'x'.repeat(1_000_000))
  const { rootpage, bytes } = database
    .prepare("select rootpage, page_size as bytes from sqlite_schema, pragma_page_size where name = 'accounts'")
    .get() as { rootpage: number; bytes: number }
  database.close()
  const file = readFileSync(path)
  const page = (rootpage - 1) * bytes
  const cell = file.readUInt16BE(page + 8)
  file.writeUInt16BE(200, page + 3)
  for (let at = 0; at < 200; at += 1) file.writeUInt16BE(cell, page + 8 + 2 * at)
  return file
}
