import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomBytes, randomUUID } from 'node:crypto'
import { hashTokenText } from '../src/crypto/token.ts'
import { keyBytes } from '../src/server/access/token-key.ts'
import { printConfig } from '../src/server/gate/proxy-config/print.ts'
import { type Child, root, startChild, startServerChild } from './child.ts'
import { request, sendLoad } from './load.ts'
import { emptyServerMb } from './process.ts'
import { atLeast, atLeastAbsolute, atMost, type Measurement, median, type Row } from './row.ts'
import { withRooms } from './seed.ts'
import { wrk, type WrkLoad } from './wrk.ts'

const host = 'app.example.test'
const rowsAtOnce = 500
/** After a burst Node.js gives memory back within some seconds. */
const settleMs = 15_000
const variables = { WATCHWORD_GATE_COOKIE_SECURE: 'false', WATCHWORD_TRUSTED_PROXIES: '127.0.0.1' }

/** What nginx sends with a check. */
const visit = (token: string) => ({
  host,
  'x-original-url': `http://${host}/app/page?x=1`,
  'x-original-method': 'GET',
  'x-forwarded-for': '192.0.2.1',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
  accept: 'text/html',
  cookie: `theme=dark; watchword=${token}`,
})

/** The path a check takes, straight and behind nginx, in peace and during a storm of logins. */
export const gateMeasurement: Measurement = {
  name: 'gate',
  measure: () =>
    withGate(1, async (server, [token = '']) => [
      await beside(server, token),
      ...(await behindNginx(server, token)),
      await duringStorm(server, token),
    ]),
}

/** Memory with a hundred thousand sessions that were all used. */
export const gateMemoryMeasurement: Measurement = {
  name: 'many sessions',
  scale: true,
  measure: () =>
    withGate(100_000, async (server, tokens) => {
      const requests = tokens.map((token) => request('GET', '/check/nginx', visit(token)))
      const load = { port: server.port, requests, connections: 64, seconds: 60, repeat: false }
      const { answers, statuses } = await sendLoad(load)
      // Those under way when the last was sent are not counted.
      if ((statuses['200'] ?? 0) < tokens.length - load.connections)
        throw new Error(`${answers} answers: ${JSON.stringify(statuses)}`)
      // Reading them all leaves garbage behind; what counts is what holding them takes.
      await new Promise((resolve) => setTimeout(resolve, settleMs))
      await sendLoad({ ...load, seconds: 1, repeat: true })
      const node = { yardstick: 'an empty node:http server', yardstickValue: await emptyServerMb() }
      return [atMost('memory, 100,000 gate sessions', { value: server.memoryMb(), unit: 'MB', ...node }, 160)]
    }),
}

async function beside(server: Child, token: string): Promise<Row> {
  const bare = await startChild([join(root, 'bench', 'bare-server.ts')])
  const load = (port: number): WrkLoad => ({ port, path: '/check/nginx', headers: visit(token) })
  try {
    await wrk({ ...load(server.port), seconds: 2 })
    await wrk({ ...load(bare.port), seconds: 2 })
    // In turns, so that whatever else the machine does falls on both, and the median, so that one bad second does not count.
    const ours: number[] = []
    const yardstick: number[] = []
    for (let round = 0; round < 9; round += 1) {
      ours.push((await passing({ ...load(server.port), seconds: 1 })).perSecond)
      yardstick.push((await wrk({ ...load(bare.port), seconds: 1 })).perSecond)
    }
    const figures = {
      value: median(ours),
      unit: 'checks/s',
      yardstick: 'bare node:http answering 200',
      yardstickValue: median(yardstick),
    }
    return atLeast('gate check, valid cookie', figures, 0.8)
  } finally {
    await bare.stop()
  }
}

async function behindNginx(server: Child, token: string): Promise<Row[]> {
  const nginx = await startNginx(server.port)
  try {
    const headers = { host: `${host}:${nginx.port}`, cookie: visit(token).cookie }
    await wrk({ port: nginx.port, path: '/', headers, seconds: 1 })
    const open = await wrk({ port: nginx.port, path: '/open', headers })
    const ours = await passing({ port: nginx.port, path: '/', headers })
    const yardstick = { yardstick: 'the same page unguarded', yardstickValue: open.perSecond }
    const latency = { yardstick: 'the same page unguarded', yardstickValue: open.p99Ms }
    return [
      atLeastAbsolute('gate behind nginx', { value: ours.perSecond, unit: 'requests/s', ...yardstick }, 50_000),
      atMost('gate behind nginx, p99', { value: ours.p99Ms, unit: 'ms', ...latency }, 5),
    ]
  } finally {
    await nginx.stop()
  }
}

