import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BlockList } from 'node:net'
import type { Access } from '../access/access.ts'
import type { KnownPerson } from '../access/people/directory.ts'
import { tokenKey } from '../access/token-key.ts'
import { clientAddress, isTrusted } from '../http/address.ts'
import type { Services } from '../http/services.ts'
import { type CheckAnswer, loginUrl, refusal, uncached } from './check-answer.ts'
import { gateCookieValues } from './gate-cookie.ts'
import { gateToken } from './gate-token.ts'
import { identityHeaders, nobody } from './identity.ts'
import { judgeVisit, type Pass } from './judgement.ts'
import { portalOrigin } from './portal-place.ts'
import { checkPrefix, type ProxyFamily, readVisit } from './proxy-family.ts'
import type { RuleSet } from './rules-file.ts'
import type { GateSettings } from './settings.ts'

/** What a check is made from. */
export interface CheckParts {
  readonly access: Pick<Access, 'sessions' | 'tokens'>
  readonly services: Services
  readonly settings: GateSettings
  /** The proxies whose word on the visited URL counts. */
  readonly proxies: BlockList
  readonly rules: () => RuleSet | null
  readonly noteTokenUse: (tokenId: string) => void
}

/** A pass with the headers its identity makes, kept as long as the person's entry in the directory lives. */
interface Found {
  readonly pass: Pass
  readonly headers: Readonly<Record<string, string>>
}

const families: Readonly<Record<string, ProxyFamily>> = { nginx: 'nginx', forward: 'forward', 'ext-authz': 'ext-authz' }
const anonymous = { ...uncached, ...identityHeaders(nobody) }
const badRequest: CheckAnswer = { status: 400, headers: uncached, body: '' }
const unavailable: CheckAnswer = { status: 503, headers: uncached, body: '' }

/**
 * Answers checks before the router sees them: from headers alone, never waiting for a body, from memory where
 * the session is known. A doubt is a refusal, a fault of ours is 503, never 2xx (law 4).
 */
export class Check {
  readonly #parts: CheckParts
  readonly #headersOf = new WeakMap<KnownPerson, Readonly<Record<string, string>>>()

  constructor(parts: CheckParts) {
    this.#parts = parts
  }

  /** Answers when the request is a check; false leaves it to others. The raw path counts, as the proxy sent it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const path = (request.url ?? '').split('?', 1)[0] ?? ''
    if (path === '/auth/check') this.#finish(response, () => this.#answerSession(request))
    else if (path.startsWith(checkPrefix)) this.#finish(response, () => this.#answerVisit(path, request))
    else return false
    return true
  }

  #finish(response: ServerResponse, answer: () => CheckAnswer | Promise<CheckAnswer>): void {
    try {
      const made = answer()
      if (made instanceof Promise)
        made.then((later) => this.#send(response, later)).catch((error: unknown) => this.#fail(response, error))
      else this.#send(response, made)
    } catch (error) {
      this.#fail(response, error)
    }
  }

  #fail(response: ServerResponse, error: unknown): void {
    this.#parts.services.log.error({ err: error }, 'gate check failed')
    this.#send(response, unavailable)
  }

  #send(response: ServerResponse, { status, headers, body }: CheckAnswer): void {
    this.#parts.services.metrics.gateChecks.inc({ verdict: String(status) })
    response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
    response.end(body)
  }

  // simpleotp's check: the session alone decides, whatever the visitor's headers say of the URL.
  #answerSession(request: IncomingMessage): CheckAnswer | Promise<CheckAnswer> {
    const answer = (found: Found | null): CheckAnswer =>
      found === null ? { status: 401, headers: uncached, body: '' } : { status: 200, headers: found.headers, body: '' }
    const found = this.#findSession(request)
    return found instanceof Promise ? found.then(answer) : answer(found)
  }

  #answerVisit(path: string, request: IncomingMessage): CheckAnswer | Promise<CheckAnswer> {
    const family = families[path.slice(checkPrefix.length).split('/', 1)[0] ?? '']
    const isExact = family === 'ext-authz' || path.indexOf('/', checkPrefix.length) < 0
    if (family === undefined || !isExact) return { status: 404, headers: uncached, body: '' }
    if (!isTrusted(peerOf(request), this.#parts.proxies)) return badRequest
    const visit = readVisit(family, request)
    if (visit === null) return badRequest
    const judge = (found: Found | null): CheckAnswer => {
      const { services, settings } = this.#parts
      const set = this.#parts.rules()
      const judgement = judgeVisit(
        set?.rules ?? null,
        visit,
        found?.pass ?? null,
        this.#visitorAddress(request),
        services.clock.nowMs(),
      )
      if (judgement.outcome === 'allow') return { status: 200, headers: found?.headers ?? anonymous, body: '' }
      const portal = portalOrigin(visit, set?.domains ?? [], settings.cookieArea, services.config.publicUrl)
      return refusal(
        family,
        judgement,
        visit,
        request.headers,
        loginUrl(portal, visit, judgement.outcome),
        settings.redirect,
      )
    }
    const found = this.#find(request)
    return found instanceof Promise ? found.then(judge) : judge(found)
  }

  #visitorAddress(request: IncomingMessage): string {
    const forwarded = request.headers['x-forwarded-for']
    return clientAddress(peerOf(request), typeof forwarded === 'string' ? forwarded : undefined, this.#parts.proxies)
  }

  #find(request: IncomingMessage): Found | null | Promise<Found | null> {
    const text = gateToken(request.headers.authorization)
    if (text === null) return this.#findSession(request)
    const opened = this.#parts.access.tokens.open(text)
    const found = (open: Awaited<typeof opened>): Found | null | Promise<Found | null> => {
      if (open === null || open.token.gateLimits === null) return this.#findSession(request)
      this.#parts.noteTokenUse(open.token.id)
      return {
        pass: {
          username: open.person?.username ?? open.token.name,
          groups: open.person?.groupNames ?? [],
          factors: 'one',
          authenticatedAtMs: open.token.createdAtMs,
          limits: open.token.gateLimits,
        },
        headers:
          open.person === null
            ? { ...uncached, ...identityHeaders({ ...nobody, username: open.token.name }) }
            : this.#headers(open.person),
      }
    }
    return opened instanceof Promise ? opened.then(found) : found(opened)
  }

  // Of two cookies of our name the one that lives counts (P30).
  #findSession(request: IncomingMessage): Found | null | Promise<Found | null> {
    const values = gateCookieValues(request.headers.cookie, this.#parts.settings.cookieName)
    return this.#tryNext(values, 0)
  }

  #tryNext(values: readonly string[], index: number): Found | null | Promise<Found | null> {
    const value = values[index]
    if (value === undefined) return null
    const live = this.#parts.access.sessions.look(tokenKey(value))
    const found = (session: Awaited<typeof live>) => {
      if (session === null || session.session.kind !== 'gate') return this.#tryNext(values, index + 1)
      const { person } = session
      const { factors, authenticatedAtMs } = session.session
      const pass = { username: person.username, groups: person.groupNames, factors, authenticatedAtMs, limits: null }
      return { pass, headers: this.#headers(person) }
    }
    return live instanceof Promise ? live.then(found) : found(live)
  }

  #headers(person: KnownPerson): Readonly<Record<string, string>> {
    const known = this.#headersOf.get(person)
    if (known !== undefined) return known
    const made = { ...uncached, ...identityHeaders({ ...person, groups: person.groupNames }) }
    this.#headersOf.set(person, made)
    return made
  }
}

function peerOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
}
