import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadSettings } from '../../../src/cli/agent/settings.ts'
import { memoryKeeper } from '../../../src/cli/agent/store/key-keeper.ts'
import { knownPassphrase } from '../../../src/cli/agent/store/passphrases.ts'
import { writeSealedValue } from '../../../src/cli/agent/store/sealed-values.ts'
import { AgentStore } from '../../../src/cli/agent/store/store.ts'
import { itemsOf } from '../../support/items-of.ts'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describeWith(['gpg'], 'recipients', () => {
  let home: AgentHome
  let colleague: string

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['add', 'shared', '--secret', '-'], { input: secret })
    colleague = home.addKey('colleague@local')
  })
  afterAll(() => home.remove())

  it('are told with their keys, expiry and problems', async () => {
    const readers = itemsOf(await home.run(['recipients', '--json']))
    expect(readers).toMatchObject([{ userId: 'me@local', own: true, expires: null, problem: null }])
  })

  it('a new one can read everything, and stays one at the next change', async () => {
    await home.run(['recipients', 'add', 'colleague@local'])
    await home.run(['add', 'later', '--secret', '-'], { input: secret })
    expect(await home.run(['recipients', 'list'])).toMatch(/me@local[^]*colleague@local/)
    const alone = homeWithKey(home, colleague)
    expect(alone.gpg('--decrypt', home.store).split('\n')).toHaveLength(3)
    alone.remove()
  })

  it('a removed one can no longer read, not even the backup', async () => {
    await home.run(['recipients', 'remove', 'colleague@local'])
    expect(await home.run(['recipients'])).not.toContain('colleague')
    expect(existsSync(`${home.store}.bak`)).toBe(false)
    const alone = homeWithKey(home, colleague)
    expect(() => alone.gpg('--decrypt', home.store)).toThrow()
    alone.remove()
  })

  it('a removed one keeps no backup either where the store lies behind a link', async () => {
    const [link, behind] = [join(home.path, 'link.gpg'), join(home.path, 'behind.gpg')]
    symlinkSync(behind, link)
    copyFileSync(home.store, behind)
    await home.run(['recipients', 'add', 'colleague@local', '--store', link])
    await home.run(['add', 'third', '--secret', '-', '--store', link], { input: secret })
    expect(existsSync(`${behind}.bak`)).toBe(true)
    await home.run(['recipients', 'remove', 'colleague@local', '--store', link])
    expect(existsSync(`${behind}.bak`)).toBe(false)
  })

  it('a removed one does not come back through a command that began before, or another change at the same time', async () => {
    await home.run(['recipients', 'add', 'colleague@local'])
    const third = home.addKey('third@local')
    const settle = () => loadSettings(home.env)
    const begun = new AgentStore(settle(), settle, knownPassphrase(''), memoryKeeper())
    await Promise.all([
      home.run(['recipients', 'add', 'third@local']),
      home.run(['recipients', 'remove', 'colleague@local']),
    ])
    await begun.change((accounts) => ({ accounts: [...accounts], result: undefined }))
    await writeSealedValue(begun, 'late', 'value')
    const readers = itemsOf<{ userId: string }>(await home.run(['recipients', '--json']))
    expect(readers.map(({ userId }) => userId).toSorted()).toEqual(['me@local', 'third@local'])
    for (const path of [home.store, begun.values.path]) {
      const packets = spawnSync('gpg', ['--batch', '--list-packets', path], { env: home.env, encoding: 'utf8' })
      expect(packets.stdout.match(/pubkey enc packet/g)).toHaveLength(2)
      expect(packets.stdout).toContain(subkeyOf(home, third))
    }
    await home.run(['recipients', 'remove', 'third@local'])
  })

  it('settings behind a link stay there, and a link to nothing is no empty settings', async () => {
    const [kept, settings] = [join(home.path, 'dotfiles.json'), join(home.path, '.config', 'watchword', 'agent.json')]
    copyFileSync(settings, kept)
    rmSync(settings)
    symlinkSync(kept, settings)
    await home.run(['recipients', 'add', 'colleague@local'])
    expect(lstatSync(settings).isSymbolicLink()).toBe(true)
    expect(readFileSync(kept, 'utf8')).toContain(colleague)
    expect(readdirSync(dirname(settings))).toEqual(['agent.json'])
    await home.run(['recipients', 'remove', 'colleague@local'])
    renameSync(kept, `${kept}.away`)
    const refused = await home.call(['add', 'x', '--secret', '-'], { input: secret })
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('it is a link to nothing')])
    renameSync(`${kept}.away`, kept)
  })

  it('of a named store alone read what is exported of it, not those of the usual one', async () => {
    await home.run(['recipients', 'add', 'colleague@local'])
    const mine = join(home.path, 'mine.gpg')
    await home.run(['agent', 'init', '--store', mine, '--gpgrecipient', 'me@local'])
    await home.run(['add', 'private', '--secret', '-', '--store', mine], { input: secret })
    const [file, folder] = [join(home.path, 'private.json.gpg'), join(home.path, 'private-pass')]
    await home.run(['export', file, '--format', 'json', '--store', mine])
    await home.run(['export', folder, '--format', 'pass', '--store', mine])
    const packets = spawnSync('gpg', ['--batch', '--list-packets', file], { env: home.env, encoding: 'utf8' })
    expect(packets.stdout).toContain('pubkey enc packet')
    expect(packets.stdout).not.toContain(subkeyOf(home, colleague))
    expect(readFileSync(join(folder, '.gpg-id'), 'utf8')).not.toContain(colleague)
    await home.run(['recipients', 'remove', 'colleague@local'])
  })

  it('the last one, and the last of one’s own, cannot be removed', async () => {
    const before = readFileSync(home.store)
    expect((await home.call(['recipients', 'remove', 'me@local'])).code).toBe(1)
    expect((await home.call(['recipients', 'remove', 'nobody@local'])).code).toBe(3)
    expect((await home.call(['recipients', 'add', 'nobody@local'])).code).toBe(3)
    expect(readFileSync(home.store).equals(before)).toBe(true)
  })

  it('an expired one stops changes with a sentence and exit code 6, and the doctor names it', async () => {
    const gone = home.addKey('gone@local')
    await home.run(['recipients', 'add', 'gone@local'])
    const before = readFileSync(home.store)
    home.gpg(
      '--pinentry-mode',
      'loopback',
      '--passphrase',
      '',
      '--faked-system-time',
      '20300101T000000!',
      '--quick-set-expire',
      gone,
      '20300102T000000',
    )
    const env = {
      WATCHWORD_GPG: home.writeScript('later-gpg', '#!/bin/sh\nexec gpg --faked-system-time 20310101T000000! "$@"\n'),
    }
    const finished = await home.call(['add', 'refused', '--secret', '-'], { input: secret, env })
    expect(finished).toMatchObject({ code: 6, stdout: '' })
    expect(finished.stderr).toContain('expired')
    expect(readFileSync(home.store).equals(before)).toBe(true)
    const doctor = await home.call(['agent', 'doctor'], { env })
    expect(doctor.code).toBe(1)
    expect(doctor.stdout).toMatch(/BAD {2}recipient [0-9A-F]{16}: gone@local is expired/)
  })
})

