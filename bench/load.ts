import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** What to send, how hard, how long. `requests` are whole HTTP/1.1 requests, sent in turn and each once unless `repeat`. */
export interface Load {
  readonly port: number
  readonly requests: readonly Uint8Array[]
  readonly connections: number
  readonly seconds: number
  readonly repeat: boolean
}

/** What came back: answers per second, and how long they took in milliseconds. */
export interface LoadResult {
  readonly answers: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly statuses: Readonly<Record<string, number>>
  /** How often the first 16 bytes of the body were each of these, for counting verdicts. */
  readonly bodies: Readonly<Record<string, number>>
}

interface Result extends Omit<LoadResult, 'perSecond'> {
  readonly seconds: number
}

/**
 * Sends a load with wrk over kept-alive connections with one request in flight each: one thread of C, so that the
 * generator costs little of the two cores it shares with what is measured.
 */
export async function sendLoad({ port, requests, connections, seconds, repeat }: Load): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-load-'))
  const file = join(folder, 'requests')
  try {
    writeFileSync(file, Buffer.concat(requests.flatMap((bytes) => [Buffer.from(`${bytes.length}\n`), bytes])))
    const script = join(import.meta.dirname, 'load.lua')
    const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '30s', '-s', script]
    const said = await outputOf([...options, `http://127.0.0.1:${port}`, '--', file, repeat ? 'repeat' : 'once'])
    const found = /^RESULT (.*)$/m.exec(said)?.[1]
    if (found === undefined) throw new Error(`wrk told no result: ${said}`)
    const { seconds: took, ...counted } = JSON.parse(found) as Result
    return { ...counted, perSecond: counted.answers / took }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function outputOf(args: readonly string[]): Promise<string> {
  const child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', () => reject(new Error('this row needs wrk: apt-get install wrk')))
    text(child.stdout).then(resolve, reject)
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
