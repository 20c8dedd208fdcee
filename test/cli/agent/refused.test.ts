import { createServer, type AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withLock } from '../../../src/cli/agent/store/lock.ts'
import { itemsOf } from '../../support/items-of.ts'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const added = { input: secret }

/** A pinentry whose person answers every question with Cancel. */
function cancelEverything(home: AgentHome): void {
  const pinentry = home.writeScript(
    'pinentry-cancel',
    `#!/bin/sh
asked='${join(home.path, 'asked')}'
echo "OK ready"
while read -r word rest; do
  case "$word" in GETPIN) printf . >> "$asked"; echo "ERR 83886179 Operation cancelled" ;; BYE) echo OK; exit 0 ;; *) echo OK ;; esac
done
`,
  )
  home.writeAgentConfig(`pinentry-program ${pinentry}\n`)
}

describeWith(['gpg'], 'what the system and gpg refuse', () => {
  let home: AgentHome

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['add', 'gh', '--secret', '-'], added)
  })
  afterAll(() => home.remove())

  it('a store behind a link to nothing is never taken for an empty one, and none is made beside it', async () => {
    const path = join(home.path, 'linked', 'accounts.gpg')
    mkdirSync(dirname(path))
    symlinkSync('/nonexistent/drive/accounts.gpg', path)
    for (const command of [['list'], ['get', 'gh'], ['add', 'x', '--secret', '-'], ['agent', 'init'], ['unlock']]) {
      const refused = await home.call([...command, '--store', path], added)
      expect([command, refused.code, refused.stdout]).toEqual([command, 3, ''])
      expect(refused.stderr).toMatch(/^watchword: The store .* is a link to \/nonexistent\/drive\/accounts\.gpg.*\n$/)
    }
    const doctor = await home.call(['agent', 'doctor', '--store', path])
    expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringMatching(/^BAD {2}store: .* is a link to/)])
  })

  it('a folder that takes no lock is named, with the reason', async () => {
    await expect(withLock('/proc/self/comm', async () => 'done')).rejects.toMatchObject({
      code: 'agent_store_unwritable',
      message: expect.stringMatching(/^The folder \/proc\/self cannot be written: it is not allowed\./),
    })
  })

  it('a folder in the place of the store, or a file in the place of its folder, is named', async () => {
    for (const command of [['list'], ['add', 'x', '--secret', '-']]) {
      const refused = await home.call([...command, '--store', home.data], added)
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(`${home.data} is a folder`)])
    }
    const below = await home.call(['add', 'x', '--secret', '-', '--store', join(home.store, 'x')], added)
    expect([below.code, below.stderr]).toEqual([1, expect.stringContaining('leads through a file')])
    expect(below.stderr).not.toContain('ENOTDIR')
  })

  it('settings that are there and cannot be read stop a command: they say who may read the store', async () => {
    const before = readFileSync(home.store)
    for (const [name, make] of [
      ['a folder', (path: string) => mkdirSync(path)],
      ['a link to itself', (path: string) => symlinkSync(path, path)],
    ] as const) {
      const config = join(home.path, `config of ${name}`)
      const path = join(config, 'watchword', 'agent.json')
      mkdirSync(dirname(path), { recursive: true })
      make(path)
      for (const command of [
        ['list'],
        ['get', 'gh'],
        ['add', 'x', '--secret', '-'],
        ['recipients'],
        ['agent', 'init'],
      ]) {
        const refused = await home.call(command, { ...added, env: { XDG_CONFIG_HOME: config } })
        expect([name, command, refused.code, refused.stdout]).toEqual([name, command, 1, ''])
        expect(refused.stderr.split('\n')).toEqual([expect.stringContaining(path), ''])
        expect(refused.stderr).not.toMatch(/EISDIR|ELOOP/)
      }
    }
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it('links to nothing and to themselves in a folder are passed over, and its entries are taken', async () => {
    const folder = join(home.path, 'store of links')
    mkdirSync(join(folder, 'sub'), { recursive: true })
    writeFileSync(join(home.path, 'entry'), 'otpauth://totp/shop?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP')
    const seal = ['--trust-model', 'always', '-r', 'me@local', '--output', join(folder, 'sub', 'shop.gpg')]
    home.gpg(...seal, '--encrypt', join(home.path, 'entry'))
    symlinkSync('/nonexistent/drive/entry.gpg', join(folder, 'gone.gpg'))
    symlinkSync('circle.gpg', join(folder, 'circle.gpg'))
    symlinkSync('..', join(folder, 'sub', 'up.gpg'))
    symlinkSync(join(folder, 'sub', 'shop.gpg'), join(folder, 'same.gpg'))
    const told = JSON.parse(await home.run(['import', folder, '--dry-run', '--json'])) as object
    expect(told).toMatchObject({ total: 2, new: 1, duplicate: 1, refused: 0, skipped: 0 })
  })

  it('an account without any name is refused with what would give it one', async () => {
    const refused = await home.call(['add', '--secret', '-'], added)
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('`watchword add NAME`') })
  })

  it('a blank name, as of a variable that was never set, means no account, though there is only one', async () => {
    expect(await home.run(['list', ''])).toBe('gh\n')
    for (const command of [['get', ''], ['get'], ['rm', '', '--yes'], ['rm', ' ', '--yes'], ['uri', '', '--yes']]) {
      const refused = await home.call(command)
      expect([command, refused.code, refused.stdout]).toEqual([command, 2, ''])
      expect(refused.stderr).toContain('Name the account')
    }
    expect(await home.run(['list'])).toBe('gh\n')
  })

  it('an export into a folder that is not there says so', async () => {
    const refused = await home.call(['export', join(home.path, 'none', 'x'), '--format', 'uris', '--plain', '--yes'])
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('its folder is not there')])
  })

  it('a disk that is full leaves the store as it is, no half export, and no names taken', async () => {
    const small = ['sh', '-c', 'trap "" XFSZ; ulimit -f 16; exec "$@"', 'sh']
    const note = randomBytes(15_000).toString('base64url')
    await home.run(['add', 'long', '--secret', '-', '--note', note], added)
    const before = [readFileSync(home.store), readdirSync(home.data)]
    for (const command of [
      ['rm', 'gh', '--yes'],
      ['rename', 'gh', 'hub'],
      ['edit', 'gh', '--digits', '8'],
    ]) {
      const refused = await home.call(command, { under: small })
      expect([command, refused.code, refused.stdout]).toEqual([command, 1, ''])
      expect(refused.stderr).toContain(`The folder ${home.data} cannot be written: it would grow larger`)
      expect(refused.stderr.split('\n')).toHaveLength(2)
      expect([readFileSync(home.store), readdirSync(home.data)]).toEqual(before)
    }
    for (const [format, name] of [
      ['uris', 'list'],
      ['pass', 'tree/below'],
    ] as const) {
      const folder = join(home.path, `out-${format}`)
      mkdirSync(folder)
      const refused = await home.call(['export', join(folder, name), '--format', format], { under: small })
      expect([format, refused.code, refused.stderr]).toEqual([format, 1, expect.stringContaining('cannot be written')])
      expect(readdirSync(folder)).toEqual([])
      await home.run(['export', join(folder, name), '--format', format])
    }
    await home.run(['rm', 'long', '--yes'])
  })

  it('an account whose line could not be read again is not stored, and nothing else is lost', async () => {
    const before = readFileSync(home.store)
    const note = 'ä'.repeat(8000)
    for (const command of [
      ['add', 'x', '--secret', '-', '--note', note],
      ['edit', 'gh', '--note', note],
    ]) {
      const refused = await home.call(command, added)
      expect([refused.code, refused.stderr]).toEqual([8, expect.stringContaining('too long for the store')])
    }
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it('a passphrase file that is a folder is named', async () => {
    const refused = await home.call([
      'agent',
      'init',
      '--store',
      join(home.path, 's'),
      '--passphrase',
      '--passphrase-file',
      home.data,
    ])
    expect([refused.code, refused.stderr]).toEqual([
      8,
      expect.stringContaining(`${home.data} cannot be read: it is a folder`),
    ])
  })

  it('a port that is taken, or is none, is told before anything is printed', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const refused = await home.call(['agent', 'web', '--port', String(port)])
    other.close()
    expect(refused).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining(`Port ${port} is taken`) })
    const none = await home.call(['agent', 'web', '--port', '80000'])
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('from 1 to 65535')])
  })

  it.each([
    ['too old', 'echo "gpg: invalid option \\"--pinentry-mode\\"" >&2; exit 2', 'invalid option'],
    ['dying', 'kill -SEGV $$', 'SIGSEGV'],
    ['silent', 'exit 0', 'exit code 0'],
  ])('a gpg that is %s is blamed itself, and never the store', async (_, script, reason) => {
    const before = readFileSync(home.store)
    const env = { WATCHWORD_GPG: home.writeScript('broken-gpg', `#!/bin/sh\n${script}\n`) }
    for (const command of [
      ['get', 'gh'],
      ['add', 'x', '--secret', '-'],
    ]) {
      const refused = await home.call(command, { ...added, env })
      expect([refused.code, refused.stdout]).toEqual([6, ''])
      expect(refused.stderr).toContain(reason)
      expect(refused.stderr).not.toContain('damaged')
    }
    const doctor = await home.call(['agent', 'doctor'], { env })
    expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringMatching(/^BAD {2}gpg: .*does not work here/m)])
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it('a store named for one call keeps its own recipients, and the usual one its own', async () => {
    const other = home.addKey('other@local')
    const path = join(home.path, 'other.gpg')
    await home.run(['add', 'a', '--secret', '-', '--store', path, '--gpgrecipient', 'other@local'], added)
    await home.run(['add', 'b', '--secret', '-', '--store', path], added)
    expect(await home.run(['recipients', '--store', path])).toContain(other)
    await home.run(['add', 'c', '--secret', '-'], added)
    expect(await home.run(['recipients'])).toMatch(/me@local\tyours\n$/)
    expect(await home.run(['recipients'])).not.toContain(other)
  })
})

