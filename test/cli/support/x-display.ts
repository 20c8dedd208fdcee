import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A desktop of its own that nobody sees. */
export interface XDisplay {
  /** What `DISPLAY` is to say. */
  readonly name: string
  close(): Promise<void>
}

/** Starts an X server without a screen; the system chooses its number. Whoever serves its clipboard ends with it. */
export async function openXDisplay(): Promise<XDisplay> {
  const server = spawn('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', '800x600x24'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await new Promise<string>((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', () => reject(new Error('Xvfb ended before it was ready')))
    createInterface({ input: server.stdio[3] as Readable }).once('line', resolve)
  })
  return { name: `:${number}`, close: () => end(server) }
}

function end(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    server.removeAllListeners('exit').once('exit', () => resolve())
    server.kill('SIGTERM')
  })
}