describeWith(['gpg'], 'setting up', () => {
  it('finds the only key, sets gpgrecipient, and says how to back it up', async () => {
    const home = makeAgentHome()
    const finished = await home.call(['agent', 'init', '--json'])
    const { recipients } = JSON.parse(finished.stdout) as { recipients: string[] }
    const settings = JSON.parse(readFileSync(join(home.path, '.config', 'watchword', 'agent.json'), 'utf8')) as object
    expect(settings).toEqual({ gpgrecipient: recipients })
    expect(finished.stderr).toContain(`gpg --armor --export-secret-keys ${recipients[0]}`)
    expect((await home.call(['agent', 'init'])).code).toBe(1)
    home.remove()
  })

  it('makes a key where there is none, to which gpg alone decrypts', async () => {
    const home = makeAgentHome({ key: false })
    await home.run(['agent', 'init', '--unprotected-key'])
    await home.run(['add', 'x', '--secret', '-'], { input: secret })
    expect(home.decrypted()).toContain(secret)
    home.remove()
  })

  it('makes a key in one go: gpg asks for its passphrase and for it again, and giving up leaves no key', async () => {
    const home = makeAgentHome({ key: false })
    const asked = join(home.path, 'asked')
    const pinentry = (answer: string) =>
      home.writeScript(
        'pinentry',
        `#!/bin/sh\necho OK\nwhile read -r line; do case $line in GETPIN*) echo x >>"${asked}"; ${answer};; *) echo OK;; esac; done\n`,
      )
    const program = pinentry("echo 'ERR 83886179 Operation cancelled <Pinentry>'")
    writeFileSync(join(home.gnupgHome, 'gpg-agent.conf'), `pinentry-program ${program}\n`)
    const given = await home.call(['agent', 'init'])
    expect(given).toMatchObject({ code: 130, stdout: '' })
    expect(given.stderr).toMatch(/asks for a passphrase of your choice\.\n.*Interrupted: nothing was changed\.\n$/)
    expect(home.gpg('--list-secret-keys', '--with-colons')).toBe('')
    rmSync(asked)
    pinentry("echo 'D seven quiet 2 sentries'; echo OK")
    await home.run(['agent', 'init'])
    expect(readFileSync(asked, 'utf8')).toBe('x\nx\n')
    home.remove()
  })

  it('asks which of several keys', async () => {
    const home = makeAgentHome()
    home.addKey('second@local')
    const finished = await home.call(['agent', 'init'])
    expect(finished.code).toBe(1)
    expect(finished.stderr).toMatch(/me@local.*second@local.*--gpgrecipient/)
    await home.run(['agent', 'init', '--gpgrecipient', 'second@local'])
    expect(await home.run(['recipients'])).toContain('second@local')
    home.remove()
  })

  it('takes the recipient from the environment and from simpleotp’s plain setting too', async () => {
    const home = makeAgentHome()
    const other = home.addKey('other@local')
    await home.run(['add', 'x', '--secret', '-'], { input: secret, env: { WATCHWORD_GPGRECIPIENT: 'other@local' } })
    expect(await home.run(['recipients'])).toContain(other)
    writeFileSync(join(home.path, '.config', 'watchword', 'agent.json'), '{"gpgrecipient": "me@local"}')
    await home.run(['add', 'y', '--secret', '-'], { input: secret })
    expect(await home.run(['recipients'])).toContain('me@local')
    home.remove()
  })

  it('without gpg: exit code 6 and the way out', async () => {
    const home = makeAgentHome()
    const env = { WATCHWORD_GPG: '/nowhere/gpg' }
    const finished = await home.call(['agent', 'init'], { env })
    expect(finished).toMatchObject({ code: 6, stdout: '' })
    expect(finished.stderr).toContain('--passphrase')
    home.remove()
  })

  it('the doctor looks at store, gpg, key, permissions and clock', async () => {
    const home = makeAgentHome()
    await home.run(['add', 'x', '--secret', '-'], { input: secret })
    const { findings } = JSON.parse(await home.run(['agent', 'doctor', '--json'])) as {
      findings: { what: string; state: string }[]
    }
    expect(findings.map(({ what }) => what.split(' ')[0])).toEqual([
      'store',
      'gpg',
      'recipient',
      'access',
      'permissions',
      'clock',
    ])
    expect(findings.filter(({ state }) => state === 'bad')).toEqual([])
    truncateSync(home.store, 300)
    const told = await home.call(['agent', 'doctor'])
    expect(told.stdout + told.stderr).toContain('is damaged')
    expect(told.code).not.toBe(0)
    home.remove()
  })
})

