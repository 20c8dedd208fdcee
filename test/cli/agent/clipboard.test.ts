import { spawnSync, type SpawnSyncOptions } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWith } from '../../support/programs.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'
import { openTerminal } from '../support/tmux.ts'
import { openXDisplay, type XDisplay } from '../support/x-display.ts'

const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
/** Each look starts a program. */
const patience = { interval: 100 }

describeWith(['gpg', 'tmux', 'Xvfb', 'xclip'], 'b20 the clipboard of a desktop', () => {
  let home: AgentHome
  let display: XDisplay

  beforeAll(async () => {
    display = await openXDisplay()
    home = makeAgentHome()
    await home.run(['add', 'x', '--secret', '-'], { input: secret })
    clearAfter(15)
  })
  afterAll(async () => {
    home.remove()
    await display.close()
  })

  const env = () => ({ DISPLAY: display.name })

  function clearAfter(seconds: number): void {
    const settings = { clearClipboardAfterSeconds: seconds }
    writeFileSync(join(home.path, '.config', 'watchword', 'agent.json'), JSON.stringify(settings))
  }

  /** What somebody would paste; nothing where no program holds anything. */
  function pasted(): string {
    const words = ['-selection', 'clipboard', '-out']
    const { status, stdout } = spawnSync('xclip', words, { env: { ...home.env, ...env() }, encoding: 'utf8' })
    return status === 0 ? stdout : ''
  }

  function copySomething(text: string): void {
    const options: SpawnSyncOptions = {
      env: { ...home.env, ...env() },
      input: text,
      stdio: ['pipe', 'ignore', 'ignore'],
    }
    spawnSync('xclip', ['-selection', 'clipboard', '-in'], options)
  }

  /** The command lines of this home's processes that still wait to clear the clipboard. */
  function waiting(): string[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => readOr('', `/proc/${pid}/environ`).includes(`HOME=${home.path}\0`))
      .map((pid) => readOr('', `/proc/${pid}/cmdline`))
      .filter((line) => line.includes('clear-clipboard'))
  }

  it('holds the code, says when it is cleared, and is cleared', async () => {
    const finished = await home.call(['get', 'x', '--at', '59', '-c'], { env: env() })
    expect(finished).toMatchObject({ code: 0, stdout: '287082\n' })
    expect(finished.stderr).toContain('cleared in 15 s')
    expect(pasted()).toBe('287082')
    await expect.poll(pasted, patience).toBe('')
    await expect.poll(waiting, patience).toEqual([])
  })

  it('is left alone where somebody copied something else since', async () => {
    await home.run(['get', 'x', '--at', '59', '-c'], { env: env() })
    expect(waiting()).toHaveLength(1)
    copySomething('something else')
    await expect.poll(waiting, patience).toEqual([])
    expect(pasted()).toBe('something else')
  })

  it('D3.5 takes the code of simpleotp’s get as well, in its words', async () => {
    const finished = await home.call(['--command', 'get', '--name', 'x', '--mode', 'raw'], { env: env() })
    const [said, code] = finished.stdout.split('\n')
    expect(said).toBe('Saved to clipboard')
    expect(pasted()).toBe(code)
  })

  it('b69 follows `watch -c` from code to code', async () => {
    await home.run(['add', 'quick', '--secret', '-', '--period', '2'], { input: secret })
    const terminal = openTerminal(home)
    await expect.poll(() => terminal.screen(), patience).toMatch(/[$#]/)
    terminal.type(`DISPLAY=${display.name} watchword watch quick -c; echo "code $?"`, 'Enter')
    const seen = new Set<string>()
    const shownAndPasted = () => {
      const code = pasted()
      if (code !== '' && terminal.screen().includes(code)) seen.add(code)
      return seen.size
    }
    await expect.poll(shownAndPasted, patience).toBeGreaterThan(2)
    terminal.press('C-c')
    await expect.poll(() => terminal.screen(), patience).toMatch(/code 130/)
    await expect.poll(pasted, patience).toBe('')
    terminal.close()
  })

  it('does not keep a code whose terminal was closed, and the code stands in no argument', async () => {
    const terminal = openTerminal(home)
    await expect.poll(() => terminal.screen(), patience).toMatch(/[$#]/)
    terminal.type(`DISPLAY=${display.name} watchword get x --at 59 -c`, 'Enter')
    await expect.poll(pasted, patience).toBe('287082')
    await expect.poll(waiting, patience).toHaveLength(1)
    expect(waiting().join()).not.toContain('287082')
    terminal.close()
    expect(waiting()).toHaveLength(1)
    await expect.poll(pasted, patience).toBe('')
    await expect.poll(waiting, patience).toEqual([])
  })
})

/** A file's text, or another where it cannot be read: a process may end at any moment. */
function readOr(otherwise: string, path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return otherwise
  }
}
