import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fileProvider } from '../../src/crypto/root-key-provider.ts'
import { openStorage } from '../../src/server/database/open.ts'
import { openTestAudit, record, someEvent } from '../support/audit.ts'

const program = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** A store with three events in it, closed again. */
async function filledStore(): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'watchword-cli-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const [rootKey] = await fileProvider(join(dataDir, 'watchword.key'), { mayCreate: true }).load()
  const storage = await openStorage({ dataDir, clock: { nowMs: () => 1000 } })
  const audit = await openTestAudit(storage, rootKey === undefined ? {} : { rootKey })
  await record(storage, audit, [someEvent(), someEvent({ outcome: 'denied', actorName: 'berta' }), someEvent()])
  await audit.close()
  await storage.close()
  return dataDir
}

interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function watchword(...args: string[]): Promise<Answer> {
  const env = { PATH: process.env['PATH'], HOME: tmpdir() }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { env }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

describe('watchword audit', () => {
  it('lists, filters and pages', async () => {
    const dataDir = await filledStore()
    const denied = await watchword('audit', 'list', '--outcome', 'denied', '--data-dir', dataDir)
    expect(denied.stdout).toMatch(/^\S+\tberta\taccount\.reveal\taccount a1\tdenied\n$/)
    const first = await watchword('audit', 'list', '--limit', '2', '--json', '--data-dir', dataDir)
    const page = JSON.parse(first.stdout) as { items: unknown[]; nextCursor: string }
    expect(page.items).toHaveLength(2)
    const rest = await watchword('audit', 'list', '--cursor', page.nextCursor, '--json', '--data-dir', dataDir)
    expect((JSON.parse(rest.stdout) as { items: unknown[] }).items).toHaveLength(2)
  })

  it('T90 verifies the store and an export, and ends with 1 when either was altered', async () => {
    const dataDir = await filledStore()
    const whole = await watchword('audit', 'verify', '--data-dir', dataDir)
    expect(whole).toMatchObject({ code: 0, stdout: 'The audit is whole: 4 events.\n' })

    const file = join(dataDir, 'audit.jsonl')
    const { stderr } = await watchword('audit', 'export', '--jsonl', '--output', file, '--data-dir', dataDir)
    const publicKey = /key (\S+);/.exec(stderr)?.[1] ?? ''
    const offline = await watchword('audit', 'verify', file, '--public-key', publicKey, '--json')
    expect(JSON.parse(offline.stdout)).toMatchObject({ whole: true, events: 4, publicKey })
    writeFileSync(file, readFileSync(file, 'utf8').replace('berta', 'clara'))
    const altered = await watchword('audit', 'verify', file)
    expect(altered.code).toBe(1)
    expect(altered.stdout).toContain('event 3 was altered')

    const database = new DatabaseSync(join(dataDir, 'watchword.db'))
    database.exec('delete from audit_event where sequence = 4')
    database.close()
    const cut = await watchword('audit', 'verify', '--data-dir', dataDir)
    expect(cut.code).toBe(1)
    expect(cut.stdout).toContain('event 4 is missing')
  })

  it('prunes, and tells dates it does not understand', async () => {
    const dataDir = await filledStore()
    const wrong = await watchword('audit', 'prune', '--before', 'yesterday', '--data-dir', dataDir)
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Write 2026-01-31') })
    const unasked = await watchword('audit', 'prune', '--before', '2020-01-01', '--data-dir', dataDir)
    expect(unasked).toMatchObject({ code: 1, stderr: expect.stringContaining('--yes') })
    const future = await watchword('audit', 'prune', '--before', '2100-01-01', '--yes', '--data-dir', dataDir)
    expect(future).toMatchObject({ code: 1, stderr: expect.stringContaining('future') })
    const now = new Date().toISOString()
    const pruned = await watchword('audit', 'prune', '--before', now, '--yes', '--json', '--data-dir', dataDir)
    expect(JSON.parse(pruned.stdout)).toEqual({ removed: 4 })
    expect((await watchword('audit', 'verify', '--data-dir', dataDir)).code).toBe(0)
  })

  it('says what a name it does not know may have meant, and writes over no earlier export', async () => {
    const dataDir = await filledStore()
    const outcome = await watchword('audit', 'list', '--outcome', 'foo', '--data-dir', dataDir)
    expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining('denied') })
    const action = await watchword('audit', 'list', '--action', 'acount.reveal', '--data-dir', dataDir)
    expect(action.stderr).toContain('no action acount.reveal, but account.reveal, audit.chain_start')

    const file = join(dataDir, 'audit.jsonl')
    await watchword('audit', 'export', '--output', file, '--data-dir', dataDir)
    const again = await watchword('audit', 'export', '--output', file, '--data-dir', dataDir)
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('is there already') })
    const stranger = await watchword('audit', 'verify', file, '--public-key', Buffer.alloc(32, 7).toString('base64'))
    expect(stranger.code).toBe(1)
    const { publicKey } = JSON.parse(readFileSync(file, 'utf8').split('\n')[0] ?? '') as { publicKey: string }
    expect(stranger.stdout).toContain(`names as its signer the key ${publicKey}`)
  })

  it('makes no store where none is', async () => {
    const dataDir = join(tmpdir(), 'watchword-not-there')
    const missing = await watchword('audit', 'list', '--data-dir', dataDir)
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('watchword init') })
    const noFile = await watchword('audit', 'verify', join(dataDir, 'none.jsonl'))
    expect(noFile.stderr).toContain('cannot be read')
  })
})

describe('watchword keys', () => {
  it('shows keys without showing them, and rotates both kinds', async () => {
    const dataDir = await filledStore()
    const key = readFileSync(join(dataDir, 'watchword.key'), 'utf8').trim()
    const before = await watchword('keys', 'status', '--json', '--data-dir', dataDir)
    expect(before.stdout).not.toContain(key)
    const rotated = await watchword('keys', 'rotate', '--json', '--data-dir', dataDir)
    expect(JSON.parse(rotated.stdout)).toEqual({ isResumed: false, keys: 1, values: 0, removedKeys: 0 })
    const root = await watchword('keys', 'rotate', '--root', '--data-dir', dataDir)
    expect(root.stdout).toContain('The root key is now')
    expect(readFileSync(join(dataDir, 'watchword.key'), 'utf8')).not.toContain(key)
    const after = await watchword('keys', 'status', '--data-dir', dataDir)
    expect(after.stdout.split('\n')).toHaveLength(5)
    expect(after.stdout).toContain('retired')
  })

  it('T69 refuses a weak new root key', async () => {
    const dataDir = await filledStore()
    const file = join(dataDir, 'weak.key')
    writeFileSync(file, Buffer.alloc(32).toString('base64'), { mode: 0o600 })
    const refused = await watchword('keys', 'rotate', '--root', '--new-root-key-file', file, '--data-dir', dataDir)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('pattern') })
  })
})
