import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const project = resolve(import.meta.dirname, '../..')
const program = join(project, 'src/cli/main.ts')

export type Variables = Readonly<Record<string, string>>

/** The passphrase of the administrator `ada` in every test store. */
export const passphrase = 'seven quiet sentries walk'

/** What `watchword init --json` prints. */
export interface Initialised {
  readonly rootToken: string
  readonly admin: { readonly otpauthUri: string; readonly recoveryCodes: readonly string[] }
}

/** A server of ours in a process of its own. */
export interface TestServer {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** What it wrote to standard error so far; its last lines may come after what they tell of. */
  log(): string
  /** Lets it drain and waits for its end. */
  stop(): Promise<void>
  /** Ends it as a power cut would. */
  kill(): Promise<void>
}

/** A data directory that goes away with {@link TestStore.remove}. */
export interface TestStore {
  readonly folder: string
  readonly variables: Variables
  remove(): void
}

/** An empty store on SQLite, or on the PostgreSQL database named. */
export function createStore(databaseUrl?: string): TestStore {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-store-'))
  const variables = {
    WATCHWORD_DATA_DIR: folder,
    ...(databaseUrl === undefined ? {} : { WATCHWORD_DATABASE_URL: databaseUrl }),
  }
  return { folder, variables, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Runs one command of ours to its end. */
export function runCommand(
  args: readonly string[],
  variables: Variables,
  input = '',
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [program, ...args], {
    cwd: project,
    env: cleanEnvironment(variables),
    input,
    encoding: 'utf8',
  })
}

/** Starts one command of ours without waiting for its end. */
export function startCommand(args: readonly string[], variables: Variables): ChildProcess {
  return spawn(process.execPath, [program, ...args], {
    cwd: project,
    env: cleanEnvironment(variables),
    stdio: 'ignore',
  })
}

/** Makes a store ready: the administrator `ada` and the root token. */
export function initialise(store: TestStore): Initialised {
  const file = join(store.folder, 'passphrase')
  writeFileSync(file, passphrase)
  const { status, stdout, stderr } = runCommand(
    ['init', '--admin', 'ada', '--passphrase-file', file, '--json'],
    store.variables,
  )
  rmSync(file)
  if (status !== 0) throw new Error(`init failed: ${stderr}`)
  return JSON.parse(stdout) as Initialised
}

/** Starts a server at a port of the system's choice. */
export function startTestServer(variables: Variables, args: readonly string[] = []): Promise<TestServer> {
  return startServer(variables, ['--port', '0', ...args])
}

/** Starts a server that listens where its variables and arguments say. */
export async function startServer(variables: Variables, args: readonly string[] = []): Promise<TestServer> {
  const child = spawn(process.execPath, [program, 'serve', ...args], {
    cwd: project,
    env: cleanEnvironment({ WATCHWORD_LOG_LEVEL: 'info', ...variables }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  // Its last lines may come after its end.
  const closed = once(child, 'close')
  const url = await addressOf(child, async () => {
    await closed
    return log
  })
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal)
    await closed
  }
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    log: () => log,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

async function addressOf(child: ChildProcess, wholeLog: () => Promise<string>): Promise<string> {
  if (child.stdout === null) throw new Error('no output to read')
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /https?:\/\/\S+/.exec(line)?.[0]
    if (url !== undefined && line.startsWith('Watchword serves')) {
      child.stdout.resume()
      return url
    }
  }
  throw new Error(`the server ended before it listened: ${await wholeLog()}`)
}

/** The environment of a program under test: nothing of the machine's own settings may reach it. */
export function cleanEnvironment(variables: Variables): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(WATCHWORD_|POSTGRES_|OIDC_|TOTPSHARE_|COOKIE|AWS_)/.test(name),
  )
  return { ...Object.fromEntries(kept), ...variables }
}

/** What a caller is answered. */
export interface CallAnswer {
  readonly status: number
  readonly body: Answered
  readonly text: string
  readonly bytes: Buffer
  readonly headers: Headers
}

/** Calls a server's native API as somebody. */
export type Call = (method: string, path: string, body?: unknown) => Promise<CallAnswer>

/** A caller of a server's native API with a token. */
export function caller(server: Pick<TestServer, 'url'>, token: string): Call {
  return callerWith(server, { authorization: `Bearer ${token}` })
}

/** A caller whom these headers name. */
export function callerWith(server: Pick<TestServer, 'url'>, own: Readonly<Record<string, string>>): Call {
  return async (method, path, body) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { ...own, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    const text = bytes.toString()
    return { status: response.status, body: parsed(text), text, bytes, headers: response.headers }
  }
}

/** A JSON answer whose members a test looks at by name. */
export type Answered = Readonly<Record<string, unknown>>

function parsed(text: string): Answered {
  try {
    return JSON.parse(text) as Answered
  } catch {
    return {}
  }
}
