import { request as requestPlain, STATUS_CODES } from 'node:http'
import { request as requestTls } from 'node:https'
import { Failure } from '../../errors/failure.ts'

/** What a server answered. */
export interface JsonAnswer {
  readonly status: number
  /** The words that go with the status, such as `Forbidden`. */
  readonly statusText: string
  /** The parsed body, null when there is none. */
  readonly body: unknown
}

/** More than any answer of the door. */
const longestAnswer = 64 * 1024 * 1024

/**
 * Sends JSON with any method. ungleichotp reads its caller from the body of GET and DELETE too, and `fetch` refuses
 * to send one there.
 *
 * @throws {@link Failure} `client_server_unreachable`, `client_timed_out`, `client_answer_cut`,
 * `client_answer_unreadable`
 */
export function requestJson(method: string, url: string, body: object, timeoutMs: number): Promise<JsonAnswer> {
  const { origin, protocol } = new URL(url)
  const content = Buffer.from(JSON.stringify(body))
  const send = protocol === 'https:' ? requestTls : requestPlain
  const headers = { 'content-type': 'application/json', 'content-length': content.length, accept: 'application/json' }
  const limit = AbortSignal.timeout(timeoutMs)
  return new Promise((resolve, reject) => {
    const lostAs = (code: 'client_server_unreachable' | 'client_answer_cut') => (cause: Error) =>
      reject(new Failure(limit.aborted ? 'client_timed_out' : code, { detail: { origin, timeoutMs }, cause }))
    const request = send(url, { method, headers, signal: limit }, (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        length += chunk.length
        if (length > longestAnswer) request.destroy(new Error('The answer is too long'))
      })
      response.on('error', lostAs('client_answer_cut'))
      response.on('end', () => {
        const status = response.statusCode ?? 0
        try {
          resolve({ status, statusText: STATUS_CODES[status] ?? '', body: parse(Buffer.concat(chunks).toString()) })
        } catch (cause) {
          reject(new Failure('client_answer_unreadable', { detail: { origin }, cause }))
        }
      })
    })
    request.on('error', lostAs('client_server_unreachable'))
    request.end(content)
  })
}

function parse(text: string): unknown {
  return text === '' ? null : (JSON.parse(text) as unknown)
}
