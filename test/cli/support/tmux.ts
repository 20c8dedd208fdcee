import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { AgentHome } from './agent-home.ts'

/** A real terminal with a person's keys. */
export interface Terminal {
  /** Types text, then presses a key such as `Enter` where one is named. */
  type(text: string, key?: string): void
  press(...keys: string[]): void
  /** What stands on the screen now. */
  screen(): string
  close(): void
}

/**
 * Opens a shell in a terminal of its own, in which `watchword` is this program.
 *
 * @param shell - its command line, without start-up files of the machine
 */
export function openTerminal(home: AgentHome, shell = 'sh'): Terminal {
  home.writeScript('watchword', `#!/bin/sh\nexec ${home.shellCommand} "$@"\n`)
  // A server that is told to end listens for a moment longer: the next terminal needs a socket of its own.
  const socket = join(home.path, `tmux-${randomBytes(3).toString('hex')}`)
  const env = { ...home.env, PS1: '$ ', LC_ALL: 'C.UTF-8' }
  const tmux = (...args: string[]) =>
    execFileSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], { env }).toString()
  tmux('new-session', '-d', '-x', '120', '-y', '30', shell)
  tmux('set-option', '-s', 'set-clipboard', 'on')
  return {
    type(text, key) {
      tmux('send-keys', '-l', text)
      if (key !== undefined) tmux('send-keys', key)
    },
    press: (...keys) => void tmux('send-keys', ...keys),
    screen: () => tmux('capture-pane', '-p', '-J'),
    close: () => void tmux('kill-server'),
  }
}
