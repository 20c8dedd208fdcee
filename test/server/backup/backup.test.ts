import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rootDerivedKey } from '../../../src/crypto/key-ring.ts'
import { newRootKey } from '../../../src/crypto/root-key.ts'
import { backupLabel, checkBackup, restoreBackup, rowsIn, writeBackup } from '../../../src/server/backup/backup.ts'
import { BackupWriter, readBackup } from '../../../src/server/backup/container.ts'
import { schemaVersion } from '../../../src/server/database/migrations/migrations.ts'
import { claimForFilling, fillingSinceMs, redeemClaim } from '../../../src/server/backup/unfinished.ts'
import { createSubjects } from '../../../src/server/subjects/subjects.ts'
import { byOperator, openTestCore } from '../../support/core.ts'
import { engines, type TestEngine } from '../../support/engines.ts'

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-backup-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function filled(engine: TestEngine) {
  const root = newRootKey()
  const core = await openTestCore(engine, { rootKey: root })
  const subjects = createSubjects(core)
  const realm = await subjects.ensureRealm({ name: 'shop', origin: 'api' }, byOperator)
  await core.storage.transaction((tx) =>
    subjects.addMany(
      tx,
      realm,
      Array.from({ length: 1100 }, (_, at) => ({
        subject: { name: `s${at}` },
        start: { begins: 'active', secret: Buffer.alloc(20, at) } as const,
      })),
      byOperator,
    ),
  )
  subjects.close()
  return { core, key: rootDerivedKey(root, backupLabel), folder: temporaryFolder() }
}

/** Is told of rows and gives up after so many pages. */
function givingUpAfter(pages: number) {
  const told: number[] = []
  const onRows = async (rows: number) => {
    told.push(rows)
    if (told.length === pages) throw new Error('enough')
  }
  return { told, onRows }
}

describe.each(engines)('a backup of more rows than a page on $name', (engine) => {
  it('is told row by row, leaves logins under way behind, and comes back whole', async () => {
    const { core, key, folder } = await filled(engine)
    const file = join(folder, 'a.backup')
    const written = givingUpAfter(Number.POSITIVE_INFINITY)
    const login = { token_hash: Buffer.alloc(32), kind: 'login', data: '{}', created_at_ms: 1, expires_at_ms: 2 }
    await core.storage.transaction((tx) => tx.insertInto('one_time').values(login).execute())
    const counts = await writeBackup(core, file, written.onRows)
    expect(Object.keys(counts)).not.toContain('one_time')
    expect(counts).toMatchObject({ subject: 1100, subject_state: 1100 })
    expect(written.told.reduce((sum, rows) => sum + rows, 0)).toBe(rowsIn(counts))
    expect(Math.max(...written.told)).toBe(1000)
    const read = givingUpAfter(Number.POSITIVE_INFINITY)
    expect(await checkBackup(file, key, read.onRows)).toEqual(counts)
    expect(read.told).toEqual(written.told)
    const other = await engine.openStorage({ clock: core.clock })
    expect(await restoreBackup(other, file, { key, nowMs: 1 })).toEqual(counts)
    expect(await fillingSinceMs(other.db, 'restore')).toBeNull()
    const { rows } = await other.db
      .selectFrom('subject')
      .select('name')
      .execute()
      .then((all) => ({ rows: all.length }))
    expect(rows).toBe(1100)
  })

  it('that is given up leaves no file, and a restore that is given up nothing but its mark', async () => {
    const { core, key, folder } = await filled(engine)
    const file = join(folder, 'a.backup')
    await expect(writeBackup(core, file, givingUpAfter(3).onRows)).rejects.toThrow('enough')
    expect(readdirSync(folder)).toEqual([])
    await writeBackup(core, file)
    const other = await engine.openStorage({ clock: core.clock })
    await expect(checkBackup(file, key, givingUpAfter(3).onRows)).rejects.toThrow('enough')
    const restored = restoreBackup(other, file, { key, nowMs: 7, onRows: givingUpAfter(4).onRows })
    await expect(restored).rejects.toThrow('enough')
    expect(await other.db.selectFrom('realm').select('id').execute()).toEqual([])
    expect(await fillingSinceMs(other.db, 'restore')).toBe(7)
    expect(await restoreBackup(other, file, { key, nowMs: 8 })).toMatchObject({ subject: 1100 })
  })
})

