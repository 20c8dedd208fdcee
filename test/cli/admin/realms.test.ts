import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { beginStore } from '../../support/begin-store.ts'

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))
let folder = ''

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of ours on the store of this file. */
function watchword(...words: string[]): Promise<Ran> {
  const environment = { PATH: process.env['PATH'], HOME: folder, WATCHWORD_DATA_DIR: join(folder, 'data') }
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...words], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, stdout, stderr })
    })
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'watchword-admin-'))
  await beginStore(join(folder, 'data'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('administration of realms on the store itself', () => {
  it('makes a realm, adds a subject, enrols it and shows its state', async () => {
    expect(await watchword('admin', 'realms', 'create', 'shop', '--digits', '8')).toMatchObject({ code: 0 })
    await watchword('admin', 'realms', 'subjects', 'add', 'shop', 'ada', '--email', 'ada@example.com')
    const enrolled = await watchword('admin', 'realms', 'subjects', 'enrol', 'shop', 'ada')
    expect(enrolled.stdout).toMatch(/^otpauth:\/\/totp\/shop:ada\?.*digits=8/)
    const listed = await watchword('admin', 'realms', 'subjects', 'list', 'shop', '--json')
    expect(JSON.parse(listed.stdout)).toMatchObject({
      items: [{ name: 'ada', email: 'ada@example.com', enrolment: 'pending' }],
    })
  })

  it('answers every list with its items and every deletion with what was named', async () => {
    await watchword('admin', 'realms', 'create', 'gone')
    await watchword('admin', 'realms', 'subjects', 'add', 'gone', 'eva')
    const answers = []
    for (const words of [
      ['realms', 'list'],
      ['realms', 'subjects', 'list', 'gone'],
      ['people', 'list'],
      ['groups', 'list'],
      ['groups', 'members', 'everyone'],
      ['tokens', 'list'],
      ['accounts', 'list'],
      ['accounts', 'rotations'],
    ]) {
      const { stdout } = await watchword('admin', ...words, '--json')
      answers.push([words.join(' '), Object.keys(JSON.parse(stdout) as object)])
    }
    expect(answers.filter(([, keys]) => keys?.toString() !== 'items')).toEqual([])
    const removed = await watchword('admin', 'realms', 'subjects', 'delete', 'gone', 'eva', '--json')
    expect(JSON.parse(removed.stdout)).toEqual({ deleted: 'eva' })
    const { stdout } = await watchword('admin', 'realms', 'delete', 'gone', '--json')
    expect(JSON.parse(stdout)).toEqual({ deleted: 'gone' })
  })

  it.each([
    [['admin', 'realms', 'update', 'shop', '--digits', '6abc'], '"6abc" is no whole number'],
    [['admin', 'realms', 'update', 'shop', '--period', '30.5'], '"30.5" is no whole number'],
    [['admin', 'realms', 'update', 'shop', '--enable', '--disable'], 'contradict each other'],
    [['admin', 'people', 'update', 'ada', '--enable', '--disable'], 'contradict each other'],
    [['audit', 'list', '--limit', 'abc'], '"abc" is no whole number'],
    [['audit', 'list', '--limit', '0'], 'At least 1'],
    [['audit', 'prune', '--yes', '--before', '12'], '"12" is no date'],
    [['audit', 'prune', '--yes', '--before', '2026-02-31'], '"2026-02-31" is no date'],
    [['audit', 'export', '--no-jsonl'], 'No flag registered for --no-jsonl'],
  ])('refuses %j with a sentence', async (words, sentence) => {
    const { code, stdout, stderr } = await watchword(...words)
    expect([code === 0, stdout, stderr]).toEqual([false, '', expect.stringContaining(sentence)])
  })

  it('enrols a list with a report, and names each row that was left out', async () => {
    const list = join(folder, 'users.csv')
    writeFileSync(list, 'name;email\nbob;bob@example.com\n=bad;\nADA;\n')
    const foreseen = await watchword('admin', 'realms', 'subjects', 'import', 'shop', list, '--dry-run')
    expect(foreseen.stderr).toContain('1 would be made, 1 there already, 1 refused, of 3')
    const done = await watchword('admin', 'realms', 'subjects', 'import', 'shop', list, '--json')
    expect(JSON.parse(done.stdout)).toMatchObject({ state: 'done', created: 1, duplicates: 1, refused: 1 })
  })

  it('says in one line what is wrong, and exits with a code', async () => {
    const unknown = await watchword('admin', 'realms', 'show', 'nowhere')
    expect(unknown).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/^watchword: There is no such realm\..*\n$/),
    })
    expect(unknown.code).not.toBe(0)
  })

  it('makes the first ungleichotp administrator once and takes over an old database', async () => {
    const first = await watchword('admin', 'ungleichotp', 'bootstrap', '--name', 'root', '--json')
    expect(JSON.parse(first.stdout)).toEqual({
      name: 'root',
      realm: 'ungleich-admin',
      seed: expect.stringMatching(/^[A-Z2-7]{32}$/),
    })
    // The door reads it back to any administrator: nobody may be told otherwise.
    expect(first.stderr).not.toMatch(/once/)
    expect(first.stderr).toMatch(/ungleich-admin can read it again/)
    const second = await watchword('admin', 'ungleichotp', 'bootstrap', '--name', 'again')
    expect(second).toMatchObject({ stdout: '', stderr: expect.stringContaining('--force') })
    const file = join(folder, 'db.sqlite3')
    const old = new DatabaseSync(file)
    old.exec(`create table otp_entry (id integer primary key, username text, name text, realm text, seed text);
      insert into otp_entry values (5, '', 'nico', 'ungleich', 'PZKBPTHDGSLZBKIZ')`)
    old.close()
    const imported = await watchword('admin', 'import', 'ungleichotp', file, '--json')
    expect(JSON.parse(imported.stdout)).toMatchObject({ read: 1, imported: 1, isWritten: true })
  })
})
