import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { Failure } from '../../../errors/failure.ts'
import type { Settings } from '../settings.ts'

/** The attributes under which the desktop's keyring files the passphrase. */
const attributes = ['service', 'watchword', 'account', 'store']

/**
 * The store's passphrase from the desktop's keyring (Secret Service or the macOS keychain).
 *
 * @returns null when there is no keyring or nothing in it: a keyring is never required
 */
export async function keyringPassphrase({ gpg: { env } }: Settings): Promise<string | null> {
  const [program, ...args] =
    process.platform === 'darwin'
      ? ['security', 'find-generic-password', '-s', 'watchword', '-a', 'store', '-w']
      : ['secret-tool', 'lookup', ...attributes]
  const answer = await call(program ?? '', args, env)
  return answer === null || answer === '' ? null : answer.replace(/\n$/, '')
}

/**
 * Keeps the passphrase in the desktop's keyring; the passphrase goes through a pipe.
 *
 * @throws {@link Failure} `agent_keyring_missing` where no keyring answers
 */
export async function keepInKeyring({ gpg: { env } }: Settings, passphrase: string): Promise<void> {
  if (process.platform === 'darwin') throw new Failure('agent_keyring_missing', { detail: { command: macCommand } })
  const stored = await call('secret-tool', ['store', '--label', 'Watchword store', ...attributes], env, passphrase)
  if (stored === null) throw new Failure('agent_keyring_missing', { detail: { command: 'secret-tool store' } })
}

// macOS takes the password of a new item only from its own prompt or the command line, and there everyone could see it.
const macCommand = 'security add-generic-password -s watchword -a store -w'

async function call(program: string, args: string[], env: Settings['gpg']['env'], input = ''): Promise<string | null> {
  const child = spawn(program, args, { env: { ...env }, stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false))
    child.on('close', (code) => resolve(code === 0))
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const output = await text(child.stdout).catch(() => '')
  return (await ended) ? output : null
}
