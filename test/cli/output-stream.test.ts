import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { writeCached } from '../../src/cli/aws/credential-cache.ts'
import { awsPaths, cacheName, settingsFile } from '../../src/cli/aws/paths.ts'
import { systemFailure } from '../../src/cli/system-error.ts'
import { describeWhere } from '../support/programs.ts'

const programs = fileURLToPath(new URL('../../src/cli/', import.meta.url))
const full = '/dev/full'
const fullSentence = /^watchword: The output cannot be written: the disk is full\. [^\n]*\n$/

describeWhere(existsSync(full), full, 'an output that takes nothing more', () => {
  let home = ''
  const environment = () => ({
    PATH: process.env['PATH'],
    HOME: home,
    XDG_RUNTIME_DIR: join(home, 'run'),
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  })

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'watchword-output-'))
    mkdirSync(join(home, 'run'), { mode: 0o700 })
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  /** Runs a program of ours whose standard output or standard error is full, and answers what it wrote to the other. */
  function writingToFull(which: 'stdout' | 'stderr', words: readonly string[], file = 'main.ts') {
    const descriptor = openSync(full, 'w')
    try {
      const finished = spawnSync(process.execPath, [join(programs, file), ...words], {
        env: environment(),
        stdio: which === 'stdout' ? ['ignore', descriptor, 'pipe'] : ['ignore', 'pipe', descriptor],
        encoding: 'utf8',
      })
      return { status: finished.status, told: which === 'stdout' ? finished.stderr : finished.stdout }
    } finally {
      closeSync(descriptor)
    }
  }

  it.each([
    [['--help'], 'main.ts'],
    [['--version'], 'main.ts'],
    [['aws', '--help'], 'main.ts'],
    [['get', '--help'], 'main.ts'],
    [['completions', 'bash'], 'main.ts'],
    [['--help'], 'okta-aws-cred-helper.ts'],
  ])('%j: one sentence, and no success', (words, file) => {
    expect(writingToFull('stdout', words, file)).toEqual({ status: 1, told: expect.stringMatching(fullSentence) })
  })

  it('credentials from the cache: one sentence, and no success', () => {
    const role = 'arn:aws:iam::123456789012:role/Admin'
    const paths = awsPaths(environment(), {}, process.platform, process.getuid?.())
    const settings = settingsFile(paths, 'default', process.platform)
    mkdirSync(dirname(settings), { recursive: true, mode: 0o700 })
    writeFileSync(settings, JSON.stringify({ sso_url: 'https://company.okta.com/app/x', username: 'mara' }), {
      mode: 0o600,
    })
    const nowMs = Date.now()
    const cached = { accessKeyId: 'ASIA', secretAccessKey: 'hush', sessionToken: 'token', issuedAtMs: nowMs }
    writeCached(paths, cacheName(settings, role), { ...cached, expiresAtMs: nowMs + 3_600_000 })
    const words = ['aws', 'credential-process', '--role-arn', role]
    const whole = spawnSync(process.execPath, [join(programs, 'main.ts'), ...words], { env: environment() })
    expect(JSON.parse(whole.stdout.toString())).toMatchObject({ AccessKeyId: 'ASIA' })
    expect(writingToFull('stdout', words)).toEqual({ status: 1, told: expect.stringMatching(fullSentence) })
  })

  it('messages that nobody can read change nothing: the result comes, and the exit code is that of the work', () => {
    expect(writingToFull('stderr', ['list'])).toEqual({ status: 0, told: '' })
    expect(writingToFull('stderr', ['get', 'nobody'])).toEqual({ status: 3, told: '' })
    expect(writingToFull('stderr', ['gte'])).toEqual({ status: 2, told: '' })
  })

  it('a reader that has left is no failure', async () => {
    const child = spawn(process.execPath, [join(programs, 'main.ts'), '--help'], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let told = ''
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
    child.stdout.destroy()
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect([code, told]).toEqual([0, ''])
  })

  it('a terminal that is gone is told in a sentence', () => {
    const gone = Object.assign(new Error('EIO: i/o error, write'), { code: 'EIO', syscall: 'write' })
    expect(systemFailure(gone)).toMatchObject({
      code: 'device_failed',
      message: expect.stringMatching(/^The output failed: /),
    })
  })
})
