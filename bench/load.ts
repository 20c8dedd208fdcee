import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/** What to send, how hard, how long. `requests` are whole HTTP/1.1 requests, sent in turn and each once unless `repeat`. */
export interface Load {
  readonly port: number
  readonly requests: readonly Uint8Array[]
  readonly connections: number
  readonly durationMs: number
  readonly repeat: boolean
}

/** What came back: answers per second, and how long they took in milliseconds. */
export interface LoadResult {
  readonly answers: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly statuses: Readonly<Record<string, number>>
  /** How often the first 40 bytes after the head were each of these, for counting verdicts. */
  readonly bodies: Readonly<Record<string, number>>
}

/** Sends a load from a thread of its own, over kept-alive connections with one request in flight each. */
export function sendLoad(load: Load): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: load })
    worker.once('message', resolve)
    worker.once('error', reject)
  })
}

/** One HTTP/1.1 request as bytes. */
export function request(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Uint8Array {
  const lines = Object.entries({
    host: '127.0.0.1',
    ...headers,
    ...(body === '' ? {} : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
  })
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  )
}

if (!isMainThread) parentPort?.postMessage(await run(workerData as Load))

async function run(load: Load): Promise<LoadResult> {
  const latencies: number[] = []
  const statuses: Record<string, number> = {}
  const bodies: Record<string, number> = {}
  const startedAt = performance.now()
  const endsAt = startedAt + load.durationMs
  let next = 0

  const drive = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      let sentAt = 0
      let buffered = ''
      const send = () => {
        const index = next++
        const bytes = load.requests[load.repeat ? index % load.requests.length : index]
        if (bytes === undefined || performance.now() >= endsAt) {
          socket.destroy()
          resolve()
          return
        }
        sentAt = performance.now()
        socket.write(bytes)
      }
      socket.on('data', (chunk) => {
        buffered += chunk.toString('latin1')
        const end = buffered.indexOf('\r\n\r\n')
        if (end < 0) return
        const length = Number(/content-length: (\d+)/i.exec(buffered.slice(0, end))?.[1] ?? 0)
        if (buffered.length < end + 4 + length) return
        latencies.push(performance.now() - sentAt)
        count(statuses, buffered.slice(9, 12))
        count(bodies, buffered.slice(end + 4, end + 20))
        buffered = ''
        send()
      })
      socket.on('error', reject)
      socket.on('connect', send)
    })

  await Promise.all(
    Array.from({ length: load.connections }, () =>
      drive(connect({ port: load.port, host: '127.0.0.1', noDelay: true })),
    ),
  )
  const elapsedMs = performance.now() - startedAt
  latencies.sort((a, b) => a - b)
  return {
    answers: latencies.length,
    perSecond: (latencies.length * 1000) / elapsedMs,
    p50Ms: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99Ms: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    statuses,
    bodies,
  }
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1
}
