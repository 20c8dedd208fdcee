import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// The sources, or what was built of them: WATCHWORD_PROGRAM=dist/watchword.js tries what ships.
const program = resolve(
  process.env['WATCHWORD_PROGRAM'] ?? fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url)),
)
const pinnedNode = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url))

/** What a finished program left behind. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** How the program is called, besides its arguments. */
export interface CallOptions {
  readonly input?: string | Buffer
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Runs the program under another one, such as strace. */
  readonly under?: readonly string[]
}

/** A person's computer: a home folder of its own, gpg keys of its own, and the program to call. */
export interface AgentHome {
  readonly path: string
  readonly gnupgHome: string
  /** The store's folder. */
  readonly data: string
  readonly store: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly command: readonly string[]
  /** The same as a shell takes it, wherever the project lies. */
  readonly shellCommand: string
  call(args: readonly string[], options?: CallOptions): Promise<Finished>
  /** Calls and expects success; answers standard output. */
  run(args: readonly string[], options?: CallOptions): Promise<string>
  addKey(userId: string, passphrase?: string): string
  /** Revokes a key with the certificate that gpg made along with it. */
  revokeKey(userId: string): void
  /** Gives gpg's agent other settings. */
  writeAgentConfig(text: string): void
  /** What gpg alone makes of the store. */
  decrypted(): string
  /** Runs gpg on this home's keys. */
  gpg(...args: string[]): string
  writeScript(name: string, text: string): string
  remove(): void
}

/** Makes a home; with a key without passphrase unless told otherwise. */
export function makeAgentHome({ key = true }: { key?: boolean } = {}): AgentHome {
  // Short: the sockets of gpg's agent lie in here, and their paths are limited to about a hundred characters.
  const path = mkdtempSync(join(tmpdir(), 'ww-'))
  const gnupgHome = join(path, 'g')
  mkdirSync(gnupgHome, { mode: 0o700 })
  const data = join(path, '.local', 'share', 'watchword')
  const env = {
    PATH: `${join(path, 'bin')}:${process.env['PATH']}`,
    HOME: path,
    GNUPGHOME: gnupgHome,
    TERM: 'xterm',
    // Each home is new, and would otherwise make the program compile itself anew.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  }
  const gpg = (...args: string[]) =>
    // Its words are part of the error that a failure throws.
    execFileSync('gpg', ['--batch', '--quiet', ...args], { env, stdio: 'pipe' }).toString()
  const command = [pinnedNode, program]
  const home: AgentHome = {
    path,
    gnupgHome,
    data,
    store: join(data, 'accounts.gpg'),
    env,
    command,
    shellCommand: command.map((word) => `'${word}'`).join(' '),
    gpg,
    call: (args, options = {}) =>
      callProgram([...(options.under ?? []), ...command, ...args], { ...env, ...options.env }, options.input),
    async run(args, options) {
      const finished = await home.call(args, options)
      if (finished.code !== 0) throw new Error(`${args.join(' ')} ended with ${finished.code}: ${finished.stderr}`)
      return finished.stdout
    },
    addKey(userId, passphrase = '') {
      awaitAgent(gnupgHome, env)
      const loopback = ['--pinentry-mode', 'loopback', '--passphrase', passphrase]
      gpg(...loopback, '--quick-generate-key', userId, 'ed25519', 'cert', 'never')
      const fingerprint = fingerprintOf(gpg('--with-colons', '--list-keys', `=${userId}`))
      gpg(...loopback, '--quick-add-key', fingerprint, 'cv25519', 'encr', 'never')
      return fingerprint
    },
    revokeKey(userId) {
      const fingerprint = fingerprintOf(gpg('--with-colons', '--list-keys', `=${userId}`))
      const certificate = readFileSync(join(gnupgHome, 'openpgp-revocs.d', `${fingerprint}.rev`), 'utf8')
      const file = join(path, 'revocation.asc')
      // A colon before the dashes keeps it from being imported by mistake.
      writeFileSync(file, certificate.replace(/^:---/m, '---'))
      gpg('--import', file)
    },
    writeAgentConfig(text) {
      writeFileSync(join(gnupgHome, 'gpg-agent.conf'), text)
      execFileSync('gpgconf', ['--homedir', gnupgHome, '--kill', 'gpg-agent'], { env, stdio: 'ignore' })
    },
    decrypted: () => gpg('--decrypt', home.store),
    writeScript(name, text) {
      mkdirSync(join(path, 'bin'), { recursive: true })
      const file = join(path, 'bin', name)
      writeFileSync(file, text)
      chmodSync(file, 0o755)
      return file
    },
    remove() {
      execFileSync('gpgconf', ['--homedir', gnupgHome, '--kill', 'all'], { env, stdio: 'ignore' })
      rmSync(path, { recursive: true, force: true })
    },
  }
  if (key) home.addKey('me@local')
  return home
}

/** Starts gpg's agent. gpg alone gives up when a busy machine takes more than five seconds for that. */
function awaitAgent(gnupgHome: string, env: AgentHome['env']): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      execFileSync('gpgconf', ['--homedir', gnupgHome, '--launch', 'gpg-agent'], { env, stdio: 'pipe' })
      return
    } catch (error) {
      if (attempt === 10) throw error
    }
  }
}

function fingerprintOf(listing: string): string {
  return (
    listing
      .split('\n')
      .find((line) => line.startsWith('fpr:'))
      ?.split(':')[9] ?? ''
  )
}

async function callProgram(
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  input: string | Buffer | undefined,
): Promise<Finished> {
  // A session of its own: without a controlling terminal the program cannot ask, wherever the tests run.
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  return { code, ...output }
}
