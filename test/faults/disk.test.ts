import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
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
      { encoding: 'utf8', timeout: 180_000 },
    )
    expect(status).toBe(1)
    expect(stderr).toMatch(/^watchword: /m)
    expect(stderr).not.toMatch(/at .*\.ts:\d+/)
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
  const folder = mkdtempSync(join(tmpdir(), 'watchword-disk-'))
  run('mount', '-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder)
  onTestFinished(() => {
    spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return { folder, variables: { WATCHWORD_DATA_DIR: folder }, remove: () => {} }
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
