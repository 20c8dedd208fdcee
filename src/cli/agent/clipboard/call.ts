import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Environment } from '../paths.ts'
import type { CommandLine } from './programs.ts'

/**
 * Calls a clipboard program with text on its standard input.
 *
 * @returns whether it could be started and ended well
 */
export async function give([program, ...args]: CommandLine, input: string, env: Environment): Promise<boolean> {
  // Output is not piped: xclip and wl-copy stay behind to serve the clipboard and would keep a pipe open.
  const child = spawn(program, args, { env: { ...env }, stdio: ['pipe', 'ignore', 'ignore'] })
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return ended
}

/** What a clipboard program prints, or null when it fails, as on an empty clipboard. */
export async function take([program, ...args]: CommandLine, env: Environment): Promise<string | null> {
  const child = spawn(program, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false))
    child.on('close', (code) => resolve(code === 0))
  })
  const output = await text(child.stdout).catch(() => '')
  return (await ended) ? output : null
}