describeWith(['gpg'], 'a key with a passphrase', () => {
  let home: AgentHome

  beforeAll(async () => {
    home = makeAgentHome({ key: false })
    writeFileSync(join(home.gnupgHome, 'gpg-agent.conf'), 's2k-count 65536\n')
    home.addKey('me@local', 'open sesame')
    writeFileSync(join(home.path, 'right'), 'open sesame\n')
    writeFileSync(join(home.path, 'wrong'), 'shut\n')
    await home.run(['add', 'x', '--secret', '-'], { input: secret })
    await home.run(['lock'])
  })
  afterAll(() => home.remove())

  it('locked and nobody to ask: exit code 5 and what to do', async () => {
    const finished = await home.call(['get', 'x'])
    expect(finished).toMatchObject({ code: 5, stdout: '' })
    expect(finished.stderr).toMatch(/locked.*watchword unlock/)
  })

  it('a wrong passphrase: exit code 5 and simpleotp’s words', async () => {
    const finished = await home.call(['get', 'x', '--passphrase-file', join(home.path, 'wrong')])
    expect(finished).toMatchObject({ code: 5, stdout: '' })
    expect(finished.stderr).toContain('Wrong passkey or unable to decrypt')
  })

  it('unlock serves the commands that follow, lock ends it', async () => {
    await home.run(['unlock', '--passphrase-file', join(home.path, 'right')])
    expect(await home.run(['get', 'x', '--at', '59'])).toBe('287082\n')
    await home.run(['lock'])
    expect((await home.call(['get', 'x'])).code).toBe(5)
  })

  it('lists and completes while locked', async () => {
    expect(await home.run(['list'])).toBe('x\n')
    expect(await home.run(['complete', 'fish', 'get', ''])).toMatch(/^x\t/)
  })
})

