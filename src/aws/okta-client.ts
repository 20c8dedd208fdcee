import { Failure } from '../errors/failure.ts'
import { clockOffsetMs } from './clock-offset.ts'
import { cookieHeader, withSetCookies, type Cookies } from './cookie-jar.ts'
import { foundIn, type Json } from './json.ts'
import { isRateLimit, oktaRefusal, rateLimitWaitMs } from './okta-refusal.ts'
import { safeUrl, send, type HttpAnswer, type HttpRequest, type Transport } from './transport.ts'

/** What is worth keeping between two sign-ins at one org: its session and device cookies, and how far its clock is off. */
export interface OktaMemory {
  readonly cookies: Cookies
  readonly clockOffsetMs: number
}

/** A page that an org answered with, after its redirects. */
export interface ReachedPage {
  readonly html: string
  readonly status: number
}

const redirectLimit = 10
const longestWaitMs = 90_000

/**
 * Talks to one Okta org: keeps its cookies, learns its clock, waits once when it limits us.
 *
 * Nothing is sent to another host, wherever a link or a redirect points.
 */
export class OktaClient {
  readonly origin: string
  readonly #transport: Transport
  #memory: OktaMemory

  constructor(transport: Transport, ssoUrl: string, memory: OktaMemory = { cookies: {}, clockOffsetMs: 0 }) {
    this.#transport = transport
    this.origin = safeUrl(ssoUrl).origin
    this.#memory = memory
  }

  get memory(): OktaMemory {
    return this.#memory
  }

  /** Our clock in milliseconds, corrected by what the org's `Date` headers said. */
  nowMs(): number {
    return this.#transport.nowMs() + this.#memory.clockOffsetMs
  }

  sleep(durationMs: number): Promise<void> {
    return this.#transport.sleep(durationMs)
  }

  /** Ends our use of the session; the device cookie stays, so that the device stays known. */
  forgetSession(): void {
    const { sid: _sid, idx: _idx, ...kept } = this.#memory.cookies
    this.#memory = { ...this.#memory, cookies: kept }
  }

  hasSession(): boolean {
    return 'sid' in this.#memory.cookies || 'idx' in this.#memory.cookies
  }

  /**
   * Posts JSON and returns the JSON of a 200 answer.
   *
   * @throws {@link Failure} what {@link oktaRefusal} makes of another answer
   */
  async postJson(url: string, body: Json): Promise<Json> {
    const answer = await this.#send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    })
    const parsed = this.#json(answer)
    if (answer.status !== 200) throw oktaRefusal(parsed, answer.status, this.origin, 0)
    return parsed
  }

  /** Posts a form and returns the JSON with its status, because OAuth answers with 400 while one waits. */
  async postForm(url: string, fields: Readonly<Record<string, string>>): Promise<{ status: number; json: Json }> {
    const answer = await this.#send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: new URLSearchParams(fields).toString(),
    })
    return { status: answer.status, json: this.#json(answer) }
  }

  /** The JSON at an address; null where there is none. */
  async getJson(url: string): Promise<Json> {
    const answer = await this.#send({ method: 'GET', url, headers: { accept: 'application/json' } })
    return answer.status === 200 ? this.#json(answer) : null
  }

  /**
   * Gets a page, following redirects within the org.
   *
   * @throws {@link Failure} `aws_okta_redirect` where one leads elsewhere, `aws_answer_unreadable` for a broken server,
   *   `aws_okta_rate_limited`
   */
  async getPage(url: string): Promise<ReachedPage> {
    let next = url
    for (let followed = 0; followed < redirectLimit; followed += 1) {
      const answer = await this.#send({ method: 'GET', url: next, headers: { accept: 'text/html' } })
      const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null
      if (answer.status === 429) throw oktaRefusal(null, answer.status, this.origin, 0)
      if (answer.status >= 500) throw this.#unreadable(answer, "the app's sign-in")
      if (location === null) return { html: answer.text, status: answer.status }
      next = this.#link(location, next).href
    }
    throw new Failure('aws_okta_no_assertion', { detail: { org: this.origin } })
  }

  async #send(request: HttpRequest): Promise<HttpAnswer> {
    const first = await this.#sendOnce(request)
    if (!isRateLimit(first)) return first
    const waitMs = rateLimitWaitMs(first, this.nowMs())
    if (waitMs > longestWaitMs) throw this.#limited(first, waitMs)
    // Up to a second more, so that all who were refused do not come back at once.
    await this.sleep(waitMs + Math.random() * 1000)
    const second = await this.#sendOnce(request)
    if (isRateLimit(second)) throw this.#limited(second, rateLimitWaitMs(second, this.nowMs()))
    return second
  }

  #limited(answer: HttpAnswer, waitMs: number): Failure {
    return oktaRefusal(parsedOrNull(answer.text), answer.status, this.origin, waitMs)
  }

  /** An address that the org gave us. */
  #link(text: string, base?: string): URL {
    if (URL.canParse(text, base)) return new URL(text, base)
    throw new Failure('aws_okta_answer', { detail: { missing: 'link that can be followed', org: this.origin } })
  }

  async #sendOnce(request: HttpRequest): Promise<HttpAnswer> {
    const { origin, host, protocol } = this.#link(request.url)
    if (origin !== this.origin) throw new Failure('aws_okta_redirect', { detail: { host: host || protocol } })
    const cookie = cookieHeader(this.#memory.cookies)
    const headers = { ...request.headers, ...(cookie === '' ? {} : { cookie }) }
    const answer = await send(this.#transport, { ...request, headers })
    const nowMs = this.#transport.nowMs()
    this.#memory = {
      cookies: withSetCookies(this.#memory.cookies, answer.headers.getSetCookie(), nowMs),
      clockOffsetMs: clockOffsetMs(answer.headers.get('date'), nowMs) ?? this.#memory.clockOffsetMs,
    }
    return answer
  }

  #json(answer: HttpAnswer): Json {
    const parsed = parsedOrNull(answer.text)
    if (parsed !== null) return parsed
    throw answer.status === 429 ? this.#limited(answer, 0) : this.#unreadable(answer, "Okta's JSON")
  }

  #unreadable({ status, text }: HttpAnswer, expected: string): Failure {
    const { host } = new URL(this.origin)
    return new Failure('aws_answer_unreadable', { detail: { host, status, found: foundIn(text), expected } })
  }
}

/** The JSON in a text; null where there is none. */
function parsedOrNull(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return null
  }
}
