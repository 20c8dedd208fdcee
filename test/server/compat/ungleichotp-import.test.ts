import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { ungleichotpDoor } from '../../../src/server/compat/ungleichotp/door.ts'
import { importUngleichotp, readOldEntries } from '../../../src/server/compat/ungleichotp/import.ts'
import { readUngleichotpRules } from '../../../src/server/compat/ungleichotp/settings.ts'
import { openForeign } from '../../../src/server/database/foreign.ts'
import { byOperator } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'
import { openDoorHouse, send } from './doors.ts'

const seeds = { root: 'PZKBPTHDGSLZBKIZ', nico: 'vmpbtl2wcvqmcmvhwsi57gmxvgdmkpm2' }

/** Django's table in SQLite, with a superuser that is no entry and a seed that is none. */
function oldDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-django-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'db.sqlite3')
  const database = new DatabaseSync(file)
  database.exec(`create table otpauth_otpseed (id integer primary key, password text, username text unique,
    is_active bool, name text, realm text, seed text);
    create table django_session (session_key text)`)
  const insert = database.prepare('insert into otpauth_otpseed values (?, ?, ?, ?, ?, ?, ?)')
  insert.run(1, 'hash', 'admin', 1, '', '', '')
  insert.run(4, '', 'root', 1, 'root', 'ungleich-admin', seeds.root)
  insert.run(9, '', 'nico', 1, 'nico', 'ungleich', seeds.nico)
  insert.run(10, '', 'old', 0, 'old', 'ungleich', seeds.nico)
  insert.run(11, '', 'bad', 1, 'bad', 'ungleich', 'not base32!')
  database.close()
  return file
}

async function openImport() {
  const [sqlite] = engines
  if (sqlite === undefined) throw new Error('there is no SQLite')
  const house = await openDoorHouse(sqlite)
  await ungleichotpDoor(house.app, house, {})
  const foreign = await openForeign(oldDatabase())
  const entries = await readOldEntries(foreign)
  await foreign.close()
  const run = (isDryRun = false) => importUngleichotp(house, readUngleichotpRules({}), entries, byOperator, isDryRun)
  return { house, run }
}

it('lets old callers and entries go on with the seeds and ids they have', async () => {
  const { house, run } = await openImport()
  const report = await run()
  expect(report).toMatchObject({ read: 5, imported: 3, known: 0, refused: 1, skipped: 1, isWritten: true })
  const notes = report.notes.join('\n')
  expect(notes).toMatch(/admin is an account of the admin site/)
  expect(notes).toMatch(/\(root, ungleich-admin\) is shorter than 128 bits/)
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
})

it('changes nothing the second time, nor in a dry run', async () => {
  const { house, run } = await openImport()
  expect(await run(true)).toMatchObject({ imported: 3, isWritten: false })
  expect(await house.subjects.realm('ungleich')).toBeNull()
  await run()
  expect(await run()).toMatchObject({ imported: 0, known: 3, refused: 1, skipped: 1 })
})
