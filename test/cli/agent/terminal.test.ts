import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'
import { openTerminal, type Terminal } from '../support/tmux.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
/** Each look starts a program. */
const patience = { interval: 100 }

describeWith(['gpg', 'tmux'], 'at a terminal', () => {
  let home: AgentHome
  let terminal: Terminal

  beforeAll(async () => {
    home = makeAgentHome()
    for (const name of ['work:alice', 'work:bob', 'other'])
      await home.run(['add', name, '--secret', '-'], { input: secret })
    terminal = openTerminal(home)
  })
  beforeEach(() => {
    terminal.press('C-c')
    terminal.type('clear', 'Enter')
  })
  afterAll(() => {
    terminal.close()
    home.remove()
  })

  const expectShown = async (text: string | RegExp) => {
    await expect.poll(() => terminal.screen(), patience).toMatch(text)
  }

  it('a secret is asked for and never shown', async () => {
    terminal.type('watchword add typed', 'Enter')
    await expectShown(/Secret: /)
    terminal.type(secret, 'Enter')
    await expectShown(/Stored typed\. Its code now is \d{6}/)
    expect(terminal.screen()).not.toContain('GEZD')
    expect(home.decrypted()).toContain('/typed?')
  })

  it('a name is asked for where the secret brings none along, and Ctrl-U takes back what was typed', async () => {
    terminal.type('watchword add', 'Enter')
    await expectShown(/Secret: /)
    terminal.type('a slip')
    terminal.press('C-u')
    terminal.type(secret, 'Enter')
    await expectShown(/Name: /)
    terminal.type('wrong')
    terminal.press('C-u')
    terminal.type('unnamed', 'Enter')
    await expectShown(/Name: unnamed\s+watchword: Stored unnamed\./)
    expect(home.decrypted()).toContain(`/unnamed?secret=${secret}`)
  })

  it('a new store says what its passphrase is for before it asks', async () => {
    terminal.type('GNUPGHOME=$HOME/none watchword agent init --passphrase --store $HOME/sealed', 'Enter')
    await expectShown(/Choose a passphrase for the new store \S+\/sealed[^]*New passphrase: /)
  })

  it('a code comes with its lifetime beside it', async () => {
    terminal.type('watchword get other', 'Enter')
    await expectShown(/^\d{6}$/m)
    await expectShown(/watchword: other, valid for \d+ s/)
  })

  it('Ctrl-C at a question changes nothing, ends with 130 and gives the echo back', async () => {
    terminal.type('watchword rm other; echo "code $?"', 'Enter')
    await expectShown(/Remove other\?.*\[y\/N\]/)
    terminal.press('C-c')
    await expectShown(/code 130/)
    terminal.type('echo echoed', 'Enter')
    await expectShown(/[$#] echo echoed/)
    expect(await home.run(['list'])).toContain('other')
  })

  it('a question is answered with no unless somebody says yes', async () => {
    terminal.type('watchword rm other', 'Enter')
    await expectShown(/\[y\/N\]/)
    terminal.press('Enter')
    await expectShown(/nothing was changed/)
    expect(await home.run(['list'])).toContain('other')
  })

  it('without a name an account is picked: typing narrows, arrows move, Enter takes', async () => {
    terminal.type('watchword get --at 59', 'Enter')
    await expectShown(/Account: [^]*> other[^]*work:bob/)
    terminal.type('work')
    await expectShown(/Account: work[^]*> work:alice/)
    terminal.press('Down')
    await expectShown(/> work:bob/)
    terminal.press('Enter')
    await expectShown(/^287082$/m)
    expect(terminal.screen()).not.toContain('> work')
  })

  it('a name that fits several asks which, and Escape leaves it', async () => {
    terminal.type('watchword get work; echo "code $?"', 'Enter')
    await expectShown(/> work:alice/)
    expect(terminal.screen()).not.toContain('other')
    terminal.press('Escape')
    await expectShown(/code 130/)
  })

  it('watch counts down and restores the terminal at Ctrl-C', async () => {
    terminal.type('watchword watch other; echo "code $?"', 'Enter')
    await expectShown(/other {2}\d{6} .* \d+ s/)
    terminal.press('C-c')
    await expectShown(/code 130/)
    terminal.type('echo back', 'Enter')
    await expectShown(/^back$/m)
  })

  it('a QR code is drawn after a yes', async () => {
    terminal.type('watchword qr other', 'Enter')
    await expectShown(/\[y\/N\]/)
    terminal.type('y', 'Enter')
    await expectShown(/[▀▄█]{5}/)
  })

  it('simpleotp’s add asks its questions unseen', async () => {
    terminal.type('watchword --command add --name asked', 'Enter')
    await expectShown(/Which mode you want add "qrcode" or "secret"/)
    terminal.type('secret', 'Enter')
    await expectShown(/Secret:/)
    terminal.type(secret, 'Enter')
    await expectShown(/OTP SECRET SAVE OK asked/)
    expect(terminal.screen()).not.toContain('GEZD')
  })

  it('over SSH a code is copied through the terminal', async () => {
    terminal.type('SSH_CONNECTION=x watchword get other --at 59 -c', 'Enter')
    await expectShown(/Copied through the terminal/)
    terminal.type('clear; tmux show-buffer', 'Enter')
    await expectShown(/^287082/m)
  })
})

describeWith(['gpg'], 'the clipboard', () => {
  let home: AgentHome
  let board: string
  /** Everything that was ever copied: the clipboard itself is cleared at its time, whether somebody has looked or not. */
  let copied: string

  beforeAll(async () => {
    home = makeAgentHome()
    board = join(home.path, 'clipboard')
    copied = join(home.path, 'copied')
    await home.run(['add', 'x', '--secret', '-'], { input: secret })
    writeFileSync(join(home.path, '.config', 'watchword', 'agent.json'), '{"clearClipboardAfterSeconds": 5}')
    // Stand-ins for the desktop: a file is the clipboard.
    home.writeScript(
      'wl-copy',
      `#!/bin/sh\nif [ "$1" = --clear ]; then : > "${board}"; else tee -a "${copied}" > "${board}"; fi\n`,
    )
    home.writeScript('wl-paste', `#!/bin/sh\ncat "${board}"\n`)
  })
  afterAll(() => home.remove())

  const env = { WAYLAND_DISPLAY: 'wayland-0' }

  it('takes the code, says when it is cleared, and is cleared', async () => {
    const finished = await home.call(['get', 'x', '--at', '59', '-c'], { env })
    expect(finished).toMatchObject({ code: 0, stdout: '287082\n' })
    expect(finished.stderr).toContain('cleared in 5 s')
    expect(readFileSync(copied, 'utf8')).toBe('287082')
    await expect.poll(() => readFileSync(board, 'utf8'), patience).toBe('')
  })

  it('keeps what somebody copied since', async () => {
    const marker = join(home.path, 'looked')
    home.writeScript('wl-paste', `#!/bin/sh\ncat "${board}"; : > "${marker}"\n`)
    await home.run(['get', 'x', '-c'], { env })
    writeFileSync(board, 'something else')
    await expect.poll(() => existsSync(marker), patience).toBe(true)
    expect(readFileSync(board, 'utf8')).toBe('something else')
  })

  it('is said to be missing where there is none', async () => {
    const finished = await home.call(['get', 'x', '-c'])
    expect(finished.code).toBe(1)
    expect(finished.stdout).toMatch(/^\d{6}\n$/)
    expect(finished.stderr).toMatch(/No clipboard takes the code here: .* --osc52/)
    const remote = await home.call(['get', 'x', '-c'], { env: { SSH_CONNECTION: '10.0.0.1 22' } })
    expect([remote.code, remote.stdout]).toEqual([1, expect.stringMatching(/^\d{6}\n$/)])
    expect(remote.stderr).toMatch(/no terminal to copy the code through/)
    const asBefore = ['--command', 'get', '--name', 'x', '--mode', 'raw']
    expect(await home.run(asBefore, { env: { SSH_CONNECTION: '10.0.0.1 22' } })).toMatch(/^\d{6}\n$/)
  })
})
