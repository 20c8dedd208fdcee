import type { CommandContext, StricliProcess } from '@stricli/core'
import { closeSync, openSync } from 'node:fs'
import { exitCodes } from './exit-codes.ts'
import { hasCode, type OutputStream, outputStream } from './output-stream.ts'
import { shown } from './agent/shown.ts'
import type { Question } from './terminal.ts'

/** The name every message on standard error begins with. */
export const programName = 'watchword'

/**
 * What a command may touch of the world around it. A command is a function whose `this` is this context.
 *
 * Results go out through `print` and `printJson`, everything else through `say`; questions through `ask`,
 * which talks to the terminal itself. A command tells its exit code by throwing a Failure (exit-codes.ts).
 */
export interface CliContext extends CommandContext {
  readonly process: StricliProcess
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /** The present moment in Unix milliseconds. */
  now(): number
  /** Writes one line of result to standard output; what could talk to the terminal is written out. */
  print(line: string): void
  /** Writes a result as one line of JSON to standard output. */
  printJson(value: unknown): void
  /** Writes one line for people to standard error, after the program's name. */
  say(line: string): void
  /** Writes one line of JSON to standard error: a failure, where JSON was asked for. */
  sayJson(value: unknown): void
  /** Asks on the terminal; see {@link Question}. */
  ask(question: Question): Promise<string>
  /** Whether a person can be asked: there is a terminal and standard error is shown on one. */
  canAsk(): boolean
  /** Reads the whole of standard input as bytes. */
  readStdin(): Promise<Buffer>
  /** Ends the process with this code once the command has finished. */
  setExitCode(code: number): void
}

/** The context of a real process. */
export function createContext(host: NodeJS.Process): CliContext {
  const stdout = outputStream(1, (cause) => {
    // `watchword list | head -1` is no failure.
    if (hasCode(cause, 'EPIPE')) host.exit(exitCodes.ok)
    throw cause
  })
  // What was done is done, though nobody could be told.
  const stderr = outputStream(2, () => {})
  const write = (line: string) => stdout.write(`${line}\n`)
  return {
    process: { stdout, stderr, env: host.env },
    env: host.env,
    stdout,
    stderr,
    now: () => Date.now(),
    print: (line) => write(shown(line)),
    printJson: (value) => write(JSON.stringify(value)),
    say: (line) => stderr.write(`${programName}: ${shown(line)}\n`),
    sayJson: (value) => stderr.write(`${JSON.stringify(value)}\n`),
    ask: async (question) => (await import('./terminal.ts')).ask(question),
    canAsk: () => stderr.isTerminal && hasTerminal(),
    readStdin: () => readAll(host.stdin),
    setExitCode: (code) => {
      host.exitCode = code
    },
  }
}

/** Whether there is a terminal to ask on, wherever the standard streams go. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r+'))
    return true
  } catch {
    return false
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return Buffer.concat(chunks)
}
