import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { Failure } from '../../../errors/failure.ts'

/** Which gpg to call and whose keys it uses. */
export interface Gpg {
  readonly program: string
  /** The key folder; gpg's own default when absent. */
  readonly home?: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** gpg's agent must not ask anybody: what needs a passphrase fails. */
  readonly asksNothing?: boolean
}

/** What one call of gpg answered. Status lines come without their `[GNUPG:] ` prefix. */
export interface GpgAnswer {
  readonly exitCode: number
  readonly output: Buffer
  readonly status: readonly string[]
  readonly messages: string
}

/** What a call is given on its pipes; nothing secret ever stands in its arguments or environment. */
export interface GpgInput {
  readonly data?: Uint8Array
  /** Answers gpg's question for a passphrase; without it the agent asks through its own pinentry. */
  readonly passphrase?: string
}

const statusDescriptor = 3
const passphraseDescriptor = 4

/**
 * Calls gpg once, in the C locale, never through a shell.
 *
 * The exit code alone tells nothing: a store cut inside its first packets decrypts to nothing with exit code 0.
 * Callers judge by the status lines.
 *
 * @throws {@link Failure} `agent_gpg_missing` when the program cannot be started, `agent_gpg_unusable` when it dies or
 *   does not know our options
 */
export async function runGpg(gpg: Gpg, args: readonly string[], input: GpgInput = {}): Promise<GpgAnswer> {
  const asking = askingArguments(gpg, input.passphrase)
  const child = spawn(
    gpg.program,
    ['--batch', '--no-tty', '--status-fd', String(statusDescriptor), ...asking, ...args],
    { env: childEnvironment(gpg), stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] },
  )
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', (cause) => reject(new Failure('agent_gpg_missing', { cause })))
    child.on('close', (code, signal) =>
      code === null ? reject(unusableGpg(gpg, `it was ended by ${signal}`)) : resolve(code),
    )
  })
  feed(child.stdin, input.data)
  feed(child.stdio[passphraseDescriptor] as Writable, input.passphrase && Buffer.from(`${input.passphrase}\n`))
  const [exitCode, output, status, messages] = await Promise.all([
    ended,
    drain(child.stdout),
    drain(child.stdio[statusDescriptor] as Readable),
    drain(child.stderr),
  ])
  const answer = { exitCode, output, status: statusLines(status), messages: messages.toString() }
  if (/invalid option/.test(lastMessage(answer))) throw unusableGpg(gpg, lastMessage(answer))
  return answer
}

/** A gpg that dies, knows too little, or says nothing we could judge by. */
export function unusableGpg({ program }: Gpg, reason: string): Failure {
  return new Failure('agent_gpg_unusable', { detail: { program, reason } })
}

/** gpg's last word on standard error, without its name and full stop; its exit code where it said nothing. */
export function lastMessage({ messages, exitCode }: Pick<GpgAnswer, 'messages' | 'exitCode'>): string {
  const last = messages.trim().split('\n').at(-1) ?? ''
  return last === '' ? `exit code ${exitCode}` : last.replace(/^gpg: /, '').replace(/\.+$/, '')
}

function askingArguments({ asksNothing }: Gpg, passphrase: string | undefined): string[] {
  if (passphrase !== undefined) return ['--pinentry-mode', 'loopback', '--passphrase-fd', String(passphraseDescriptor)]
  return asksNothing === true ? ['--pinentry-mode', 'error'] : []
}

/** Calls gpg-connect-agent with commands for the running agent; its answer's text, or null when there is no agent. */
export async function askGpgAgent(gpg: Gpg, commands: readonly string[]): Promise<string | null> {
  const child = spawn('gpg-connect-agent', ['--no-autostart', ...commands, '/bye'], {
    env: childEnvironment(gpg),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<number>((resolve) => {
    child.on('error', () => resolve(1))
    child.on('close', (code) => resolve(code ?? 1))
  })
  const answer = await drain(child.stdout)
  return (await ended) === 0 ? answer.toString() : null
}

function childEnvironment(gpg: Gpg): Record<string, string | undefined> {
  const terminal = gpg.env['GPG_TTY'] ?? controllingTerminal()
  return {
    ...gpg.env,
    LC_ALL: 'C',
    ...(gpg.home === undefined ? {} : { GNUPGHOME: gpg.home }),
    ...(terminal === undefined ? {} : { GPG_TTY: terminal }),
  }
}

/** The name of this process's terminal, which the agent's pinentry needs: `/dev/tty` would be the agent's own. */
function controllingTerminal(): string | undefined {
  try {
    // proc(5): the seventh field, after the parenthesised program name, is the device number of the terminal.
    const fields = readFileSync('/proc/self/stat', 'latin1')
      .replace(/^.*\) /, '')
      .split(' ')
    const device = Number(fields[4])
    const major = (device >> 8) & 0xfff
    const minor = (device & 0xff) | ((device >> 12) & 0xfff00)
    return major >= 136 && major <= 143 ? `/dev/pts/${(major - 136) * 256 + minor}` : undefined
  } catch {
    return undefined
  }
}

function feed(pipe: Writable | null, data: Uint8Array | '' | undefined): void {
  // gpg may close a pipe before it has read all of it; what that means stands in its status lines.
  pipe?.on('error', () => {})
  pipe?.end(data)
}

async function drain(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer)
  } catch {
    return Buffer.alloc(0)
  }
  return Buffer.concat(chunks)
}

function statusLines(bytes: Buffer): string[] {
  return bytes
    .toString()
    .split('\n')
    .filter((line) => line.startsWith('[GNUPG:] '))
    .map((line) => line.slice('[GNUPG:] '.length))
}
