import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { arrange } from '../../../src/cli/service/arrange.ts'
import { serviceRoutes } from '../../../src/cli/service/routes.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { runCommand } from '../../support/cli.ts'
import { startUngleichOtp } from '../../support/ungleichotp-server.ts'

const seed = 'BXHYGVBZ6YC7TZUM'
const program = fileURLToPath(new URL('../../../src/cli/ungleichotpclient.ts', import.meta.url))
const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url))

async function setUp() {
  const server = await startUngleichOtp(seed)
  const env = {
    UNGLEICHOTPREALM: 'ungleich-admin',
    UNGLEICHOTPNAME: 'caller',
    UNGLEICHOTPSEED: seed,
    UNGLEICHOTPSERVER: server.verifyUrl,
  }
  const call = (args: string[], variables: Record<string, string> = env) =>
    runCommand(serviceRoutes, args, { env: variables })
  return { server, env, call }
}

function run(file: string, args: string[], env: Record<string, string>) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const variables = { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), ...env }
    execFile(process.execPath, [file, ...args], { env: variables }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

describe('watchword service', () => {
  it('sends the bytes of the published client and prints Verify ok', async () => {
    const { server, call } = await setUp()
    const token = totp(decodeBase32(seed), Date.now())
    expect(await call(['verify', '-n', 'caller', '-r', 'ungleich-admin', '--token', token])).toEqual({
      code: 0,
      stdout: 'Verify ok\n',
      stderr: '',
    })
    const { method, url, contentType, body } = server.heard[0] ?? {}
    expect([method, url, contentType]).toEqual(['POST', '/ungleichotp/verify/', 'application/json'])
    expect(Object.keys(body ?? {}).toSorted()).toEqual([
      'name',
      'realm',
      'token',
      'verifyname',
      'verifyrealm',
      'verifytoken',
    ])
    expect((await call(['verify', '-n', 'caller', '-r', 'ungleich-admin', '--seed', seed])).stdout).toBe('Verify ok\n')
  })

  it('prints a refusal as the old client did, and ends with 1', async () => {
    const { call } = await setUp()
    const refused = await call(['verify', '-n', 'caller', '-r', 'ungleich-admin', '--token', '000000'])
    expect(refused).toEqual({ code: 1, stdout: 'Failed to verify: HTTP Error 403: Forbidden\n', stderr: '' })
  })

  it.each(['UNGLEICHOTPREALM', 'UNGLEICHOTPNAME', 'UNGLEICHOTPSEED', 'UNGLEICHOTPSERVER'])(
    'says that %s is missing in one sentence',
    async (missing) => {
      const { call, env } = await setUp()
      const rest = Object.fromEntries(Object.entries(env).filter(([name]) => name !== missing))
      expect(await call(['verify', '-n', 'x', '-r', 'y', '--token', '1'], rest)).toEqual({
        code: 1,
        stdout: '',
        stderr: `Required environment variable missing: ${missing}\n`,
      })
    },
  )

  it('looks for the variables in the old order', async () => {
    const { call } = await setUp()
    expect((await call(['list'], {})).stderr).toContain('UNGLEICHOTPREALM')
  })

  it('says in one line that the server is away', async () => {
    const { call, env } = await setUp()
    const away = await call(['list'], { ...env, UNGLEICHOTPSERVER: 'http://127.0.0.1:1/ungleichotp/verify/' })
    expect(away.code).toBe(1)
    expect(away.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(away.stderr).toContain('http://127.0.0.1:1 cannot be reached')
  })

  it('creates, lists and deletes entries by the extended form', async () => {
    const { call, server } = await setUp()
    const who = ['--auth-name', 'caller', '--auth-realm', 'ungleich-admin', '--auth-seed', seed]
    const made = await call(
      ['create', '-n', 'dns', '-r', 'services', '--json', ...who, '--server', server.verifyUrl],
      {},
    )
    expect(JSON.parse(made.stdout)).toMatchObject({ name: 'dns', realm: 'services', seed })
    expect(JSON.parse((await call(['list', '--json'])).stdout)).toEqual({
      items: [expect.anything(), expect.anything()],
    })
    const listing = server.heard.at(-1)
    expect([listing?.method, listing?.url, Object.keys(listing?.body ?? {})]).toEqual([
      'GET',
      '/ungleichotp/',
      ['auth_name', 'auth_realm', 'auth_token'],
    ])
    expect((await call(['delete', '-n', 'dns', '-r', 'services'])).code).toBe(0)
    expect(server.entries).toHaveLength(1)
    expect(await call(['delete', '-n', 'dns', '-r', 'services'])).toMatchObject({
      code: 1,
      stderr: 'There is no entry dns in the realm services.\n',
    })
  })

  it('deletes an entry of another door, whose id is a word', async () => {
    const { call, server } = await setUp()
    server.entries.push({ id: 'u4', name: 'cleo', realm: 'bank', seed })
    expect(await call(['delete', '-n', 'cleo', '-r', 'bank'])).toMatchObject({ code: 0 })
    expect(server.entries).toHaveLength(1)
  })
})

describe.each([
  ['ungleichotpclient', program, []],
  ['watchword service', main, ['service']],
])('%s as a program', (_name, file, before) => {
  const start = (args: string[], env: Record<string, string>) => run(file, [...before, ...args], env)

  it('takes the command first, last and among flags, and verifies without one', async () => {
    const { env } = await setUp()
    const who = ['-n', 'caller', '-r', 'ungleich-admin', '--seed', seed]
    for (const args of [who, ['verify', ...who], [...who, 'verify']]) {
      expect(await start(args, env)).toEqual({ code: 0, stdout: 'Verify ok\n', stderr: '' })
    }
    for (const args of [
      ['--json', 'list'],
      ['--auth-name=caller', '--json', 'list'],
    ]) {
      expect(JSON.parse((await start(args, env)).stdout)).toMatchObject({ items: [{ name: 'caller' }] })
    }
  })

  it('says which word is no command', async () => {
    const { code, stderr } = await start(['lst'], {})
    expect([code, stderr]).toEqual([2, expect.stringContaining('No command registered for `lst`')])
  })
})

it('watchword service alone shows its commands', async () => {
  const { stdout } = await run(main, ['service'], {})
  expect(stdout).toContain('watchword service verify')
})

describe('ungleichotpclient', () => {
  it('understands the command first, last and not at all', () => {
    const rest = ['-n', 'a', '-r', 'b', '--token', '1']
    expect(arrange(rest)).toEqual(['verify', ...rest])
    expect(arrange(['create', ...rest])).toEqual(['create', ...rest])
    expect(arrange([...rest, 'verify'])).toEqual(['verify', ...rest])
    expect(arrange(['-n', 'a', '-r', 'list'])).toEqual(['verify', '-n', 'a', '-r', 'list'])
  })

  it('finds the command behind flags of every spelling', () => {
    expect(arrange(['--json', 'list'])).toEqual(['list', '--json'])
    expect(arrange(['--auth-name=root', 'list'])).toEqual(['list', '--auth-name=root'])
    expect(arrange(['--auth-name', 'root', 'list', '--json'])).toEqual(['list', '--auth-name', 'root', '--json'])
    expect(arrange(['list', '--help'])).toEqual(['list', '--help'])
    expect(arrange(['--help'])).toEqual(['--help'])
    expect(arrange(['-n', 'lst', 'lst'])).toEqual(['lst', '-n', 'lst'])
  })

  it('verifies, refuses with 1, and answers bad flags with 2', async () => {
    const { env } = await setUp()
    expect(await run(program, [], env)).toMatchObject({ code: 2, stderr: expect.stringContaining('--name') })
    const verified = await run(program, ['-n', 'caller', '-r', 'ungleich-admin', '--seed', seed], env)
    expect(verified).toEqual({ code: 0, stdout: 'Verify ok\n', stderr: '' })
    const refused = await run(program, ['-n', 'caller', '-r', 'other', '--token', '123456'], env)
    expect([refused.code, refused.stdout]).toEqual([1, 'Failed to verify: HTTP Error 403: Forbidden\n'])
    // The manual's own line lacks the name after -n.
    expect((await run(program, ['-n', '-r', 'ungleich', '--token', '498593'], env)).code).toBe(2)
    expect((await run(program, ['-n', 'a', '-r', 'b'], env)).code).toBe(2)
    expect((await run(program, ['-n', 'a', '-r', 'b', '--token', '1', '--seed', seed], env)).code).toBe(2)
  })
})
