import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'
import { openTerminal, type Terminal } from '../support/tmux.ts'

/** Each look starts a program. */
const patience = { interval: 100 }
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describeWith(['gpg', 'bash'], 'completions', () => {
  let home: AgentHome

  beforeAll(async () => {
    home = makeAgentHome()
    for (const name of ['work:alice', 'work:bob', 'a name with blanks'])
      await home.run(['add', name, '--secret', '-'], { input: secret })
    home.writeScript('watchword', `#!/bin/sh\nexec ${home.shellCommand} "$@"\n`)
    writeFileSync(join(home.path, 'completions'), await home.run(['completions', 'bash']))
  })
  afterAll(() => home.remove())

  /** What bash would offer behind this half-typed line. */
  function offered(line: string): string[] {
    const script = `. "$HOME/completions"; COMP_LINE=$1; COMP_POINT=\${#1}; _watchword; printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync('bash', ['-c', script, 'bash', line], { env: home.env }).toString().trimEnd().split('\n')
  }

  it('offer commands', () => {
    expect(offered('watchword re')).toEqual(expect.arrayContaining(['rename', 'recipients']))
    expect(offered('watchword recipients ')).toEqual(['list', 'add', 'remove'])
    expect(offered('watchword recipients re')).toEqual(['remove'])
  })

  it('offer account names, in bash only the part behind the colon', () => {
    expect(offered('watchword get work:')).toEqual(['alice', 'bob'])
    expect(offered('watchword get w')).toEqual(['work:alice', 'work:bob'])
    expect(offered('watchword get a')).toEqual(['a\\ name\\ with\\ blanks'])
  })

  it('offer flags only to whoever asks for flags', () => {
    expect(offered('watchword get --j')).toEqual(['--json'])
    expect(offered('watchword get ').some((word) => word.startsWith('-'))).toBe(false)
  })

  it('open nothing and ask nothing', async () => {
    const finished = await home.call(['complete', 'zsh', 'get', 'work'], { env: { WATCHWORD_GPG: '/nowhere/gpg' } })
    expect(finished).toEqual({ code: 0, stdout: 'work:alice\nwork:bob\n', stderr: '' })
  })

  it('never offer hidden commands', async () => {
    const all = await home.run(['complete', 'fish', ''])
    expect(all).toMatch(/^get\t/m)
    expect(all).not.toMatch(/^(complete|key-keeper|clear-clipboard|simpleotp)\t/m)
  })

  it('know the commands of every room', () => {
    expect(offered('watchword aws ref')).toEqual(['refresh'])
    expect(offered('watchword aws mfa ')).toEqual(expect.arrayContaining(['enrol', 'rotate', 'list', 'root']))
  })

  it.each(['bash', 'zsh', 'fish'])('there is a script for %s', async (shell) => {
    expect(await home.run(['completions', shell])).toContain(`watchword complete ${shell}`)
  })
})

// Each shell loads its script and completes a line that somebody types, with Tab.
describeWith(['gpg', 'tmux', 'bash', 'zsh', 'fish'], 'completions at a terminal', () => {
  const shells = [
    ['bash', 'bash --norc --noprofile', 'eval "$(watchword completions bash)"'],
    ['zsh', 'zsh -f', 'PS1="$ "; autoload -U compinit; compinit -u -D; eval "$(watchword completions zsh)"'],
    ['fish', 'fish --no-config', 'watchword completions fish | source'],
  ] as const
  let home: AgentHome
  let terminal: Terminal

  beforeAll(async () => {
    home = makeAgentHome()
    for (const name of ['work:alice', 'work:bob', 'a name with blanks'])
      await home.run(['add', name, '--secret', '-', '--issuer', ''], { input: secret })
  })
  afterEach(() => terminal.close())
  afterAll(() => home.remove())

  it.each(shells)(
    '%s completes a command, a flag and an account, blanks and colons and all',
    async (_shell, line, load) => {
      terminal = openTerminal(home, line)
      const expectShown = async (text: RegExp) => {
        await expect.poll(() => terminal.screen(), patience).toMatch(text)
      }
      terminal.type(`${load}; echo lo''aded`, 'Enter')
      await expectShown(/^loaded$/m)
      for (const [typed, completed] of [
        ['watchword renam', /watchword rename $/m],
        ['watchword get --wai', /watchword get --wait $/m],
        ['watchword get a', /watchword get a\\ name\\ with\\ blanks $/m],
        ['watchword get work:a', /watchword get work\\?:alice $/m],
      ] as const) {
        // An interrupt would make the shell forget what is typed behind it.
        terminal.press('C-u')
        terminal.type(typed, 'Tab')
        await expect.poll(() => `${terminal.screen().trimEnd()} `, patience).toMatch(completed)
      }
      terminal.press('C-u')
      terminal.type(`watchword get --at 59 a`, 'Tab')
      terminal.press('Enter')
      await expectShown(/^287082$/m)
    },
  )

  it.each(shells)('%s shows what there is to choose from', async (_shell, line, load) => {
    terminal = openTerminal(home, line)
    terminal.type(load, 'Enter')
    terminal.type('watchword aws mfa ', 'Tab')
    terminal.press('Tab')
    await expect.poll(() => terminal.screen(), patience).toMatch(/enrol[^]*list[^]*rotate/)
  })
})
