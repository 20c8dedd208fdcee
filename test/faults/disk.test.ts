import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { describeWhere } from '../support/programs.ts'
import { caller, initialise, runCommand, startTestServer, type TestStore } from '../support/server.ts'
import { until } from '../support/until.ts'

// A small file system of our own that can be filled and turned read-only; only root may mount one.
describeWhere(mayMount(), 'the right to mount a tmpfs', 'a disk that is full or read-only', () => {
  it('refuses what it cannot keep, loses nothing, and goes on when there is room again', async () => {
    const store = mountedStore()
    const { server, call, secret } = await prepare(store)
    const codeBefore = totp(secret, Date.now())
    expect((await verify(call, codeBefore)).body).toMatchObject({ accepted: true })
    const filler = fill(store.folder)
    // SQLite reuses pages of its log for a while, so refusals may need a few requests to come.
    await until(async () => (await call('POST', '/v1/realms', { name: `r${Date.now()}` })).status >= 500, 60_000)
    // What is left may hold something smaller; nothing is smaller than the record of a guess at nobody.
    await until(async () => (await call('POST', '/v1/realms/shop/subjects/nobody/verify', { code: '1' })).status >= 500)
    const refused = await verify(call, totp(secret, Date.now() + 30_000))
    expect(refused.body['accepted']).not.toBe(true)
    expect(refused.status).toBeGreaterThanOrEqual(500)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    rmSync(filler)
    await until(async () => (await verify(call, totp(secret, Date.now() + 30_000))).body['accepted'] === true)
    expect((await verify(call, codeBefore)).body).toMatchObject({ accepted: false })
    expect((await call('POST', '/v1/audit/verify')).body).toMatchObject({ whole: true, problems: [] })
  })

  it('is named by doctor with the room that is left, and by every command', () => {
    const store = mountedStore()
    initialise(store)
    fill(store.folder)
    const { status, stdout } = runCommand(['doctor'], store.variables)
    expect([status, stdout]).toEqual([1, expect.stringMatching(/^error +disk space: 0 MiB are free/m)])
    const refused = runCommand(['admin', 'realms', 'create', 'shop'], store.variables)
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('is full. Make room')])
  })

  it('does not start on a read-only file system, and says so in a sentence', () => {
    const store = mountedStore()
    initialise(store)
    run('mount', '-o', 'remount,ro', store.folder)
    const { status, stderr } = spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../../src/cli/main.ts'), 'serve', '--port', '0', '--data-dir', store.folder],
      { encoding: 'utf8', timeout: 280_000 },
    )
    expect(status).toBe(1)
    expect(stderr).toMatch(/^watchword: /m)
    expect(stderr).not.toMatch(/at .*\.ts:\d+/)
  })
})

describeWhere(mayMount(), 'the right to mount a tmpfs', 'a copy for which there is no room', () => {
  it('leaves nothing that could be taken for one, also where its last bytes alone do not fit', () => {
    const store = mountedStore()
    initialise(store)
    for (const name of ['a', 'b', 'c']) runCommand(['admin', 'realms', 'create', `shop ${name}`], store.variables)
    const whole = join(store.folder, 'whole')
    for (const args of [
      ['backup', 'create', whole],
      ['audit', 'export', '--output', `${whole}.jsonl`],
    ])
      expect(runCommand(args, store.variables).status).toBe(0)
    for (const [name, ...args] of [
      [whole, 'backup', 'create'],
      [`${whole}.jsonl`, 'audit', 'export', '--output'],
    ] as const) {
      // A page short of what the last bytes need: the system then writes less than it was given, without an error.
      const pages = Math.ceil((statSync(name).size - 300) / 4096) - 1
      expect(pages).toBeGreaterThan(0)
      const folder = mounted(`${pages * 4096}`)
      const { status, stderr } = runCommand([...args, join(folder, 'copy')], store.variables)
      expect([status, stderr]).toEqual([
        1,
        expect.stringContaining(`${folder}/copy cannot be written: the disk is full`),
      ])
      expect(readdirSync(folder)).toEqual([])
    }
  })

  it('is told as what it is when a backup is rehearsed or restored, and done when there is room', () => {
    const store = mountedStore()
    initialise(store)
    const file = join(store.folder, 'copy')
    runCommand(['backup', 'create', file], store.variables)
    const folder = mounted('256k')
    const variables = {
      WATCHWORD_ROOT_KEY_FILE: join(store.folder, 'watchword.key'),
      WATCHWORD_DATA_DIR: join(folder, 'new'),
    }
    for (const [args, more] of [
      [['backup', 'check', file], { ...store.variables, TMPDIR: folder }],
      [['restore', file], variables],
    ] as const)
      expect(runCommand(args, more)).toMatchObject({ status: 1, stderr: expect.stringContaining('the disk is full') })
    run('mount', '-o', 'remount,size=12m', folder)
    expect(runCommand(['restore', file], variables).status).toBe(0)
  })
})

async function prepare(store: TestStore) {
  const { rootToken } = initialise(store)
  const server = await startTestServer(store.variables)
  onTestFinished(() => server.kill())
  const call = caller(server, rootToken)
  await call('POST', '/v1/realms', { name: 'shop', replay: 'once' })
  await call('POST', '/v1/realms/shop/subjects', { name: 'bob' })
  const { body } = await call('POST', '/v1/realms/shop/subjects/bob/enrolment')
  return { server, call, secret: decodeBase32(String(body['secretBase32'])) }
}

function verify(call: ReturnType<typeof caller>, code: string) {
  return call('POST', '/v1/realms/shop/subjects/bob/verify', { code })
}

function mountedStore(): TestStore {
  const folder = mounted('12m')
  return { folder, variables: { WATCHWORD_DATA_DIR: folder }, remove: () => {} }
}

/** An empty file system of a size, in bytes or with a unit. */
function mounted(size: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-disk-'))
  run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder)
  onTestFinished(() => {
    spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function fill(folder: string): string {
  const path = join(folder, 'filler')
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(4096))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    closeSync(file)
  }
  return path
}

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`)
}

function mayMount(): boolean {
  if (process.getuid?.() !== 0) return false
  const folder = mkdtempSync(join(tmpdir(), 'watchword-mount-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
  if (status === 0) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
  return status === 0
}
