import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** What wrk measured. */
export interface WrkResult {
  readonly perSecond: number
  readonly p99Ms: number
  /** Answers that were neither 2xx nor 3xx, and connections that broke. */
  readonly failures: number
}

export interface WrkLoad {
  readonly port: number
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly connections?: number
  readonly seconds?: number
}

/** Sends a load with wrk: one thread of C, so that the generator costs less than what it measures. */
export async function wrk({ port, path, headers = {}, connections = 64, seconds = 4 }: WrkLoad): Promise<WrkResult> {
  // wrk adds a Host of its own unless it finds one in exactly this spelling.
  const given = Object.entries(headers).flatMap(([name, value]) => [
    '-H',
    `${name === 'host' ? 'Host' : name}: ${value}`,
  ])
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...given, `http://127.0.0.1:${port}${path}`]
  const child = spawn('wrk', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const said = await new Promise<string>((resolve, reject) => {
    child.once('error', () => reject(new Error('this row needs wrk: apt-get install wrk')))
    void text(child.stdout).then(resolve, reject)
  })
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]),
    p99Ms: milliseconds(/99%\s+([\d.]+)(us|ms|s)/.exec(said)),
    failures: Number(/Non-2xx or 3xx responses: (\d+)/.exec(said)?.[1] ?? 0),
  }
}

function milliseconds(found: RegExpExecArray | null): number {
  const [, figure, unit] = found ?? []
  return Number(figure) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1)
}