async function duringStorm(server: Child, token: string): Promise<Row> {
  const load = { port: server.port, path: '/check/nginx', headers: visit(token), connections: 8 }
  const calm = await passing({ ...load, seconds: 2 })
  // Each from an address of its own and for another name, so that no limit spares the server the hashing.
  const logins = Array.from({ length: 2000 }, (_, index) =>
    request('POST', '/v1/login', stormHeaders(index), loginBody(index)),
  )
  const storm = sendLoad({ port: server.port, requests: logins, connections: 24, seconds: 5, repeat: true })
  const ours = await passing({ ...load, seconds: 4 })
  const { answers, statuses } = await storm
  if ((statuses['401'] ?? 0) < answers * 0.9) throw new Error(`there was no storm: ${JSON.stringify(statuses)}`)
  return atMost(
    'gate check during a login storm, p99',
    { value: ours.p99Ms, unit: 'ms', yardstick: 'the same in peace', yardstickValue: calm.p99Ms },
    15,
  )
}

const stormHeaders = (index: number) => ({
  origin: 'http://127.0.0.1',
  'x-forwarded-for': `198.51.${100 + Math.floor(index / 200)}.${index % 200}`,
})
const loginBody = (index: number) =>
  JSON.stringify({ username: `nobody-${index}`, passphrase: 'a wrong passphrase', code: '000000' })

// A figure of refusals would be a figure of something else.
async function passing(load: WrkLoad) {
  const result = await wrk(load)
  if (result.failures > 0) throw new Error(`${result.failures} requests did not pass`)
  return result
}

async function withGate<T>(sessions: number, work: (server: Child, tokens: string[]) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-bench-'))
  try {
    const store = { ...variables, WATCHWORD_DATA_DIR: folder }
    const tokens = await seedSessions(store, sessions)
    const server = await startServerChild(store)
    try {
      return await work(server, tokens)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// Straight into the tables: a hundred thousand logins would be a benchmark of Argon2id.
function seedSessions(store: Readonly<Record<string, string>>, count: number): Promise<string[]> {
  return withRooms(store, async ({ core }) => {
    const nowMs = Date.now()
    const personId = randomUUID()
    const tokens = Array.from({ length: count }, () => randomBytes(32).toString('base64url'))
    await core.storage.transaction((tx) =>
      tx
        .insertInto('person')
        .values({
          id: personId,
          username: 'bench',
          username_key: 'bench',
          display_name: 'Bench',
          email: 'bench@example.test',
          source: 'local',
          oidc_issuer: null,
          oidc_subject: null,
          role: 'member',
          disabled: 0,
          passphrase_hash: null,
          legacy_passphrase: null,
          preferences: '{}',
          last_seen_at_ms: null,
          created_at_ms: nowMs,
          updated_at_ms: nowMs,
        })
        .execute(),
    )
    for (let first = 0; first < count; first += rowsAtOnce) {
      const rows = tokens.slice(first, first + rowsAtOnce).map((token) => ({
        id: randomUUID(),
        kind: 'gate' as const,
        token_hash: keyBytes(hashTokenText(token)),
        person_id: personId,
        factors: 'two' as const,
        authenticated_at_ms: nowMs,
        created_at_ms: nowMs,
        last_seen_at_ms: nowMs,
        expires_at_ms: nowMs + 86_400_000,
        idle_ms: 86_400_000,
        address: '192.0.2.1',
        user_agent: 'bench',
        oidc_session: null,
        data: '{}',
      }))
      await core.storage.transaction((tx) => tx.insertInto('session').values(rows).execute())
    }
    return tokens
  })
}

// The printed configuration, its app replaced by a page of nginx's own: what is measured is the gate.
async function startNginx(gatePort: number): Promise<{ port: number; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-nginx-'))
  const port = await freePort()
  writeFileSync(join(folder, 'page'), 'the app')
  const [site] = printConfig('nginx', {
    hosts: [host],
    gate: `127.0.0.1:${gatePort}`,
    app: '127.0.0.1:9',
    listen: `127.0.0.1:${port}`,
    cookieName: 'watchword',
  })
  const page = `root ${folder}; try_files /page =404;`
  const content = (site?.content ?? '')
    .replace('    proxy_pass http://127.0.0.1:9;', `    ${page}`)
    .replace('  location / {', `  location /open { ${page} }\n  location / {`)
  writeFileSync(join(folder, 'site.conf'), content)
  const frame = `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; worker_processes 1; pid ${folder}/pid;
error_log stderr crit; events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s; include ${folder}/site.conf; }`
  writeFileSync(join(folder, 'nginx.conf'), frame)
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr'], { stdio: 'inherit' })
  for (let tries = 0; tries < 100 && !(await answers(port)); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
  return {
    port,
    stop: async () => {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}/open`)
    return true
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
