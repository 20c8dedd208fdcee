import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import type { OnRow } from '../../../src/server/compat/imported.ts'
import { ungleichotpDoor } from '../../../src/server/compat/ungleichotp/door.ts'
import { importUngleichotp, readOldEntries } from '../../../src/server/compat/ungleichotp/import.ts'
import type { OldEntry } from '../../../src/server/compat/ungleichotp/entry-fates.ts'
import { readUngleichotpRules } from '../../../src/server/compat/ungleichotp/settings.ts'
import { openForeign } from '../../../src/server/database/foreign.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { openDoorHouse, send } from './doors.ts'

const seeds = { root: 'PZKBPTHDGSLZBKIZ', nico: 'vmpbtl2wcvqmcmvhwsi57gmxvgdmkpm2' }

const kinds = ['SQLite', 'PostgreSQL'] as const
type Kind = (typeof kinds)[number]

const createTable = `create table otpauth_otpseed (id integer primary key, password text, username text unique,
  is_active boolean, name text, realm text, seed text)`
/** Of them the first is a superuser, who is no entry, and the last one's seed is none. */
const rows = [
  { id: 1, username: 'admin', isActive: true, name: '', realm: '', seed: '' },
  { id: 4, username: 'root', isActive: true, name: 'root', realm: 'ungleich-admin', seed: seeds.root },
  { id: 9, username: 'nico', isActive: true, name: 'nico', realm: 'ungleich', seed: seeds.nico },
  { id: 10, username: 'old', isActive: false, name: 'old', realm: 'ungleich', seed: seeds.nico },
  { id: 11, username: 'bad', isActive: true, name: 'bad', realm: 'ungleich', seed: 'not base32!' },
]

/** Django's table where it usually stands; answers the file or the address of the database. */
function oldDatabase(kind: Kind): string | Promise<string> {
  return kind === 'SQLite' ? oldFile() : oldServer()
}

function oldFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-django-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'db.sqlite3')
  const database = new DatabaseSync(file)
  database.exec(`${createTable}; create table django_session (session_key text)`)
  const insert = database.prepare('insert into otpauth_otpseed values (?, ?, ?, ?, ?, ?, ?)')
  for (const { id, username, isActive, name, realm, seed } of rows) {
    insert.run(id, 'hash', username, isActive ? 1 : 0, name, realm, seed)
  }
  database.close()
  return file
}

async function oldServer(): Promise<string> {
  const { url = '' } = (await engines.find(({ name }) => name === 'postgres')?.freshPlace()) ?? {}
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(createTable)
  for (const { id, username, isActive, name, realm, seed } of rows) {
    const values = [id, 'hash', username, isActive, name, realm, seed]
    await client.query('insert into otpauth_otpseed values ($1, $2, $3, $4, $5, $6, $7)', values)
  }
  await client.end()
  return url
}

async function openImport(kind: Kind = 'SQLite', more: readonly OldEntry[] = []) {
  const [sqlite] = engines
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const house = await openDoorHouse(sqlite)
  await ungleichotpDoor(house.app, house, {})
  const foreign = await openForeign(await oldDatabase(kind))
  onTestFinished(() => foreign.close())
  const old = await readOldEntries(foreign)
  const entries = {
    count: old.count + more.length,
    async *pages() {
      yield* old.pages()
      yield more
    },
  }
  const run = (isDryRun = false, onRow: OnRow = () => {}) =>
    importUngleichotp(house, readUngleichotpRules({}), entries, byOperator, { isDryRun, onRow })
  return { house, run }
}

const entriesOf = (entries: readonly OldEntry[]) => ({
  count: entries.length,
  async *pages() {
    yield entries
  },
})

it.each(kinds)(
  'T98 relaxed: lets callers and entries of an old database in %s go on with their seeds and ids',
  async (kind) => {
    const { house, run } = await openImport(kind)
    const report = await run()
    expect(report).toMatchObject({ read: 5, imported: 3, known: 0, refused: 1, skipped: 1, isWritten: true })
    const notes = report.notes.join('\n')
    expect(notes).toMatch(/admin is an account of the admin site/)
    expect(notes).toMatch(/^Seeds shorter than 128 bits: .*\(root, ungleich-admin\)/m)
    expect(notes).toMatch(/\(old, ungleich\) was not active/)
    expect(notes).toMatch(/\(bad, ungleich\) was left out: its seed is not Base32/)
    expect(notes).toMatch(/Entries of ungleich can be verified but no longer verify/)
    expect(notes).not.toContain(seeds.root)
    const code = (seed: string) => totp(decodeBase32(seed), house.core.clock.nowMs())
    const caller = { name: 'root', realm: 'ungleich-admin', token: code(seeds.root) }
    const about = { verifyname: 'nico', verifyrealm: 'ungleich', verifytoken: code(seeds.nico) }
    const headers = { 'content-type': 'application/json' }
    const ask = (method: string, path: string, body: object) =>
      send(house.app, method, `/ungleichotp${path}`, { body: JSON.stringify(body), headers })
    expect(await ask('POST', '/verify/', { ...caller, ...about })).toMatchObject({ status: 200 })
    expect(await ask('GET', '/9/', caller)).toMatchObject({
      body: { name: 'nico', seed: seeds.nico.toUpperCase(), id: 9 },
    })
    const made = await ask('POST', '/', {
      auth_name: 'root',
      auth_realm: 'ungleich-admin',
      auth_token: caller.token,
      name: 'new',
      realm: 'ungleich',
    })
    expect(made).toMatchObject({ status: 201, body: { name: 'new' } })
    expect((made.body as { id: number }).id).toBeGreaterThan(10)
  },
)

