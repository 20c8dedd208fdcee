import { spawn } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { Failure } from '../../../errors/failure.ts'
import type { Environment } from '../paths.ts'
import { give } from './call.ts'
import type { ClearingOrder } from './clear-later.ts'
import { clipboardsOf, isRemoteSession } from './programs.ts'

/** How a code is to be copied. */
export interface CopyOptions {
  readonly env: Environment
  /** Through the terminal, whatever the desktop. */
  readonly overTerminal: boolean
  /** When the clipboard is emptied again, if it still holds the code; null leaves that to the caller. */
  readonly afterSeconds: number | null
}

/**
 * Copies a code.
 *
 * @returns a sentence that says where the code went and when it goes away
 * @throws {@link Failure} `agent_clipboard_missing` or `agent_clipboard_terminal` where nothing can take it
 */
export async function copyCode(code: string, { env, overTerminal, afterSeconds }: CopyOptions): Promise<string> {
  if (overTerminal || isRemoteSession(env)) {
    copyOverTerminal(code)
    return 'Copied through the terminal. It stays there until something else is copied.'
  }
  for (const clipboard of clipboardsOf(env, process.platform)) {
    if (!(await give(clipboard.copy, code, env))) continue
    if (afterSeconds === null) return 'Copied.'
    clearInBackground({ clipboard, code, afterSeconds })
    return `Copied. The clipboard is cleared in ${afterSeconds} s.`
  }
  throw new Failure('agent_clipboard_missing')
}

/**
 * Hands a text to the terminal's own clipboard, which may be on another computer.
 *
 * @see xterm control sequences, "Operating System Commands", Ps = 52
 */
function copyOverTerminal(code: string): void {
  let device: number
  try {
    device = openSync('/dev/tty', 'w')
  } catch (cause) {
    throw new Failure('agent_clipboard_terminal', { cause })
  }
  writeSync(device, `\u001b]52;c;${Buffer.from(code).toString('base64')}\u0007`)
  closeSync(device)
}

/** Leaves a process behind that outlives this one and its terminal. The code reaches it through a pipe only. */
function clearInBackground(order: ClearingOrder): void {
  const program = process.argv[1]
  if (program === undefined) return
  const child = spawn(process.execPath, [program, 'clear-clipboard'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  child.stdin.end(JSON.stringify(order))
  child.unref()
}