describe('a backup that opens', () => {
  const head = { createdAtMs: 1, engine: 'sqlite', rootKeyId: 'a1', schemaVersion }
  const key = Buffer.alloc(32, 1)
  const setting = { key: 'a', value: 'b', updated_at_ms: 1 }
  const page = { table: 'setting', rows: [setting] }

  function fileOf(lines: readonly object[], version = schemaVersion): string {
    const file = join(temporaryFolder(), 'a')
    const writer = new BackupWriter(file, key, { ...head, schemaVersion: version })
    for (const line of lines) writer.write(gzipSync(`${JSON.stringify(line)}\n`))
    writer.end()
    return file
  }

  it.each([
    ['it counts more rows than it has', [page, { end: true, counts: { setting: 2 } }]],
    ['it counts fewer', [page, page, { end: true, counts: { setting: 1 } }]],
    ['a table is missing', [page, { end: true, counts: { setting: 1, person: 1 } }]],
    ['a table is not told of', [page, { end: true, counts: {} }]],
    ['its last line is missing', [page]],
  ])('is no whole one where %s, and nothing of it stays', async (_name, lines) => {
    const [sqlite] = engines
    if (sqlite === undefined) throw new Error('there is no engine')
    const file = fileOf(
      lines.map((line, at) => ('rows' in line ? { ...line, rows: [{ ...setting, key: `a${at}` }] } : line)),
    )
    await expect(checkBackup(file, key)).rejects.toMatchObject({ code: 'backup_unreadable' })
    const storage = await sqlite.openStorage({ clock: { nowMs: () => 1 } })
    const before = await storage.db.selectFrom('setting').select('key').execute()
    await expect(restoreBackup(storage, file, { key, nowMs: 1 })).rejects.toMatchObject({ code: 'backup_unreadable' })
    const after = await storage.db.selectFrom('setting').select('key').execute()
    expect(after).toEqual([...before, { key: 'restore.begun' }])
  })

  it('is refused when a later program wrote it, by its very next schema', async () => {
    const lines = [page, { end: true, counts: { setting: 1 } }]
    expect(await checkBackup(fileOf(lines), key)).toEqual({ setting: 1 })
    await expect(checkBackup(fileOf(lines, schemaVersion + 1), key)).rejects.toMatchObject({ code: 'backup_newer' })
  })
})

describe.each(engines)('of two restores into one place on $name', (engine) => {
  it('the one that comes second ends with a sentence and leaves the store of the first alone', async () => {
    const root = newRootKey()
    const core = await openTestCore(engine, { rootKey: root })
    const key = rootDerivedKey(root, backupLabel)
    const file = join(temporaryFolder(), 'a.backup')
    const written = await writeBackup(core, file)
    const place = await engine.freshPlace()
    const [first, second] = [await engine.openStorage({ place }), await engine.openStorage({ place })]
    let other: Promise<unknown> | undefined
    // Begun when the place still looks empty to whoever asks.
    const begin = async () => {
      other ??= restoreBackup(second, file, { key, nowMs: 2 }).catch((error: unknown) => error)
      for (let turn = 0; turn < 20; turn += 1) await second.ping()
    }
    expect(await restoreBackup(first, file, { key, nowMs: 1, onRows: begin })).toEqual(written)
    expect(await other).toMatchObject({ code: expect.stringMatching(/^(restore_not_empty|database_busy)$/) })
    expect(await fillingSinceMs(second.db, 'restore')).toBeNull()
    expect(await second.db.selectFrom('data_key').select('id').execute()).toHaveLength(written['data_key'] ?? 0)
  })

  it('the one whose mark another took goes no further', async () => {
    const storage = await engine.openStorage()
    await storage.transaction((tx) => claimForFilling(tx, 'restore', 1))
    await storage.transaction((tx) => claimForFilling(tx, 'restore', 2))
    const overtaken = storage.transaction((tx) => redeemClaim(tx, 'restore', 1))
    await expect(overtaken).rejects.toMatchObject({ code: 'restore_not_empty' })
    expect(await fillingSinceMs(storage.db, 'restore')).toBe(2)
  })
})

