import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { ProxyConfigOptions } from '../../../src/server/gate/proxy-config/options.ts'
import { type ConfigFile, type Proxy, printConfig } from '../../../src/server/gate/proxy-config/print.ts'
import { freePort } from '../free-port.ts'
import { findProgram } from '../programs.ts'

/** A real proxy on a loopback port. */
export interface RunningProxy {
  readonly port: number
  stop(): Promise<void>
}

/** What a proxy runs on: its files by name, and how it is called. */
interface Wrapped {
  readonly program: string
  readonly args: readonly string[]
  readonly files: Readonly<Record<string, string>>
}

export type TestedProxy = Extract<Proxy, 'nginx' | 'caddy' | 'haproxy' | 'apache'>

/** The program behind each proxy's name. */
export const programOf = { nginx: 'nginx', caddy: 'caddy', haproxy: 'haproxy', apache: 'apache2' } as const

const isRoot = process.getuid?.() === 0

/** What a test says of its proxy: where gate and app listen, and whatever else it needs. */
export interface ProxyPlace extends Partial<Omit<ProxyConfigOptions, 'app' | 'listen'>> {
  readonly gatePort?: number
  readonly appPort: number
  /** What somebody does to the printed text. */
  readonly change?: (text: string) => string
}

/** Starts a proxy with the configuration that `watchword gate print-config` prints, wrapped by what a test needs. */
export async function startPrintedProxy(proxy: TestedProxy, place: ProxyPlace): Promise<RunningProxy> {
  const port = await freePort()
  return start(port, (folder) => wrappers[proxy](folder, printedFiles(proxy, place, port), port))
}

/** Starts several printed sites in one proxy, at one port. */
export async function startPrintedSites(
  proxy: 'nginx' | 'apache',
  places: readonly ProxyPlace[],
  { before = '' }: { before?: string } = {},
): Promise<RunningProxy> {
  const port = await freePort()
  const files = places.flatMap((place) => printedFiles(proxy, place, port))
  const first = { path: '/before.conf', content: before.replaceAll('PORT', String(port)) }
  return start(port, (folder) => wrappers[proxy](folder, [first, ...files], port))
}

function printedFiles(
  proxy: Proxy,
  { gatePort, appPort, change = (text) => text, ...given }: ProxyPlace,
  port: number,
): readonly ConfigFile[] {
  return printConfig(proxy, {
    hosts: ['app.example.test'],
    gate: `127.0.0.1:${gatePort ?? 1}`,
    cookieName: 'watchword',
    ...given,
    app: `127.0.0.1:${appPort}`,
    listen: `127.0.0.1:${port}`,
  }).map(({ path, content }) => ({ path, content: change(content) }))
}

/** The site that is printed for nginx, to be changed by a test; `PORT` stands for its port. */
export function printedNginx(place: ProxyPlace): string {
  const [site] = printedFiles('nginx', place, 1)
  return (site?.content ?? '').replace('127.0.0.1:1;', '127.0.0.1:PORT;')
}

/** Starts nginx on a site of the test's own, where `PORT` stands for its port. */
export async function startNginx(site: string): Promise<RunningProxy> {
  const port = await freePort()
  const content = site.replaceAll('PORT', String(port))
  return start(port, (folder) => wrappers.nginx(folder, [{ path: 'site', content }], port))
}

/** Each file by its name, with the places it speaks of in the test's folder. */
function moved(folder: string, files: readonly ConfigFile[]): { name: string; content: string }[] {
  return files.map(({ path, content }) => ({
    name: basename(path),
    content: files.reduce((text, other) => text.replaceAll(other.path, join(folder, basename(other.path))), content),
  }))
}

function byName(files: readonly { name: string; content: string }[]): Record<string, string> {
  return Object.fromEntries(files.map(({ name, content }) => [name, content]))
}

type Wrap = (folder: string, printed: readonly ConfigFile[], port: number) => Wrapped

const wrappers: Record<TestedProxy, Wrap> = {
  nginx: (folder, printed) => ({
    program: 'nginx',
    args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'],
    files: { 'nginx.conf': nginxFrame(folder), 'site.conf': printed.map(({ content }) => content).join('\n') },
  }),
  caddy: (folder, [site]) => ({
    program: 'caddy',
    args: ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')],
    // Redirects of its own would need port 80.
    files: { Caddyfile: `{\n  admin off\n  auto_https disable_redirects\n}\n${site?.content ?? ''}` },
  }),
  haproxy: (folder, printed) => ({
    program: 'haproxy',
    args: ['-db', '-f', join(folder, 'haproxy.cfg')],
    files: byName(moved(folder, printed)),
  }),
  apache: (folder, printed, port) => {
    const files = moved(folder, printed)
    const sites = files.filter(({ name }) => !name.endsWith('.lua')).map(({ content }) => content)
    const frame = apacheFrame(folder, port, sites.join('').includes('SSLEngine'))
    return {
      program: 'apache2',
      args: ['-DFOREGROUND', '-f', join(folder, 'apache.conf')],
      files: { ...byName(files), 'apache.conf': frame + sites.join('\n') },
    }
  },
}

function nginxFrame(folder: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `${isRoot ? 'user root;\n' : ''}daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 1024; }
http {
  access_log off;
${kinds.map((kind) => `  ${kind}_temp_path ${folder}/${kind};`).join('\n')}
  include ${folder}/site.conf;
}
`
}

function apacheFrame(folder: string, port: number, isSecure: boolean): string {
  const modules = ['mpm_event', 'authz_core', 'proxy', 'proxy_http', 'lua', ...(isSecure ? ['ssl'] : [])]
  return `ServerRoot ${folder}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
Listen 127.0.0.1:${port}
ServerName localhost
PidFile ${folder}/apache.pid
DefaultRuntimeDir ${folder}
ErrorLog ${folder}/error.log
LogLevel error
${isRoot ? 'User www-data\nGroup www-data\n' : ''}`
}

async function start(port: number, wrap: (folder: string) => Wrapped): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-proxy-'))
  // Apache's workers give their rights up and still have to read here.
  chmodSync(folder, 0o755)
  const { program, args, files } = wrap(folder)
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const child = spawn(findProgram(program) ?? program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const stop = async () => {
    await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await listening(port, child)
  } catch {
    const log = join(folder, 'error.log')
    if (existsSync(log)) said += readFileSync(log, 'utf8')
    await stop()
    throw new Error(`${program} does not listen: ${said}`)
  }
  return { port, stop }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const forced = setTimeout(() => child.kill('SIGKILL'), 5000)
  await once(child, 'exit')
  clearTimeout(forced)
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  const endsAtMs = Date.now() + 60_000
  while (Date.now() < endsAtMs && child.exitCode === null) {
    if (await answers(port)) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('it does not listen')
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const finish = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}
