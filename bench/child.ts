import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The project's folder. */
export const root = join(import.meta.dirname, '..')

/** A program of ours that listens, and how long it took until it did. */
export interface Child {
  readonly port: number
  readonly readyMs: number
  readonly pid: number
  /** Resident memory now, in MB. */
  memoryMb(): number
  stop(): Promise<void>
}

/** Starts a script of ours that prints an address once it listens. */
export function startChild(args: readonly string[]): Promise<Child> {
  return startProgram(process.execPath, args, {})
}

async function startProgram(
  program: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Child> {
  const startedAt = performance.now()
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...variables },
  })
  const port = await portOf(child)
  const pid = child.pid ?? 0
  return {
    port,
    pid,
    readyMs: performance.now() - startedAt,
    memoryMb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: async () => {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** Our built server on a data directory or database, at a port of the system's choice, started as its users start it. */
export function startServerChild(variables: Readonly<Record<string, string>>): Promise<Child> {
  return startProgram(join(root, 'bin', 'watchword'), ['serve', '--port', '0'], {
    WATCHWORD_LOG_LEVEL: 'error',
    ...variables,
  })
}

async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('no output to read')
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /https?:\/\/[^:]+:(\d+)/.exec(line)?.[1]
    if (port !== undefined) return Number(port)
  }
  throw new Error('the program ended before it listened')
}