describeWith([], 'a store under a passphrase', () => {
  let home: AgentHome
  let right: string[]

  beforeAll(async () => {
    home = makeAgentHome({ key: false })
    writeFileSync(join(home.path, 'right'), 'correct horse\n')
    writeFileSync(join(home.path, 'wrong'), 'battery staple\n')
    right = ['--passphrase-file', join(home.path, 'right')]
    await home.run(['agent', 'init', '--passphrase', ...right])
    await home.run(['add', 'x', '--secret', '-', ...right], { input: secret })
  })
  afterAll(() => home.remove())

  it('opens, and says what it could not lock, beside a process that answers nothing', async () => {
    const env = { XDG_RUNTIME_DIR: join(home.path, 'run') }
    mkdirSync(join(home.path, 'run', 'watchword'), { recursive: true })
    const stuck = createServer()
    await new Promise<void>((resolve) => stuck.listen(join(home.path, 'run', 'watchword', 'keeper.sock'), resolve))
    expect(await home.run(['get', 'x', '--at', '59', ...right], { env })).toBe('287082\n')
    const locked = await home.call(['lock'], { env })
    expect(locked).toMatchObject({ code: 1, stdout: '' })
    expect(locked.stderr).toContain('did not answer')
    stuck.close()
  })

  it('is not called unlocked where no process can keep its key', async () => {
    const tooLong = join(home.path, 'r'.repeat(120))
    const finished = await home.call(['unlock', ...right], { env: { XDG_RUNTIME_DIR: tooLong } })
    expect(finished).toMatchObject({ code: 5, stdout: '' })
    expect(finished.stderr).toContain(tooLong)
    expect(finished.stderr).not.toContain('Unlocked')
  })

  it('stays unlocked however long it is to stay', async () => {
    const settings = join(home.path, '.config', 'watchword', 'agent.json')
    mkdirSync(dirname(settings), { recursive: true })
    writeFileSync(settings, JSON.stringify({ lockAfterMinutes: 100_000 }))
    await home.run(['unlock', ...right])
    expect(await home.run(['get', 'x', '--at', '59'])).toBe('287082\n')
    await home.run(['lock'])
    rmSync(settings)
  })

  it('needs no gpg', async () => {
    const env = { WATCHWORD_GPG: '/nowhere/gpg' }
    expect(await home.run(['get', 'x', '--at', '59', ...right], { env })).toBe('287082\n')
    expect(await home.run(['list'], { env })).toBe('x\n')
  })

  it('tells a wrong passphrase, a damaged file and a missing passphrase apart', async () => {
    const path = join(home.data, 'accounts.sealed')
    const whole = readFileSync(path, 'utf8')
    expect((await home.call(['get', 'x', '--passphrase-file', join(home.path, 'wrong')])).code).toBe(5)
    expect((await home.call(['get', 'x'])).code).toBe(5)
    const damages = [
      whole.slice(0, -40),
      whole.replace(/"sealedBase64":"..../, '"sealedBase64":"AAAA'),
      whole.replace('"passes":3', '"passes":300000000'),
      whole.replace('"passes":3', '"passes":2'),
    ]
    const codes: (number | null)[] = []
    for (const damaged of damages) {
      writeFileSync(path, damaged)
      codes.push((await home.call(['get', 'x', ...right])).code)
    }
    writeFileSync(path, whole)
    expect(codes).toEqual([7, 7, 7, 5])
  })

  it('unlock keeps the key for the commands that follow, until lock', async () => {
    await home.run(['unlock', ...right])
    expect(await home.run(['get', 'x', '--at', '59'])).toBe('287082\n')
    expect(await home.run(['add', 'y', '--secret', '-'], { input: secret })).toBe('')
    await home.run(['lock'])
    expect((await home.call(['get', 'x'])).code).toBe(5)
    expect(await home.run(['list'])).toBe('x\ny\n')
  })
})

describeWith([], 'a passphrase in the desktop’s keyring', () => {
  it('is kept there when asked for, and serves every command', async () => {
    const home = makeAgentHome({ key: false })
    const ring = join(home.path, 'ring')
    // A stand-in for libsecret's program, which wants a desktop session.
    home.writeScript('secret-tool', `#!/bin/sh\nif [ "$1" = store ]; then cat > "${ring}"; else cat "${ring}"; fi\n`)
    writeFileSync(join(home.path, 'right'), 'correct horse\n')
    await home.run(['agent', 'init', '--keyring', '--passphrase-file', join(home.path, 'right')])
    expect(readFileSync(ring, 'utf8')).toBe('correct horse')
    await home.run(['add', 'x', '--secret', '-'], { input: secret })
    expect(await home.run(['get', 'x', '--at', '59'])).toBe('287082\n')
    home.remove()
  })

  it('is never required', async () => {
    const home = makeAgentHome({ key: false })
    home.writeScript('secret-tool', '#!/bin/sh\nexit 1\n')
    writeFileSync(join(home.path, 'right'), 'correct horse\n')
    const finished = await home.call(['agent', 'init', '--keyring', '--passphrase-file', join(home.path, 'right')])
    expect(finished.code).toBe(1)
    expect(finished.stderr).toContain('secret-tool store')
    expect(existsSync(home.data)).toBe(false)
    home.remove()
  })
})

/** A home in which only this one of another home's keys is. */
/** The id of the key that messages to somebody are encrypted under. */
function subkeyOf(home: AgentHome, fingerprint: string): string {
  const listing = home.gpg('--with-colons', '--list-keys', fingerprint)
  return /^sub:(?:[^:]*:){3}([^:]+):/m.exec(listing)?.[1] ?? 'none'
}

function homeWithKey(home: AgentHome, fingerprint: string): AgentHome {
  const alone = makeAgentHome({ key: false })
  const file = join(alone.path, 'key')
  home.gpg('--pinentry-mode', 'loopback', '--passphrase', '', '--output', file, '--export-secret-keys', fingerprint)
  alone.gpg('--import', file)
  return alone
}