it('changes nothing the second time, nor in a dry run', async () => {
  const { house, run } = await openImport()
  expect(await run(true)).toMatchObject({ imported: 3, isWritten: false })
  expect(await house.subjects.realm('ungleich')).toBeNull()
  await run()
  expect(await run()).toMatchObject({ imported: 0, known: 3, refused: 1, skipped: 1 })
})

it('tells how far it is, and of many short seeds in one sentence', async () => {
  const many = Array.from({ length: 20 }, (_, index) => ({
    id: 100 + index,
    name: `service${index}`,
    realm: 'old',
    seed: 'JBSWY3DPEHPK3PXP',
    username: '',
    isActive: true,
  }))
  const seen: number[] = []
  const { run } = await openImport('SQLite', many)
  const { notes } = await run(false, (done, total) => seen.push(done, total))
  expect(seen).toEqual([5, 25, 25, 25])
  const short = notes.filter((note) => note.includes('128 bits'))
  expect(short).toEqual([expect.stringMatching(/^Seeds shorter than 128 bits: (\([^)]+\),? ?){5}and \d+ more\.$/)])
})

it('leaves what was deleted, moved or renamed since as it is', async () => {
  const { house, run } = await openImport()
  await run()
  const ask = (method: string, path: string, body: object = {}) => {
    const auth = {
      auth_name: 'root',
      auth_realm: 'ungleich-admin',
      auth_token: totp(decodeBase32(seeds.root), house.core.clock.nowMs()),
    }
    const headers = { 'content-type': 'application/json' }
    return send(house.app, method, `/ungleichotp${path}`, { body: JSON.stringify({ ...auth, ...body }), headers })
  }
  expect(await ask('PATCH', '/9/', { name: 'renamed' })).toMatchObject({ status: 200 })
  expect(await ask('DELETE', '/10/')).toMatchObject({ status: 204 })
  expect(await run()).toMatchObject({ imported: 0, known: 3 })
  const { body } = await ask('GET', '/?realm=ungleich')
  expect(body).toMatchObject([{ name: 'renamed', id: 9 }])
})

it('leaves out names and realms no caller could send, prints nothing a terminal obeys, and counts them', async () => {
  const base = { seed: seeds.nico, username: 'x', isActive: true }
  const { house, run } = await openImport('SQLite', [
    { ...base, id: 20, name: 'n'.repeat(160), realm: 'long' },
    { ...base, id: 21, name: 'star', realm: '*' },
    { ...base, id: 22, name: 'ring\u0007', realm: 'bells' },
    { ...base, id: 9, name: 'twice', realm: 'ungleich' },
  ])
  const report = await run()
  expect(report).toMatchObject({ read: 9, imported: 4, known: 0, refused: 4, skipped: 1 })
  const notes = report.notes.join('\n')
  expect(notes).toMatch(/its name is refused \(Ensure this field has no more than 128 characters\.\)/)
  expect(notes).toMatch(/\(star, \*\) was left out: its realm is refused/)
  expect(notes).toMatch(/\(ring\\u0007, bells\) was left out/)
  expect(notes).toMatch(/\(twice, ungleich\) has the id \d+ now: 9 was taken/)
  expect(notes).toMatch(/Entries of ungleich can be verified/)
  expect(await house.subjects.realm('*')).toBeNull()
})

it('says when nobody of ungleich-admin can log in', async () => {
  const { house } = await openImport()
  const old = { id: 1, name: 'boss', realm: 'ungleich-admin', seed: seeds.root, username: 'boss', isActive: false }
  const report = await importUngleichotp(house, readUngleichotpRules({}), entriesOf([old]), byOperator, {
    isDryRun: false,
  })
  expect(report.notes.join(' ')).toMatch(/no entry in ungleich-admin that can log in/)
})

it('foresees what a run does: rows of one name in different pages, and numbers that are given anew', async () => {
  const base = { seed: seeds.nico, realm: 'old', username: '', isActive: true }
  const pages = [
    [
      { ...base, id: 5, name: 'a' },
      { ...base, id: -1, name: 'b' },
    ],
    [
      { ...base, id: 6, name: 'a' },
      { ...base, id: 6, name: 'c' },
    ],
  ]
  const entries = {
    count: 4,
    async *pages() {
      yield* pages
    },
  }
  const { house } = await openImport()
  const run = (isDryRun: boolean) =>
    importUngleichotp(house, readUngleichotpRules({}), entries, byOperator, { isDryRun })
  const { isWritten: _rehearsed, ...foreseen } = await run(true)
  const { isWritten: _written, ...done } = await run(false)
  expect(foreseen).toEqual(done)
  expect(done).toMatchObject({ read: 4, imported: 3, refused: 1 })
  expect(done.notes.join(' ')).toMatch(/\(b, old\) has the id 6 now: -1 was taken.*\(c, old\) has the id 7 now/)
})
