import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import { text } from 'node:stream/consumers'
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

/**
 * Asks with the path exactly as it is: a URL parser would tidy away the very dots and slashes that are tried.
 *
 * @throws {@link Failure} `gate_unreachable`
 */
export function askRaw(origin: URL, path: string, { method = 'GET', headers = {}, body }: RawRequest): Promise<Seen> {
  const send = origin.protocol === 'https:' ? overHttps : overHttp
  const startedAt = performance.now()
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) =>
      reject(new Failure('gate_unreachable', { detail: { origin: origin.origin }, cause }))
    const place = { hostname: origin.hostname.replace(/^\[|\]$/g, ''), port: origin.port }
    const sent = send({ ...place, path, method, headers: { ...length, ...headers }, agent: false, timeout: patienceMs })
    sent.on('response', (response) => {
      const told = Object.entries(response.headersDistinct).flatMap(([name, values]) =>
        (values ?? []).map((value): [string, string] => [name, value]),
      )
      const seen = { status: response.statusCode ?? 0, headers: new Headers(told) }
      text(response).then((read) => resolve({ ...seen, text: read, elapsedMs: performance.now() - startedAt }), fail)
    })
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
    // A proxy may answer and close before it read a large body: the answer counts.
    sent.on('error', fail)
    sent.end(body)
  })
}