describeWith(['gpg'], 'a passphrase that nobody gives', () => {
  let home: AgentHome

  beforeAll(async () => {
    home = makeAgentHome({ key: false })
    home.addKey('me@local', 'its passphrase')
    await home.run(['add', 'gh', '--secret', '-'], added)
  })
  afterAll(() => home.remove())

  it('stops unlock with advice that does not lead back to unlock', async () => {
    const refused = await home.call(['unlock'])
    expect(refused).toMatchObject({ code: 5, stdout: '', stderr: expect.stringContaining('--passphrase-file FILE') })
    expect(refused.stderr).not.toContain('unlock` first')
  })

  it('is asked for in a terminal when a key is to be made, and says so elsewhere', async () => {
    const path = join(home.path, 'new.gpg')
    const refused = await home.call(['agent', 'init', '--store', path, '--new-key', 'new@local'])
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--unprotected-key')])
    expect(existsSync(path)).toBe(false)
  })

  it('ends the command as interrupted when its question is cancelled', async () => {
    cancelEverything(home)
    const before = readFileSync(home.store)
    for (const command of [
      ['get', 'gh'],
      ['unlock'],
      ['add', 'x', '--secret', '-'],
      ['export', '--format', 'uris', 'x'],
    ]) {
      const refused = await home.call(command, added)
      expect([command, refused.code, refused.stderr]).toEqual([
        command,
        130,
        'watchword: Interrupted: nothing was changed.\n',
      ])
    }
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })
})

