import type { Endpoint, Problem } from '../api/endpoint.ts'
import { Failure } from '../errors/failure.ts'
import { Refusal } from './failures.ts'
import { type Given, type Got, pathOf, type RawInput } from './request.ts'

/** How to reach a server and who we are there. */
export interface ClientOptions {
  /** Where the server is, such as `https://codes.example.com`; empty in a browser on the same origin. */
  readonly baseUrl: string
  /** An access token. Without one the browser's cookies speak for us. */
  readonly token?: string
  /** The anti-forgery token of a cookie session, asked for before each change. */
  readonly csrfToken?: () => string | null
  /** Another `fetch`, for tests or an agent with its own certificates. */
  readonly fetch?: typeof fetch
  /** How long one attempt may take; 10,000 unless said otherwise. */
  readonly timeoutMs?: number
  /** Waits between attempts; replaced in tests. */
  readonly delay?: (ms: number) => Promise<void>
}

/** How one call differs from the others. */
export interface CallOptions {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Names this one act, so that a repetition is not a second act. Only with it is a lost request sent again. */
  readonly idempotencyKey?: string
}

type Arguments<E extends Endpoint> =
  Record<never, never> extends Given<E>
    ? [input?: Given<E>, options?: CallOptions]
    : [input: Given<E>, options?: CallOptions]

/** Calls endpoints of the contract, typed by it. */
export interface Client {
  /**
   * Calls an endpoint and answers its body.
   *
   * @throws {@link Refusal} when the server says no; {@link Failure} `client_server_unreachable`,
   *   `client_timed_out`, `client_cancelled` or `client_answer_unreadable` when there is no answer
   */
  call<E extends Endpoint>(endpoint: E, ...rest: Arguments<E>): Promise<Got<E>>
  /** The same for an endpoint that does not answer JSON: a picture, an export, a stream of events. */
  open<E extends Endpoint>(endpoint: E, ...rest: Arguments<E>): Promise<Response>
  /** The address of an endpoint, for a link or an `EventSource`. */
  address<E extends Endpoint>(endpoint: E, ...rest: Arguments<E>): string
}

const usualTimeoutMs = 10_000
const attempts = 3
const firstWaitMs = 200

/** Makes a client; it holds no connection and needs no closing. */
export function createClient(options: ClientOptions): Client {
  const base = options.baseUrl.replace(/\/+$/, '')
  const send = (endpoint: Endpoint, input: RawInput = {}, call: CallOptions = {}) =>
    sendPatiently(options, base, endpoint, input, call)
  return {
    call: async (endpoint, ...[input, call]) =>
      readAnswer(endpoint, await send(endpoint, input as RawInput, call), base),
    open: (endpoint, ...[input, call]) => send(endpoint, input as RawInput, call),
    address: (endpoint, ...[input]) => base + pathOf(endpoint, (input ?? {}) as RawInput),
  }
}

async function sendPatiently(
  options: ClientOptions,
  base: string,
  endpoint: Endpoint,
  input: RawInput,
  call: CallOptions,
): Promise<Response> {
  const delay = options.delay ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)))
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(options, base, endpoint, input, call)
    } catch (error) {
      if (call.idempotencyKey === undefined || attempt === attempts || !isPassing(error)) throw error
      await delay(firstWaitMs * 2 ** (attempt - 1))
    }
  }
}

async function sendOnce(
  options: ClientOptions,
  base: string,
  endpoint: Endpoint,
  input: RawInput,
  call: CallOptions,
): Promise<Response> {
  const timeoutMs = call.timeoutMs ?? options.timeoutMs ?? usualTimeoutMs
  const limit = AbortSignal.timeout(timeoutMs)
  // A stream lives as long as its reader wants; only its beginning is limited by the caller's own signal.
  const signals = [call.signal, endpoint.media === undefined ? limit : undefined].filter((one) => one !== undefined)
  const request: RequestInit = {
    method: endpoint.method,
    headers: headersOf(options, endpoint, input, call),
    redirect: 'error',
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
  }
  const send = options.fetch ?? fetch
  const response = await send(base + pathOf(endpoint, input), request).catch((cause: unknown) => {
    if (call.signal?.aborted === true) throw new Failure('client_cancelled', { cause })
    if (limit.aborted) throw new Failure('client_timed_out', { detail: { origin: base, timeoutMs }, cause })
    throw new Failure('client_server_unreachable', { detail: { origin: base }, cause })
  })
  if (!response.ok) throw await refusalOf(response, base)
  return response
}

function headersOf(options: ClientOptions, endpoint: Endpoint, input: RawInput, call: CallOptions): Headers {
  const headers = new Headers({ accept: endpoint.media ?? 'application/json' })
  if (input.body !== undefined) headers.set('content-type', 'application/json')
  if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`)
  const csrfToken = endpoint.method === 'GET' ? null : (options.csrfToken?.() ?? null)
  if (csrfToken !== null) headers.set('x-csrf-token', csrfToken)
  if (call.idempotencyKey !== undefined) headers.set('idempotency-key', call.idempotencyKey)
  return headers
}

async function readAnswer<E extends Endpoint>(endpoint: E, response: Response, origin: string): Promise<Got<E>> {
  if (endpoint.parts.answer === undefined) return undefined as Got<E>
  try {
    return (await response.json()) as Got<E>
  } catch (cause) {
    throw new Failure('client_answer_unreadable', { detail: { origin }, cause })
  }
}

async function refusalOf(response: Response, origin: string): Promise<Failure> {
  const body: unknown = await response.json().catch(() => null)
  if (isProblem(body)) return new Refusal(body)
  return new Failure('client_answer_unreadable', { detail: { origin, status: response.status } })
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'title' in body && 'status' in body && 'code' in body
}

// A lost connection, or a server that says it is only away for a moment.
function isPassing(error: unknown): boolean {
  if (error instanceof Refusal) return error.status === 503
  return error instanceof Failure && (error.code === 'client_server_unreachable' || error.code === 'client_timed_out')
}
