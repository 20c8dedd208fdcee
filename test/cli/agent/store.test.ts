import { execFileSync, spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { decrypt } from '../../../src/cli/agent/gpg/decrypt.ts'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describeWith(['gpg'], 'a store that was tampered with', () => {
  let home: AgentHome
  let whole: Buffer

  beforeAll(async () => {
    home = makeAgentHome()
    for (const name of ['one', 'two', 'three']) await home.run(['add', name, '--secret', '-'], { input: secret })
    whole = readFileSync(home.store)
  })
  afterEach(() => writeFileSync(home.store, whole))
  afterAll(() => home.remove())

  it('never opens when cut, at whatever byte', async () => {
    const gpg = { program: 'gpg', home: home.gnupgHome, env: home.env }
    for (let length = 0; length < whole.length; length += 5) {
      const opened = await decrypt(gpg, whole.subarray(0, length))
      expect(opened.opened, `cut to ${length} of ${whole.length}`).toBe(false)
    }
  })

  it('never opens to anything else when a byte is altered', async () => {
    const gpg = { program: 'gpg', home: home.gnupgHome, env: home.env }
    const original = home.decrypted()
    for (let at = 0; at < whole.length; at += 7) {
      const altered = Buffer.from(whole)
      altered[at] = (altered[at] ?? 0) ^ 0x41
      const opened = await decrypt(gpg, altered)
      // Some bits of a packet's head mean nothing, so that the message is still the same.
      expect(opened.opened ? opened.plaintext.toString() : original, `altered at ${at}`).toBe(original)
    }
  })

  it.each([
    ['empty', () => truncateSync(home.store, 0), 7, 'it is empty'],
    ['cut in its first packet', () => truncateSync(home.store, 20), 7, 'damaged'],
    ['cut in its content', () => truncateSync(home.store, whole.length - 30), 7, 'cut or altered'],
    [
      'altered',
      () => writeFileSync(home.store, whole.with(whole.length - 40, 0x55 ^ (whole.at(-40) ?? 0))),
      7,
      'cut or altered',
    ],
    [
      'no OpenPGP message',
      () => writeFileSync(home.store, 'otpauth://totp/x?secret=GEZDGNBV\n'),
      7,
      'no encrypted OpenPGP message',
    ],
  ])('a store that is %s: exit code 7 and a sentence, never an empty list', async (_, damage, code, says) => {
    damage()
    for (const args of [['list'], ['get', 'one'], ['add', 'four', '--secret', '-']]) {
      const finished = await home.call(args, { input: secret })
      expect(finished, args.join(' ')).toMatchObject({ code, stdout: '' })
      expect(finished.stderr).toMatch(/^watchword: [^\n]+\n$/)
      expect(finished.stderr).toContain(says)
    }
  })

  it('a store encrypted to somebody else: exit code 5, naming the key', async () => {
    const other = makeAgentHome()
    await other.run(['add', 'x', '--secret', '-'], { input: secret })
    copyFileSync(other.store, home.store)
    other.remove()
    const finished = await home.call(['get', 'x'])
    expect(finished).toMatchObject({ code: 5, stdout: '' })
    expect(finished.stderr).toMatch(/None of your GPG keys opens the store .*[0-9A-F]{16}/)
  })

  it('a line that is no account: exit code 7, naming the line and not its content', async () => {
    const plain = join(home.path, 'plain')
    writeFileSync(plain, `otpauth://totp/a?secret=${secret}\nnonsense GEZ\n`)
    home.gpg('--yes', '-r', 'me@local', '--trust-model', 'always', '-o', home.store, '--encrypt', plain)
    const finished = await home.call(['list'])
    expect(finished).toMatchObject({ code: 7, stdout: '' })
    expect(finished.stderr).toContain('Line 2')
    expect(finished.stderr).not.toContain('GEZ')
  })

  it('an index that lies changes no code: the store decides', async () => {
    const path = `${home.store}.index.json`
    const index = readFileSync(path, 'utf8')
    writeFileSync(path, index.replace('"one"', '"uno"'))
    expect((await home.call(['get', 'uno'])).code).toBe(3)
    writeFileSync(path, '{"broken')
    expect(await home.run(['list'])).toBe('one\nthree\ntwo\n')
    expect(readFileSync(path, 'utf8')).toBe(index)
  })

  it('an index that cannot be written makes no failure of what was stored', async () => {
    const path = `${home.store}.index.json`
    rmSync(path)
    mkdirSync(path)
    const finished = await home.call(['add', 'kept', '--secret', '-'], { input: secret })
    expect(readdirSync(home.data).filter((name) => name.endsWith('.new'))).toEqual([])
    rmSync(path, { recursive: true })
    expect([finished.code, (await home.call(['get', 'kept'])).code]).toEqual([0, 0])
  })

  it('a store replaced from outside is read anew', async () => {
    const plain = join(home.path, 'plain')
    writeFileSync(plain, `otpauth://totp/fresh?secret=${secret}\n`)
    home.gpg('--yes', '-r', 'me@local', '--trust-model', 'always', '-o', home.store, '--encrypt', plain)
    expect(await home.run(['list'])).toBe('fresh\n')
  })
})

describeWith(['gpg'], 'a store that many write', () => {
  let home: AgentHome

  beforeEach(async () => {
    home = makeAgentHome()
    await home.run(['agent', 'init'])
  })
  afterEach(() => home.remove())

  it('20 parallel adds lose nothing', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `account-${String(index).padStart(2, '0')}`)
    await Promise.all(names.map((name) => home.run(['add', name, '--secret', '-'], { input: secret })))
    expect(await home.run(['list'])).toBe(`${names.join('\n')}\n`)
    expect(home.decrypted().trimEnd().split('\n')).toHaveLength(20)
  })

  it('parallel gets of a counter never print the same code', async () => {
    await home.run(['add', 'counter', '--secret', '-', '--type', 'hotp'], { input: secret })
    const codes = await Promise.all(Array.from({ length: 8 }, () => home.run(['get', 'counter'])))
    // RFC 4226 appendix D
    const published = ['755224', '287082', '359152', '969429', '338314', '254676', '287922', '162583']
    expect(codes.map((code) => code.trim()).toSorted()).toEqual(published.toSorted())
    expect(home.decrypted()).toContain('counter=8')
  })

  it('kill -9 at any point leaves the old or the new store, and no lock', async () => {
    await home.run(['add', 'old', '--secret', '-'], { input: secret })
    for (let delayMs = 60; delayMs <= 320; delayMs += 20) {
      const [file = '', ...args] = home.command
      const child = spawn(file, [...args, 'add', `new-${delayMs}`, '--secret', '-'], {
        env: home.env,
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      child.stdin.on('error', () => {})
      child.stdin.end(secret)
      const ended = new Promise((resolve) => child.on('close', resolve))
      await sleep(delayMs)
      child.kill('SIGKILL')
      await ended
      const lines = home.decrypted().trimEnd().split('\n')
      for (const line of lines) expect(line).toMatch(/^otpauth:\/\/totp\/\S+secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&/)
      expect(lines[0]).toContain('/old?')
    }
    await home.run(['add', 'last', '--secret', '-'], { input: secret })
    const names = (await home.run(['list'])).trimEnd().split('\n')
    expect(names).toContain('last')
    expect(home.decrypted().trimEnd().split('\n')).toHaveLength(names.length)
    expect(readdirSync(home.data).filter((name) => name.startsWith('.accounts'))).toEqual([])
  })

  it('follows a symbolic link instead of replacing it', async () => {
    const elsewhere = join(home.path, 'elsewhere.gpg')
    copyFileSync(home.store, elsewhere)
    rmSync(home.store)
    symlinkSync(elsewhere, home.store)
    await home.run(['add', 'linked', '--secret', '-'], { input: secret })
    expect(home.gpg('--decrypt', elsewhere)).toContain('/linked?')
    expect(await home.run(['list'])).toBe('linked\n')
  })

  it('keeps the version before as a backup', async () => {
    await home.run(['add', 'first', '--secret', '-'], { input: secret })
    await home.run(['add', 'second', '--secret', '-'], { input: secret })
    expect(home.gpg('--decrypt', `${home.store}.bak`)).toMatch(/first/)
    expect(existsSync(`${home.store}.bak.bak`)).toBe(false)
  })

  it('opens the store once for a command', async () => {
    await home.run(['add', 'first', '--secret', '-'], { input: secret })
    const log = join(home.path, 'calls')
    home.writeScript(
      'counting-gpg',
      `#!/bin/sh\ncase "$*" in *--list-only*) ;; *--decrypt*) echo d >> "${log}" ;; esac\nexec gpg "$@"\n`,
    )
    const env = { WATCHWORD_GPG: 'counting-gpg' }
    await home.run(['list'], { env })
    expect(existsSync(log)).toBe(false)
    await home.run(['get', 'first'], { env })
    expect(readFileSync(log, 'utf8')).toBe('d\n')
    await home.run(['add', 'second', '--secret', '-'], { env, input: secret })
    expect(readFileSync(log, 'utf8')).toBe('d\nd\n')
  })
})

describeWith(['gpg', 'strace'], 'local commands', () => {
  it('make no network system call', async () => {
    const home = makeAgentHome()
    await home.run(['add', 'x', '--secret', '-'], { input: secret })
    const trace = join(home.path, 'trace')
    for (const args of [['get', 'x'], ['list'], ['add', 'y', '--secret', '-']]) {
      const under = ['strace', '-f', '-qq', '-e', 'trace=connect,sendto,bind', '-o', trace]
      const finished = await home.call(args, { under, input: secret })
      expect(finished.code).toBe(0)
      const calls = readFileSync(trace, 'utf8')
        .split('\n')
        .filter((line) => /AF_INET/.test(line))
      expect(calls).toEqual([])
    }
    home.remove()
  })
})

describeWith(['gpg', 'mkfifo'], 'two who make the store at once', () => {
  const listing = (fifo: string) =>
    `#!/bin/sh\ncase "$*" in *--list-secret-keys*) read line < '${fifo}' ;; esac\nexec gpg "$@"\n`

  it.each([
    ['a passphrase', false, ['--passphrase']],
    ['a GPG key', true, []],
  ] as const)('the one who thinks longer, under %s, loses nothing of the other', async (_, key, flags) => {
    const home = makeAgentHome({ key })
    const [fifo, passphrase] = [join(home.path, 'fifo'), join(home.path, 'passphrase')]
    execFileSync('mkfifo', [fifo])
    writeFileSync(passphrase, 'correct horse\n')
    const env = key
      ? { WATCHWORD_GPG: home.writeScript('slow-gpg', listing(fifo)) }
      : { WATCHWORD_PASSPHRASE_FILE: fifo }
    const quick = { input: secret, env: key ? {} : { WATCHWORD_PASSPHRASE_FILE: passphrase } }
    const made = home.call(['agent', 'init', ...flags], { env })
    // Opens once the other end is read: by then the slow one has seen that there is no store.
    const pipe = await open(fifo, 'w')
    await home.run(['add', 'one', '--secret', '-'], quick)
    await pipe.writeFile('another horse\n')
    await pipe.close()
    expect((await made).stderr).toContain('already a store')
    expect(await home.run(['list'], quick)).toBe('one\n')
    expect(await home.run(['get', 'one'], quick)).toMatch(/^\d{6}\n$/)
    home.remove()
  })
})