it('a restore touches no store that was begun, whoever asks for it', async () => {
  const [sqlite] = engines
  if (sqlite === undefined) throw new Error('there is no engine')
  const { core, key, folder } = await filled(sqlite)
  const file = join(folder, 'a.backup')
  await writeBackup(core, file)
  await expect(restoreBackup(core.storage, file, { key, nowMs: 1 })).rejects.toMatchObject({
    code: 'restore_not_empty',
  })
  expect(await fillingSinceMs(core.storage.db, 'restore')).toBeNull()
})

describe('the blocks of a backup', () => {
  const head = { createdAtMs: 1, engine: 'sqlite', rootKeyId: 'a1', schemaVersion: 1 }
  const key = Buffer.alloc(32, 1)
  const blockBytes = 256 * 1024

  function written(...lengths: readonly number[]): { file: string; content: Buffer } {
    const file = join(temporaryFolder(), 'a')
    const writer = new BackupWriter(file, key, head)
    const parts = lengths.map((length, at) => Buffer.alloc(length, at + 1))
    for (const part of parts) writer.write(part)
    writer.end()
    return { file, content: Buffer.concat(parts) }
  }

  const blocksOf = (file: string) => [...readBackup(file, key)].map((block) => block.length)

  it.each([
    [[0], [0]],
    [[1], [1]],
    [[blockBytes], [blockBytes]],
    [[blockBytes + 1], [blockBytes, 1]],
    [
      [blockBytes - 1, 2, blockBytes * 2],
      [blockBytes, blockBytes, blockBytes, 1],
    ],
  ])('cut what was written in pieces of %j into %j', (lengths, expected) => {
    const { file, content } = written(...lengths)
    expect(blocksOf(file)).toEqual(expected)
    expect(Buffer.concat([...readBackup(file, key)]).equals(content)).toBe(true)
  })

  it('can be neither cut off, dropped, exchanged nor told to be shorter', () => {
    const { file } = written(blockBytes * 3)
    const bytes = readFileSync(file)
    const start = bytes.indexOf(0x0a) + 1
    const whole = 4 + blockBytes + 16
    const block = (at: number) => bytes.subarray(start + at * whole, start + (at + 1) * whole)
    const short = Buffer.from(bytes)
    short.writeUInt32BE(15, start)
    const long = Buffer.from(bytes)
    long.writeUInt32BE(blockBytes + 17, start)
    const altered = [
      bytes.subarray(0, start),
      bytes.subarray(0, start + whole),
      bytes.subarray(0, start + 2 * whole),
      bytes.subarray(0, -1),
      Buffer.concat([bytes.subarray(0, start), block(1), block(2)]),
      Buffer.concat([bytes.subarray(0, start), block(1), block(0), block(2)]),
      Buffer.concat([bytes, Buffer.from([0])]),
      Buffer.concat([bytes, block(2)]),
      Buffer.concat([
        Buffer.from(bytes.subarray(0, start).toString().replace('sqlite', 'others')),
        bytes.subarray(start),
      ]),
      short,
      long,
    ]
    for (const each of altered) {
      writeFileSync(file, each)
      expect(() => blocksOf(file)).toThrow(expect.objectContaining({ code: 'backup_unreadable' }))
    }
    writeFileSync(file, bytes)
    expect(blocksOf(file)).toEqual([blockBytes, blockBytes, blockBytes])
  })
})