describeWith(['gpg'], 'saying no to gpg during an import', () => {
  let home: AgentHome

  beforeAll(async () => {
    home = makeAgentHome({ key: false })
    home.addKey('me@local', 'its passphrase')
    await home.run(['agent', 'init'])
    cancelEverything(home)
  })
  afterAll(() => home.remove())

  it.each([
    ['pass', 'a.gpg', 'b.gpg'],
    ['simpleotp', '.totp_a_secret', '.totp_b_secret'],
  ])('of a store of %s ends it at the first question, and stores nothing', async (app, ...names) => {
    const folder = join(home.path, app)
    mkdirSync(folder)
    for (const name of names) {
      writeFileSync(join(home.path, 'entry'), secret)
      const seal = ['--armor', '--trust-model', 'always', '-r', 'me@local', '--output', join(folder, name)]
      home.gpg(...seal, '--encrypt', join(home.path, 'entry'))
    }
    const before = readFileSync(home.store)
    const refused = await home.call(['import', folder, '--yes'])
    expect(refused).toEqual({ code: 130, stdout: '', stderr: 'watchword: Interrupted: nothing was changed.\n' })
    expect(readFileSync(home.store).equals(before)).toBe(true)
    expect(readFileSync(join(home.path, 'asked'), 'utf8')).toBe(app === 'pass' ? '.' : '..')
  })
})

describeWith(['gpg'], 'a key that has ended', () => {
  it('leaves a way out: another key takes its place, though the last recipient cannot be removed', async () => {
    const home = makeAgentHome()
    try {
      await home.run(['add', 'gh', '--secret', '-'], added)
      home.revokeKey('me@local')
      expect((await home.call(['add', 'x', '--secret', '-'], added)).code).toBe(6)
      const doctor = await home.call(['agent', 'doctor'])
      expect(doctor.stdout).toMatch(/^ok {3}access:/m)
      home.addKey('next@local')
      const { stdout, stderr } = await home.call(['recipients', 'add', 'next@local', '--json'])
      expect(itemsOf(stdout)).toMatchObject([{ userId: 'next@local', own: true, problem: null }])
      expect(stderr).toContain('me@local is revoked, so it is no recipient any more.')
      expect(await home.run(['get', 'gh'])).toMatch(/^\d{6}\n$/)
      const absent = await home.call(['recipients', 'remove', 'me@local'])
      expect([absent.code, absent.stderr]).toEqual([3, expect.stringContaining('is not encrypted to me@local')])
    } finally {
      home.remove()
    }
  })

  it('is named where it is the only one there is', async () => {
    const home = makeAgentHome()
    try {
      home.revokeKey('me@local')
      const refused = await home.call(['add', 'gh', '--secret', '-'], added)
      expect([refused.code, refused.stderr]).toEqual([6, expect.stringMatching(/me@local \(\w{40}\) is revoked/)])
    } finally {
      home.remove()
    }
  })
})
