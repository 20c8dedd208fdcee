import { type IncomingMessage, request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { Failure } from '../../errors/failure.ts'

/** What came back, and how long it took. */
export interface Seen {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly elapsedMs: number
}

export interface RawRequest {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Asks one proxy, with the path exactly as it is. */
export type Ask = (path: string, options?: RawRequest) => Promise<Seen>

const patienceMs = 10_000
/** What a page shows of itself stands at its beginning; some never end. */
const mostLetters = 1_000_000

/**
 * Asks with the path exactly as it is: a URL parser would tidy away the very dots and slashes that are tried.
 *
 * @param until - ends the request, also one whose answer keeps coming
 * @throws {@link Failure} `gate_unreachable`, `gate_certificate`, `gate_too_slow`
 */
export function askRaw(origin: URL, path: string, request: RawRequest, until: AbortSignal): Promise<Seen> {
  const { method = 'GET', headers = {}, body } = request
  const send = origin.protocol === 'https:' ? overHttps : overHttp
  const startedAt = performance.now()
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => reject(failureOf(cause, origin, until))
    const place = { hostname: origin.hostname.replace(/^\[|\]$/g, ''), port: origin.port }
    const all = { ...length, ...headers }
    const sent = send({ ...place, path, method, headers: all, agent: false, timeout: patienceMs, signal: until })
    sent.on('response', (response) => {
      const told = Object.entries(response.headersDistinct).flatMap(([name, values]) =>
        (values ?? []).map((value): [string, string] => [name, value]),
      )
      const seen = { status: response.statusCode ?? 0, headers: new Headers(told) }
      beginningOf(response).then(
        (read) => resolve({ ...seen, text: read, elapsedMs: performance.now() - startedAt }),
        fail,
      )
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    // A proxy may answer and close before it read a large body: the answer counts.
    sent.on('error', fail)
    sent.end(body)
  })
}

function failureOf(cause: unknown, { origin }: URL, until: AbortSignal): Failure {
  if (until.aborted) return new Failure('gate_too_slow', { detail: { origin }, cause })
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (!/CERT|LEAF_SIGNATURE/.test(code)) return new Failure('gate_unreachable', { detail: { origin }, cause })
  const reason = cause instanceof Error ? cause.message : code
  return new Failure('gate_certificate', { detail: { origin, reason }, cause })
}

/** The text of an answer, cut where no more is looked at. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  let read = ''
  for await (const chunk of response.setEncoding('utf8')) {
    read += String(chunk)
    if (read.length >= mostLetters) break
  }
  return read
}
