import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { checkBackup } from '../../../src/server/backup/backup.ts'
import { BackupWriter, readBackup, readBackupHead } from '../../../src/server/backup/container.ts'

const head = {
  watchword: 'backup',
  version: 1,
  createdAtMs: 1,
  engine: 'sqlite',
  rootKeyId: '00ff',
  prefix: 'AAAAAAAAAA==',
}
const key = Buffer.alloc(32)

function fileIn(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-head-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, name)
}

it.each([
  ['null', null],
  ['a number', 7],
  ['another program', { version: 1 }],
  ['another program, and all else that ours say', { ...head, watchword: 'export' }],
  ['a format of a later day', { ...head, version: 2 }],
  ['no engine', { ...head, engine: undefined }],
  ['no root key', { ...head, rootKeyId: undefined }],
  ['a root key that climbs out of its folder', { ...head, rootKeyId: '/../../etc/passwd' }],
  ['a root key that is no text', { ...head, rootKeyId: 7 }],
  ['no prefix', { ...head, prefix: undefined }],
  ['a prefix that is no text', { ...head, prefix: { length: 7 } }],
  ['a moment that is none', { ...head, createdAtMs: 'yesterday' }],
  ['a schema that is none', { ...head, schemaVersion: 'new' }],
  ['nothing behind it', head],
])('a file whose head says %s is no backup of ours', async (_what, said) => {
  const path = fileIn('other.wwb')
  writeFileSync(path, `${JSON.stringify(said)}\nand so on`)
  await expect(checkBackup(path, key)).rejects.toMatchObject({ code: 'backup_unreadable' })
  if (said === head) return
  expect(() => readBackupHead(path)).toThrow(expect.objectContaining({ code: 'backup_unreadable' }))
})

it('a head of ours is read as it was written', () => {
  const path = fileIn('ours.wwb')
  const writer = new BackupWriter(path, key, { createdAtMs: 5, engine: 'postgres', rootKeyId: '0123456789abcdef' })
  writer.write(Buffer.from('all of it'))
  writer.end()
  expect(readBackupHead(path)).toMatchObject({ createdAtMs: 5, engine: 'postgres', rootKeyId: '0123456789abcdef' })
  expect(Buffer.concat([...readBackup(path, key)]).toString()).toBe('all of it')
})

it('of two written to one name at once the first to end stands, and the other leaves nothing', () => {
  const path = fileIn('ours.wwb')
  const writers = ['first', 'second'].map((text) => {
    const writer = new BackupWriter(path, key, { createdAtMs: 5, engine: 'sqlite', rootKeyId: '00ff' })
    writer.write(Buffer.from(text))
    return writer
  })
  writers[0]?.end()
  expect(() => writers[1]?.end()).toThrow(expect.objectContaining({ code: 'backup_exists' }))
  writers[1]?.giveUp()
  expect(Buffer.concat([...readBackup(path, key)]).toString()).toBe('first')
  expect(readdirSync(dirname(path))).toEqual(['ours.wwb'])
})
