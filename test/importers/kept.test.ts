import { describe, expect, it } from 'vitest'
import { importFile } from '../../src/importers/import-file.ts'
import { formatOtpauthUri } from '../../src/otp/otpauth-uri.ts'
import { newKeepass, writeFreeOtp2, zipOf } from './writers/containers.ts'
import { basic, json, password } from './writers/samples.ts'

const uri = formatOtpauthUri(basic)
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const onePassword = (item: object): Promise<Uint8Array> =>
  zipOf({
    'export.attributes': '{"version":3}',
    'export.data': JSON.stringify({ accounts: [{ vaults: [{ items: [item] }] }] }),
  })
const onePasswordItem = {
  state: 'archived',
  favIndex: 1,
  overview: { title: 'ACME', tags: ['work'] },
  details: { notesPlain: 'ask ann first', sections: [{ fields: [{ value: { totp: uri } }] }] },
}

describe('1Password', () => {
  it('keeps the note of an item and says that it was archived', async () => {
    const report = await importFile(await onePassword(onePasswordItem))
    expect(report.entries).toMatchObject([{ note: 'ask ann first', tags: ['work'] }])
    expect(report.entryRemarks).toMatchObject([[{ code: 'import_archived' }]])
    expect(report.fileRemarks).toMatchObject([{ code: 'import_favourites_left' }])
  })

  it('says the same of its CSV', async () => {
    const header = 'Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes'
    const report = await importFile(text(`${header}\nACME,,ann,pw,${uri},true,true,work,ask ann first\n`))
    expect(report.entries).toMatchObject([{ note: 'ask ann first', tags: ['work'] }])
    expect(report.entryRemarks).toMatchObject([[{ code: 'import_archived' }]])
    expect(report.fileRemarks).toMatchObject([{ code: 'import_favourites_left' }])
  })
})

describe('KeePass', () => {
  it('keeps note, tags and groups, and counts what lies in the bin, also below a deleted group', async () => {
    const database = newKeepass()
    const root = database.getDefaultGroup()
    const servers = database.createGroup(database.createGroup(root, 'Work'), 'Servers')
    const deleted = database.createGroup(root, 'Old')
    for (const group of [servers, deleted]) {
      const entry = database.createEntry(group)
      entry.fields.set('Title', 'ACME').set('Notes', 'ask ann first').set('otp', uri)
      entry.tags = ['red']
    }
    database.createRecycleBin()
    database.remove(deleted)
    const report = await importFile(new Uint8Array(await database.save()), { password })
    expect(report.entries).toMatchObject([{ note: 'ask ann first', tags: ['Work', 'Servers', 'red'] }])
    expect([report.total, report.skipped]).toEqual([2, [expect.objectContaining({ code: 'trashed', count: 1 })]])
  })
})

describe('Bitwarden', () => {
  it('gives an item without a folder no tag without letters', async () => {
    const item = { type: 1, name: 'ACME', folderId: null, favorite: true, login: { totp: uri } }
    const folders = [{ id: 'f1', name: 'Work' }]
    const report = await importFile(json({ encrypted: false, folders, items: [item] }))
    expect(report.entries.map(({ tags }) => tags)).toEqual([[]])
    expect(report.fileRemarks).toMatchObject([{ code: 'import_favourites_left' }])
  })

  it('takes an account whose note is too long without it, and says so', async () => {
    const item = { type: 1, name: 'ACME', notes: 'ä'.repeat(9_000), login: { totp: uri } }
    const report = await importFile(json({ encrypted: false, items: [item] }))
    expect(report.failures).toEqual([])
    expect(report.entries).toMatchObject([{ issuer: 'ACME' }])
    expect(report.entries[0]).not.toHaveProperty('note')
    expect(report.entryRemarks).toMatchObject([[{ code: 'import_note_left', values: { letters: 9_000 } }]])
  })
})

describe('2FAS', () => {
  it('keeps the name its user gave a service beside its issuer', async () => {
    const service = (name: string) => ({ name, secret: 'GEZDGNBVGY3TQOJQ', otp: { issuer: 'Google', account: '' } })
    const services = [service('Google'), service('Google at work')]
    const report = await importFile(json({ schemaVersion: 4, services, groups: [] }))
    expect(report.entries.map(({ issuer, note }) => [issuer, note])).toEqual([
      ['Google', undefined],
      ['Google', 'Google at work'],
    ])
  })
})

describe('Proton', () => {
  it('takes the label as the name alone, whatever colons it holds', async () => {
    const entry = { content: { uri: uri.replace('/ACME:', '/admin%3A'), entry_type: 'Totp', name: 'admin:ann' } }
    const report = await importFile(json({ version: 1, entries: [entry] }))
    expect(report.entries).toMatchObject([{ issuer: 'ACME', name: 'admin:ann', tags: [] }])
    expect(report.warnings).toEqual([])
  })
})

describe('FreeOTP 2', () => {
  it('refuses by name what has lost its secret, and counts a secret that nothing describes', async () => {
    const report = await importFile(writeFreeOtp2(['id-0', 'id-1-token']), { password })
    expect([report.total, report.entries.length]).toEqual([4, 2])
    expect(new Set(report.failures.map(({ name }) => name))).toEqual(new Set(['ann@example.com', undefined]))
  })
})

describe('pictures and favourites', () => {
  const info = { secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' }
  it.each<[string, Uint8Array, string[]]>([
    [
      'Aegis',
      json({
        version: 1,
        header: { slots: null },
        db: { version: 3, entries: [{ name: 'a', type: 'totp', info, icon: 'aGk=', favorite: true }] },
      }),
      ['import_pictures_left', 'import_favourites_left'],
    ],
    ['2FAuth', json({ app: '2fauth_v5', schema: 1, data: [{ ...info, icon_file: 'aGk=' }] }), ['import_pictures_left']],
    [
      'Stratum',
      json({ Authenticators: [{ Type: 2, Secret: info.secret }], CustomIcons: [{ Id: 'a', Data: 'aGk=' }] }),
      ['import_pictures_left'],
    ],
    [
      'LastPass Authenticator',
      json({ deviceId: 'd', version: 3, accounts: [{ ...info, isFavorite: true }] }),
      ['import_favourites_left'],
    ],
    ['Raivo', json([{ kind: 'TOTP', ...info, pinned: 'true' }]), ['import_favourites_left']],
    ['Ente', text(`${uri}&codeDisplay=${encodeURIComponent('{"pinned":true}')}\n`), ['import_favourites_left']],
  ])('of %s are named, because they stay behind', async (_app, bytes, codes) => {
    const report = await importFile(bytes)
    expect(report.entries).toHaveLength(1)
    expect(report.fileRemarks.map(({ code }) => code)).toEqual(codes)
  })
})
