import { Failure } from '../errors/failure.ts'

/** The part of a fetch answer that is used here, so that any fetch serves. */
export interface FetchAnswer {
  readonly status: number
  readonly headers: { get(name: string): string | null; getSetCookie(): string[] }
  text(): Promise<string>
}

/** One HTTP request; the body is sent as it is. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What a fetch is called with: never follows a redirect by itself. */
export interface FetchOptions {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly redirect: 'manual'
  readonly signal: AbortSignal
}

/** Everything of the outside world that talking to Okta and AWS needs, so that tests can hand in their own. */
export interface Transport {
  readonly fetch: (url: string, options: FetchOptions) => Promise<FetchAnswer>
  readonly nowMs: () => number
  readonly sleep: (durationMs: number) => Promise<void>
}

/** A whole HTTP answer. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: FetchAnswer['headers']
  readonly text: string
}

const timeoutMs = 30_000
const limitBytes = 4 * 1024 * 1024

/**
 * Sends one request and reads its whole answer.
 *
 * The failure names the host only: addresses and bodies carry session tokens.
 *
 * @throws {@link Failure} `aws_network` without an answer in 30 s, `aws_answer_too_long` beyond 4 MB,
 *   `aws_not_https` unless the address is https or on loopback
 */
export async function send(transport: Transport, request: HttpRequest): Promise<HttpAnswer> {
  const { host } = safeUrl(request.url)
  const options: FetchOptions = {
    method: request.method,
    headers: { 'user-agent': 'watchword-aws/1', ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  }
  const answer = await answered(host, async () => {
    const response = await transport.fetch(request.url, options)
    return { status: response.status, headers: response.headers, text: await response.text() }
  })
  if (answer.text.length > limitBytes) throw new Failure('aws_answer_too_long', { detail: { host, limit: limitBytes } })
  return answer
}

/**
 * An address that secrets may be sent to.
 *
 * @throws {@link Failure} `aws_url_unreadable`, `aws_not_https`
 */
export function safeUrl(text: string): URL {
  if (!URL.canParse(text)) throw new Failure('aws_url_unreadable', { detail: { url: text.slice(0, 100) } })
  const url = new URL(text)
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    throw new Failure('aws_not_https', { detail: { url: `${url.protocol}//${url.host}` } })
  }
  return url
}

async function answered<T>(host: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw new Failure('aws_network', { detail: { host, reason: reasonOf(cause) }, cause })
  }
}

function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'the request failed'
  if (thrown.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  const { cause } = thrown
  if (cause instanceof Error) return 'code' in cause && cause.message === '' ? String(cause.code) : cause.message
  return thrown.message
}
