import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadSettings } from '../../../src/cli/agent/settings.ts'
import { knownPassphrase } from '../../../src/cli/agent/store/passphrases.ts'
import { memoryKeeper } from '../../../src/cli/agent/store/key-keeper.ts'
import { reserveStep } from '../../../src/cli/agent/store/reserve-step.ts'
import { readSealedValue, writeSealedValue } from '../../../src/cli/agent/store/sealed-values.ts'
import { AgentStore } from '../../../src/cli/agent/store/store.ts'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describeWith(['gpg'], 'manners', () => {
  let home: AgentHome

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['add', 'x', '--secret', '-'], { input: secret })
  })
  afterAll(() => home.remove())

  it('nothing is coloured or drawn where nobody looks', async () => {
    for (const args of [
      ['--help'],
      ['get', 'x'],
      ['list', '-l'],
      ['agent', 'doctor'],
      ['qr', 'x', '--yes'],
      ['get', 'nope'],
    ]) {
      const { stdout, stderr } = await home.call(args)
      expect(stdout + stderr).not.toContain('\u001b')
    }
  })

  it('a reader that leaves early is no failure', async () => {
    home.writeScript('pipe', `#!/bin/sh\n${home.shellCommand} --help | head -1 >/dev/null\n`)
    const under = [join(home.path, 'bin', 'pipe')]
    expect(await home.call([], { under })).toMatchObject({ code: 0, stderr: '' })
  })

  it('--version and --help answer on standard output', async () => {
    expect(await home.run(['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await home.run(['get', '--help'])).toContain('--wait')
  })

  it('a misspelt command is answered with the right one', async () => {
    const finished = await home.call(['lsit'])
    expect(finished.code).toBe(2)
    expect(finished.stderr).toContain('list')
  })

  it('verify says whether another app shows the same, and exits with 1 when not', async () => {
    const code = (await home.run(['get', 'x'])).trim()
    const same = await home.call(['verify', 'x', `${code.slice(0, 3)} ${code.slice(3)}`])
    const told = `${same.code} ${same.stdout}`
    expect(told).toMatch(/^0 The same|^1 The other clock is about 30 s behind/)
    const wrong = await home.call(['verify', 'x', '1234567890', '--json'])
    expect(wrong.code).toBe(1)
    expect(JSON.parse(wrong.stdout)).toMatchObject({ name: 'x', kind: 'different' })
  })

  it('--wait waits for a code that lives long enough', async () => {
    await home.run(['add', 'short', '--secret', '-', '--period', '2'], { input: secret })
    const told = JSON.parse(await home.run(['get', 'short', '--wait', '2', '--json', '-q'])) as { secondsLeft: number }
    expect(told.secondsLeft).toBeGreaterThan(0)
    await home.run(['rm', 'short', '--yes'])
  })

  it('watch prints a line for each new code where nobody looks', async () => {
    await home.run(['add', 'quick', '--secret', '-', '--period', '1'], { input: secret })
    home.writeScript('three', `#!/bin/sh\n"$@" | head -3\n`)
    const { stdout } = await home.call(['watch', 'quick'], { under: [join(home.path, 'bin', 'three')] })
    expect(stdout).toMatch(/^(quick\t\d{6}\n){3}$/)
    expect(new Set(stdout.trimEnd().split('\n')).size).toBe(3)
    await home.run(['rm', 'quick', '--yes'])
  })

  it('each reveal leaves a line without the code, once that is switched on', async () => {
    const settings = join(home.path, '.config', 'watchword', 'agent.json')
    const before = readFileSync(settings, 'utf8')
    const log = join(home.path, '.local', 'state', 'watchword', 'reveals.jsonl')
    await home.run(['get', 'x'])
    expect(existsSync(log)).toBe(false)
    writeFileSync(settings, '{"logReveals": true}')
    const code = (await home.run(['get', 'x'])).trim()
    expect(JSON.parse(readFileSync(log, 'utf8'))).toMatchObject({ name: 'x', way: 'command line' })
    expect(readFileSync(log, 'utf8')).not.toContain(code)
    writeFileSync(settings, before)
  })

  it.each(['{', '[]', '{"colour": 1}', '{"gpgrecipient": 7}', '{"lockAfterMinutes": "x"}'])(
    'settings %s are refused by name of the file',
    async (text) => {
      const settings = join(home.path, '.config', 'watchword', 'agent.json')
      const before = readFileSync(settings, 'utf8')
      writeFileSync(settings, text)
      const finished = await home.call(['list'])
      expect(finished.code).toBe(1)
      expect(finished.stderr).toContain(settings)
      writeFileSync(settings, before)
    },
  )

  it('a store that came from another computer keeps its recipients', async () => {
    const settings = join(home.path, '.config', 'watchword', 'agent.json')
    const before = readFileSync(settings, 'utf8')
    rmSync(settings)
    const second = home.addKey('second@local')
    await home.run(['add', 'y', '--secret', '-'], { input: secret })
    const readers = await home.run(['recipients'])
    expect(readers).toContain('me@local')
    expect(readers).not.toContain(second)
    writeFileSync(settings, before)
    await home.run(['rm', 'y', '--yes'])
  })

  it('a QR code on the screen is read by a program that can take pictures', async () => {
    const picture = join(home.path, 'screen.png')
    await home.run(['qr', 'x', '--yes', '--png', picture])
    home.writeScript('grim', `#!/bin/sh\ncat "${picture}"\n`)
    await home.run(['add', 'seen', '--screen'], { env: { WAYLAND_DISPLAY: 'wayland-0' } })
    expect(await home.run(['get', 'seen', '--at', '59'])).toBe('287082\n')
    const finished = await home.call(['add', 'unseen', '--screen'])
    expect(finished.code).toBe(1)
    expect(finished.stderr).toContain('--qr FILE')
  })

  it('a secret is in no argument and no variable of gpg', async () => {
    const log = join(home.path, 'seen')
    const watching = home.writeScript('watching-gpg', `#!/bin/sh\n{ echo "$*"; env; } >> "${log}"\nexec gpg "$@"\n`)
    await home.run(['add', 'hidden', '--secret', '-'], { input: secret, env: { WATCHWORD_GPG: watching } })
    await home.run(['get', 'hidden'], { env: { WATCHWORD_GPG: watching } })
    expect(readFileSync(log, 'utf8')).toContain('--decrypt')
    expect(readFileSync(log, 'utf8')).not.toContain('GEZD')
  })
})

describeWith(['gpg'], 'what other commands keep in the store', () => {
  let home: AgentHome
  let store: AgentStore

  beforeAll(async () => {
    home = makeAgentHome()
    await home.run(['add', 'okta', '--secret', '-'], { input: secret })
    const settle = () => loadSettings(home.env)
    store = new AgentStore(settle(), settle, knownPassphrase(''), memoryKeeper())
  })
  afterAll(() => home.remove())

  it('values are sealed, found by name, and go when told to', async () => {
    expect(await readSealedValue(store, 'okta password')).toBeNull()
    await Promise.all([
      writeSealedValue(store, 'okta password', 'hunter two'),
      writeSealedValue(store, 'other', 'value'),
    ])
    expect(await readSealedValue(store, 'okta password')).toBe('hunter two')
    expect(readFileSync(store.values.path, 'latin1')).not.toContain('hunter')
    await writeSealedValue(store, 'okta password', null)
    expect(await readSealedValue(store, 'okta password')).toBeNull()
    expect(await readSealedValue(store, 'other')).toBe('value')
  })

  it('a file of values that is none is told without what stands in it', async () => {
    const plain = join(home.path, 'plain-values')
    writeFileSync(plain, 'hunter2')
    home.gpg(
      '--yes',
      '-r',
      'me@local',
      '--trust-model',
      'always',
      '-o',
      `${store.values.path}.other`,
      '--encrypt',
      plain,
    )
    const kept = readFileSync(store.values.path)
    copyFileSync(`${store.values.path}.other`, store.values.path)
    const thrown = await readSealedValue(store, 'aws/okta').catch((cause: unknown) => cause)
    writeFileSync(store.values.path, kept)
    expect(thrown).toMatchObject({ code: 'agent_store_foreign' })
    expect(String(thrown)).not.toContain('hunter')
  })

  it('a new recipient reads the values too, and a removed one no longer', async () => {
    home.addKey('second@local')
    const sealedTo = () => home.gpg('--list-only', '--status-fd', '1', '--decrypt', store.values.path).match(/ENC_TO/g)
    await home.run(['recipients', 'add', 'second@local'])
    expect(sealedTo()).toHaveLength(2)
    await home.run(['recipients', 'remove', 'second@local'])
    expect(sealedTo()).toHaveLength(1)
  })

  it('each step is reserved once, however many ask', async () => {
    const nowMs = 1_800_000_000_000
    const reserved = await Promise.all(
      Array.from({ length: 5 }, () => reserveStep(store, { name: 'okta', periodSeconds: 30, nowMs })),
    )
    const first = nowMs / 30_000
    expect(reserved.map(({ step }) => step).toSorted((a, b) => a - b)).toEqual(
      [0, 1, 2, 3, 4].map((later) => first + later),
    )
    expect(reserved.every(({ step, validFromMs }) => validFromMs === step * 30_000)).toBe(true)
    expect((await reserveStep(store, { name: 'another', periodSeconds: 30, nowMs })).step).toBe(first)
  })
})
