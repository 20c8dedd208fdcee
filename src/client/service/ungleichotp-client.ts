import { Failure } from '../../errors/failure.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import { totp } from '../../otp/totp.ts'
import { type JsonAnswer, requestJson } from './json-request.ts'
import type { ServiceVerifier } from './service-proof.ts'

/** An entry as ungleichotp shows it. */
export interface UngleichOtpEntry {
  /** A number, or a word where the entry came through another door. */
  readonly id: number | string
  readonly name: string
  readonly realm: string
  readonly seed: string
}

/** Who calls, and where. Give the seed to prove it again and again, or one code to prove it once. */
export interface UngleichOtpCaller {
  readonly name: string
  readonly realm: string
  readonly seed?: string | undefined
  readonly code?: string | undefined
  /** The address of `…/ungleichotp/verify/`, as `UNGLEICHOTPSERVER` holds it, or of `…/ungleichotp/`. */
  readonly serverUrl: string
  readonly timeoutMs?: number | undefined
  /** Unix milliseconds; the machine's clock unless given. */
  readonly now?: (() => number) | undefined
}

/** The door answered with an error; `status` and its words are what it said. */
export class UngleichOtpRefusal extends Failure {
  readonly status: number

  constructor({ status, statusText, body }: JsonAnswer) {
    super('client_door_refused', { detail: { status, statusText, reason: reasonIn(body) } })
    this.name = 'UngleichOtpRefusal'
    this.status = status
  }
}

const usualTimeoutMs = 10_000
/** What the door says of the caller's own proof; of whom it asks about it says something else. */
const callerRefused = 'Incorrect authentication credentials.'

/**
 * A service at ungleichotp's door: verifies other services and, from the realm `ungleich-admin`, manages entries.
 *
 * Every method throws {@link UngleichOtpRefusal} when the door refuses, and {@link Failure}
 * `client_server_unreachable`, `client_timed_out` or `client_answer_cut` when it cannot be asked.
 */
export class UngleichOtpClient implements ServiceVerifier {
  readonly #caller: UngleichOtpCaller
  readonly #verifyUrl: string
  readonly #entriesUrl: string

  /** @throws {@link Failure} `client_address_unusable` */
  constructor(caller: UngleichOtpCaller) {
    const protocol = URL.parse(caller.serverUrl)?.protocol ?? ''
    if (!/^https?:$/.test(protocol)) throw new Failure('client_address_unusable')
    this.#caller = caller
    this.#entriesUrl = caller.serverUrl.replace(/\/?(verify\/?)?$/, '/')
    this.#verifyUrl = `${this.#entriesUrl}verify/`
  }

  /** True when the code is that service's; the door accepts each code once. A refusal is thrown. */
  async verifyOrThrow(name: string, realm: string, code: string): Promise<true> {
    await this.#send('POST', this.#verifyUrl, {
      ...this.#proof(),
      verifyname: name,
      verifyrealm: realm,
      verifytoken: code,
    })
    return true
  }

  /**
   * The same as an answer: false when the code is not that service's, or the caller's realm may not ask. ungleichotp 0.6
   * itself refuses in one way whatever was wrong, so that only {@link verifyOrThrow} is of use against it.
   *
   * @throws {@link Failure} `client_caller_refused` when the caller's own proof is wrong
   */
  async verify(name: string, realm: string, code: string): Promise<boolean> {
    try {
      return await this.verifyOrThrow(name, realm, code)
    } catch (error) {
      // 400: no entry can have such a name, or such a code.
      if (!(error instanceof UngleichOtpRefusal) || ![400, 403].includes(error.status)) throw error
      if (error.detail.reason !== callerRefused) return false
      throw new Failure('client_caller_refused', { detail: { name: this.#caller.name }, cause: error })
    }
  }

  /** Makes an entry; its seed is made by the server. */
  async create(name: string, realm: string): Promise<UngleichOtpEntry> {
    return entryIn(await this.#send('POST', this.#entriesUrl, { ...this.#authentication(), name, realm }))
  }

  async list(
    filter: { readonly name?: string | undefined; readonly realm?: string | undefined } = {},
  ): Promise<UngleichOtpEntry[]> {
    const wanted = Object.entries(filter).filter((pair): pair is [string, string] => pair[1] !== undefined)
    const query = new URLSearchParams(wanted).toString()
    const url = query === '' ? this.#entriesUrl : `${this.#entriesUrl}?${query}`
    const { body } = await this.#answer('GET', url, this.#authentication())
    return Array.isArray(body) ? body.map(entryIn) : []
  }

  async read(id: UngleichOtpEntry['id']): Promise<UngleichOtpEntry> {
    return entryIn(await this.#send('GET', this.#urlOf(id), this.#authentication()))
  }

  /** Renames an entry or moves it to another realm; its seed stays. */
  async update(id: UngleichOtpEntry['id'], name: string, realm: string): Promise<UngleichOtpEntry> {
    return entryIn(await this.#send('PUT', this.#urlOf(id), { ...this.#authentication(), name, realm }))
  }

  async delete(id: UngleichOtpEntry['id']): Promise<void> {
    await this.#answer('DELETE', this.#urlOf(id), this.#authentication())
  }

  #urlOf(id: UngleichOtpEntry['id']): string {
    return `${this.#entriesUrl}${encodeURIComponent(id)}/`
  }

  #authentication(): Record<string, string> {
    const { name, realm, token } = this.#proof()
    return { auth_name: name, auth_realm: realm, auth_token: token }
  }

  #proof(): { name: string; realm: string; token: string } {
    const { name, realm, seed, code, now = Date.now } = this.#caller
    const token = seed === undefined ? code : totp(decodeBase32(seed), now())
    if (token === undefined) throw new Failure('client_proof_missing')
    return { name, realm, token }
  }

  async #send(method: string, url: string, body: object): Promise<unknown> {
    return (await this.#answer(method, url, body)).body
  }

  async #answer(method: string, url: string, body: object): Promise<JsonAnswer> {
    const answer = await requestJson(method, url, body, this.#caller.timeoutMs ?? usualTimeoutMs)
    if (answer.status < 200 || answer.status > 299) throw new UngleichOtpRefusal(answer)
    return answer
  }
}

function entryIn(body: unknown): UngleichOtpEntry {
  const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  const { id, name, realm, seed } = fields
  const isId = typeof id === 'number' || typeof id === 'string'
  return { id: isId ? id : 0, name: textOf(name), realm: textOf(realm), seed: textOf(seed) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function reasonIn(body: unknown): string {
  if (typeof body !== 'object' || body === null) return ''
  return 'detail' in body ? String(body.detail) : JSON.stringify(body)
}
