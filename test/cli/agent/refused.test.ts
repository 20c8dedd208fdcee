import { createServer, type AddressInfo } from 'node:net'
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withLock } from '../../../src/cli/agent/store/lock.ts'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const added = { input: secret }

/** A pinentry whose person answers every question with Cancel. */
function cancelEverything(home: AgentHome): void {
  const pinentry = home.writeScript(
    'pinentry-cancel',
    `#!/bin/sh
echo "OK ready"
while read -r word rest; do
  case "$word" in GETPIN) echo "ERR 83886179 Operation cancelled" ;; BYE) echo OK; exit 0 ;; *) echo OK ;; esac
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
      expect(JSON.parse(stdout)).toMatchObject([{ userId: 'next@local', own: true, problem: null }])
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
