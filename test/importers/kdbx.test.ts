import kdbx from 'kdbxweb'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../src/importers/import-file.ts'

const password = 'right'
const hidden = (text: string) => kdbx.ProtectedValue.fromString(text)

/** A database with a quick key. */
async function databaseOf(fill: (database: kdbx.Kdbx) => void | Promise<void>): Promise<Uint8Array> {
  const database = kdbx.Kdbx.create(new kdbx.Credentials(hidden(password)), 'test')
  database.setKdf(kdbx.Consts.KdfId.Aes)
  database.header.kdfParameters?.set('R', kdbx.VarDictionary.ValueType.UInt64, new kdbx.Int64(10))
  await fill(database)
  return new Uint8Array(await database.save())
}

function addEntry(database: kdbx.Kdbx, group: kdbx.KdbxGroup, name: string): kdbx.KdbxEntry {
  const entry = database.createEntry(group)
  entry.fields.set('Title', name)
  entry.fields.set('Password', hidden(`password of ${name}`))
  entry.fields.set('UserName', hidden(name))
  entry.fields.set('TOTP Seed', hidden('JBSWY3DPEHPK3PXP'))
  return entry
}

const read = (bytes: Uint8Array) => importFile(bytes, { password })

describe('a KeePass database', () => {
  it('that unpacks to more than any holds ends in a sentence', async () => {
    const bytes = await databaseOf(async (database) => {
      const entry = addEntry(database, database.getDefaultGroup(), 'bomb')
      entry.binaries.set('zeros', await database.createBinary(new ArrayBuffer(50_000_001)))
    })
    expect(bytes.length).toBeLessThan(500_000)
    await expect(read(bytes)).rejects.toMatchObject({ code: 'import_unpacks_too_large' })
  })

  it.each([
    ['AES', 'packed', kdbx.Consts.CipherId.Aes, kdbx.Consts.CompressionAlgorithm.GZip],
    ['ChaCha20', 'unpacked', kdbx.Consts.CipherId.ChaCha20, kdbx.Consts.CompressionAlgorithm.None],
  ])('gives its protected values in their order: %s, %s', async (_cipher, _form, cipher, compression) => {
    const bytes = await databaseOf((database) => {
      database.header.dataCipherUuid = new kdbx.KdbxUuid(cipher)
      database.header.compression = compression
      const group = database.getDefaultGroup()
      const changed = addEntry(database, group, 'before')
      changed.pushHistory()
      changed.fields.set('Title', 'A & B <ä>')
      changed.fields.set('UserName', hidden('after'))
      addEntry(database, database.createGroup(group, 'below'), 'second')
    })
    const { entries } = await read(bytes)
    expect(entries.map(({ issuer, name }) => [issuer, name])).toEqual([
      ['A & B <ä>', 'after'],
      ['second', 'second'],
    ])
  })

  it('keeps what was thrown away to itself, also whole groups', async () => {
    const bytes = await databaseOf((database) => {
      const group = database.createGroup(database.getDefaultGroup(), 'old')
      addEntry(database, group, 'in a group')
      database.remove(group)
      database.remove(addEntry(database, database.getDefaultGroup(), 'alone'))
      addEntry(database, database.getDefaultGroup(), 'kept')
    })
    expect((await read(bytes)).entries.map(({ name }) => name)).toEqual(['kept'])
  })

  it('says what is wrong: the password, or a bit that differs', async () => {
    const bytes = await databaseOf((database) => void addEntry(database, database.getDefaultGroup(), 'a'))
    await expect(importFile(bytes, { password: 'wrong' })).rejects.toMatchObject({ code: 'import_password_wrong' })
    const last = bytes.length - 60
    bytes[last] = (bytes[last] ?? 0) ^ 1
    await expect(read(bytes)).rejects.toMatchObject({ code: 'import_file_damaged' })
    bytes[20] = (bytes[20] ?? 0) ^ 1
    await expect(read(bytes)).rejects.toMatchObject({ code: 'import_file_damaged' })
  })
})
