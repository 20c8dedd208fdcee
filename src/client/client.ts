import type { Endpoint, Problem } from '../api/endpoint.ts'
import { Failure, isFailure } from '../errors/failure.ts'
import { Refusal } from './failures.ts'
import { type Pause, pause } from './pause.ts'
import { type Given, type Got, pathOf, type RawInput } from './request.ts'

/** How to reach a server and who we are there. */
export interface ClientOptions {
  /** Where the server is, such as `https://codes.example.com`; empty in a browser on the same origin. */
  readonly baseUrl: string
  /** An access token. Without one the browser's cookies speak for us. */
  readonly token?: string | undefined
  /** The anti-forgery token of a cookie session, asked for before each change. */
  readonly csrfToken?: (() => string | null) | undefined
  /** Another `fetch`, for tests or an agent with its own certificates. */
  readonly fetch?: typeof fetch | undefined
  /** How long one attempt may take, its whole answer included; 10,000 unless said otherwise. */
  readonly timeoutMs?: number | undefined
  /** Waits between attempts; replaced in tests. */
  readonly delay?: Pause | undefined
}

/** How one call differs from the others. */
export interface CallOptions {
  readonly timeoutMs?: number | undefined
  /** Ends the call, whatever it is waiting for. */
  readonly signal?: AbortSignal | undefined
  /** Names this one act, so that a repetition is not a second act. Only with it is a lost request sent again. */
  readonly idempotencyKey?: string | undefined
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
   *   `client_timed_out`, `client_cancelled`, `client_answer_cut` or `client_answer_unreadable` when there is no answer
   */
  call<E extends Endpoint>(endpoint: E, ...rest: Arguments<E>): Promise<Got<E>>
  /** The same for an endpoint that does not answer JSON: a picture, an export, a stream of events. */
  open<E extends Endpoint>(endpoint: E, ...rest: Arguments<E>): Promise<Response>
  /** The address of an endpoint, for a link or an `EventSource`. */
  address<E extends Endpoint>(endpoint: E, ...rest: Arguments<E>): string
}

/** One call, on its way. */
interface Sending {
  readonly options: ClientOptions
  readonly base: string
  readonly endpoint: Endpoint
  readonly input: RawInput
  readonly call: CallOptions
}

const usualTimeoutMs = 10_000
const attempts = 3
const firstWaitMs = 200
/** What a proxy says when it did not hear from the server: the act may be done all the same. */
const awayStatuses: readonly unknown[] = [502, 503, 504]

/** Makes a client; it holds no connection and needs no closing. */
export function createClient(options: ClientOptions): Client {
  const base = options.baseUrl.replace(/\/+$/, '')
  const sending = (endpoint: Endpoint, input: RawInput = {}, call: CallOptions = {}): Sending => ({
    options,
    base,
    endpoint,
    input,
    call,
  })
  return {
    call: <E extends Endpoint>(endpoint: E, ...[input, call]: Arguments<E>) =>
      patiently(sending(endpoint, input as RawInput, call), async (one) => (await askOnce(one)) as Got<E>),
    open: (endpoint, ...[input, call]) =>
      patiently(sending(endpoint, input as RawInput, call), (one) => sendOnce(one, limitOf(one))),
    address: (endpoint, ...[input]) => base + pathOf(endpoint, (input ?? {}) as RawInput),
  }
}

async function patiently<T>(sending: Sending, attemptOnce: (sending: Sending) => Promise<T>): Promise<T> {
  const { options, call } = sending
  for (let attempt = 1; ; attempt++) {
    try {
      return await attemptOnce(sending)
    } catch (error) {
      if (call.idempotencyKey === undefined || attempt === attempts || !isPassing(error)) throw error
      await (options.delay ?? pause)(firstWaitMs * 2 ** (attempt - 1), call.signal)
    }
  }
}

/** One attempt with its whole answer: until that is read, nobody knows whether the act was done. */
async function askOnce(sending: Sending): Promise<unknown> {
  const { endpoint, base } = sending
  const limit = limitOf(sending)
  const response = await sendOnce(sending, limit)
  if (endpoint.parts.answer === undefined) return undefined
  const text = await readText(sending, response, limit)
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new Failure('client_answer_unreadable', { detail: { origin: base }, cause })
  }
}

// A stream lives as long as its reader wants: only the caller's own signal ends it.
function limitOf({ call, options, endpoint }: Sending): AbortSignal | undefined {
  if (endpoint.media !== undefined) return undefined
  return AbortSignal.timeout(call.timeoutMs ?? options.timeoutMs ?? usualTimeoutMs)
}

async function sendOnce(sending: Sending, limit: AbortSignal | undefined): Promise<Response> {
  const { options, base, endpoint, input, call } = sending
  const signals = [call.signal, limit].filter((one) => one !== undefined)
  const request: RequestInit = {
    method: endpoint.method,
    headers: headersOf(options, endpoint, input, call),
    redirect: 'error',
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
  }
  const send = options.fetch ?? fetch
  const response = await send(base + pathOf(endpoint, input), request).catch((cause: unknown) => {
    throw lostTo(sending, limit, cause) ?? new Failure('client_server_unreachable', { detail: { origin: base }, cause })
  })
  if (!response.ok) throw refusalOf(response.status, await readText(sending, response, limit), base)
  return response
}

async function readText(sending: Sending, response: Response, limit: AbortSignal | undefined): Promise<string> {
  try {
    return await response.text()
  } catch (cause) {
    const origin = sending.base
    throw lostTo(sending, limit, cause) ?? new Failure('client_answer_cut', { detail: { origin }, cause })
  }
}

/** Why we stopped waiting ourselves; null when the connection was lost instead. */
function lostTo({ call, options, base }: Sending, limit: AbortSignal | undefined, cause: unknown): Failure | null {
  if (call.signal?.aborted === true) return new Failure('client_cancelled', { cause })
  if (limit?.aborted !== true) return null
  const timeoutMs = call.timeoutMs ?? options.timeoutMs ?? usualTimeoutMs
  return new Failure('client_timed_out', { detail: { origin: base, timeoutMs }, cause })
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

function refusalOf(status: number, text: string, origin: string): Failure {
  try {
    const body: unknown = JSON.parse(text)
    if (isProblem(body)) return new Refusal(body)
  } catch {
    // A page of somebody else.
  }
  return new Failure('client_answer_unreadable', { detail: { origin, status } })
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'title' in body && 'status' in body && 'code' in body
}

// A lost connection, or a server that is only away for a moment, as itself or the proxy before it says.
function isPassing(error: unknown): boolean {
  if (error instanceof Refusal) return error.status === 503
  if (!isFailure(error)) return false
  if (error.code === 'client_answer_unreadable') return awayStatuses.includes(error.detail['status'])
  return ['client_server_unreachable', 'client_timed_out', 'client_answer_cut'].includes(error.code)
}
