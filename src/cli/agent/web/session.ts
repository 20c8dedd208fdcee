import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const cookieName = 'watchword_agent'

/** The one browser that may use the page: it came through the start link, which works once. */
export class WebSession {
  /** Put into the start link. */
  readonly startToken = randomBytes(32).toString('base64url')
  private isStarted = false
  private readonly cookieHash: Buffer
  private readonly cookieValue = randomBytes(32).toString('base64url')

  constructor() {
    this.cookieHash = hashOf(this.cookieValue)
  }

  /** The cookie for whoever brings the start token first; null for everybody else. */
  start(token: string): string | null {
    if (this.isStarted || !timingSafeEqual(hashOf(token), hashOf(this.startToken))) return null
    this.isStarted = true
    return `${cookieName}=${this.cookieValue}; Path=/; HttpOnly; SameSite=Strict`
  }

  /** Whether a Cookie header holds the session. Cookies of other programs on this computer are passed over. */
  isOpenedBy(cookieHeader: string | undefined): boolean {
    const values = (cookieHeader ?? '')
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${cookieName}=`))
      .map((pair) => pair.slice(cookieName.length + 1))
    return values.some((value) => timingSafeEqual(hashOf(value), this.cookieHash))
  }
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
