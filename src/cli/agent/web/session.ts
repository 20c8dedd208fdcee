import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** The one browser that may use the page: it came through the start link, which works once. */
export class WebSession {
  /** Put into the start link. */
  readonly startToken = randomBytes(32).toString('base64url')
  #isStarted = false
  readonly #cookieHash: Buffer
  readonly #cookieValue = randomBytes(32).toString('base64url')
  readonly #cookieName: string

  /** @param port - browsers keep one set of cookies for all ports of a name: two pages must not share one */
  constructor(port: number) {
    this.#cookieName = `watchword_agent_${port}`
    this.#cookieHash = hashOf(this.#cookieValue)
  }

  /** The cookie for whoever brings the start token first; null for everybody else. */
  start(token: string): string | null {
    if (this.#isStarted || !timingSafeEqual(hashOf(token), hashOf(this.startToken))) return null
    this.#isStarted = true
    return `${this.#cookieName}=${this.#cookieValue}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Whether a Cookie header holds the session. Cookies of other programs on this computer are passed over. */
  isOpenedBy(cookieHeader: string | undefined): boolean {
    const values = (cookieHeader ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.#cookieName}=`))
      .map((pair) => pair.slice(this.#cookieName.length + 1))
    return values.some((value) => timingSafeEqual(hashOf(value), this.#cookieHash))
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
