import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a double sees it. */
export interface DoubleRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** A double's answer. */
export interface DoubleAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

/** What every double lets a test turn and read. */
export interface DoubleControls {
  /** Every request in order, as `METHOD /path`; for the query protocol with its action. */
  readonly log: string[]
  /** How far the double's clock is ahead of ours. */
  skewMs: number
  /** How long every answer takes. */
  latencyMs: number
  /** What every answer waits for. */
  held: Promise<void> | null
  /** The moment in the double's world. */
  nowMs(): number
  /** How many requests there were whose log line contains `part`. */
  count(part: string): number
}

/** A double that listens on loopback. */
export interface RunningDouble extends DoubleControls {
  readonly origin: string
  stop(): Promise<void>
}

/** Starts a server whose answers `answer` decides. */
export async function startDouble(
  answer: (request: DoubleRequest, controls: DoubleControls) => DoubleAnswer,
): Promise<RunningDouble> {
  const controls: DoubleControls = {
    log: [],
    skewMs: 0,
    latencyMs: 0,
    held: null,
    nowMs: () => Date.now() + controls.skewMs,
    count: (part) => controls.log.filter((line) => line.includes(part)).length,
  }
  const server = createServer((incoming, response) => {
    void respond(incoming, response, controls, answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return Object.assign(controls, { origin, stop })
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: DoubleAnswer['headers'] = {}): DoubleAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** An HTML answer. */
export function html(status: number, body: string, headers: DoubleAnswer['headers'] = {}): DoubleAnswer {
  return {
    status,
    headers: { 'content-type': 'text/html', ...headers },
    body: `<!doctype html><html><body>${body}</body></html>`,
  }
}

async function respond(
  incoming: IncomingMessage,
  response: ServerResponse,
  controls: DoubleControls,
  answer: (request: DoubleRequest, controls: DoubleControls) => DoubleAnswer,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host}`)
  const request = { method: incoming.method ?? 'GET', url, headers: incoming.headers, body }
  const action = new URLSearchParams(body).get('Action')
  controls.log.push(`${request.method} ${url.pathname}${action === null ? '' : ` ${action}`}`)
  if (controls.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, controls.latencyMs))
  await controls.held
  const { status, headers, body: text } = answer(request, controls)
  response.writeHead(status, { date: new Date(controls.nowMs()).toUTCString(), ...headers })
  response.end(text)
}
