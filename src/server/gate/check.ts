import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BlockList } from 'node:net'
import type { Access } from '../access/access.ts'
import type { Services } from '../http/services.ts'
import { type CheckAnswer, loginUrl, plainAnswer, refusal } from './check-answer.ts'
import { handedBack } from './handed-back.ts'
import { nobody } from './identity.ts'
import { judgeVisit, type Judgement } from './judgement.ts'
import { type Found, passHeaders, PassFinder } from './pass-finder.ts'
import { Peers } from './peer.ts'
import { portalOrigin } from './portal-place.ts'
import { checkPrefix, proxyFamilies, type ProxyFamily, readVisit } from './proxy-family.ts'
import type { RuleSet } from './rules-file.ts'
import { doctorHeader, withSeen } from './seen.ts'
import type { GateSettings } from './settings.ts'
import { isForeignSocket } from './socket-origin.ts'
import type { Visit } from './visit.ts'

/** What a check is made from. */
export interface CheckParts {
  readonly access: Pick<Access, 'sessions' | 'tokens'>
  readonly services: Services
  readonly settings: GateSettings
  /** The proxies whose word on the visited URL counts. */
  readonly proxies: BlockList
  readonly isOpen: () => boolean
  /** People log in by a code alone: then no login gives a second factor. */
  readonly isCodeOnly: boolean
  readonly rules: () => RuleSet | null
  readonly noteTokenUse: (tokenId: string) => void
}

const sessionPath = '/auth/check'
const badRequest = plainAnswer(400)
const unauthorised = plainAnswer(401)
const forbidden = plainAnswer(403)
const unknownPath = plainAnswer(404)
const unavailable = plainAnswer(503)
const nobodyPasses: CheckAnswer = { status: 200, headers: passHeaders(nobody), body: '' }

/**
 * Answers checks before the router sees them: from headers alone, never waiting for a body, from memory where
 * the session is known. A doubt is a refusal, a fault of ours is 503, never 2xx (law 4).
 */
export class Check {
  readonly #parts: CheckParts
  readonly #peers: Peers
  readonly #finder: PassFinder
  readonly #counters = new Map<number, { inc(): void }>()

  constructor(parts: CheckParts) {
    this.#parts = parts
    this.#peers = new Peers(parts.proxies)
    this.#finder = new PassFinder({ ...parts, cookieName: parts.settings.cookieName })
  }

  /** Answers when the request is a check; false leaves it to others. The raw path counts, as the proxy sent it. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    const url = request.url ?? ''
    const isVisit = url.startsWith(checkPrefix)
    if (!isVisit && !isSessionPath(url)) return false
    try {
      const answer = isVisit ? this.#answerVisit(url, request) : this.#answerSession(request)
      if (!(answer instanceof Promise)) this.#send(response, answer)
      else answer.then((later) => this.#send(response, later)).catch((error: unknown) => this.#fail(response, error))
    } catch (error) {
      this.#fail(response, error)
    }
    return true
  }

  #fail(response: ServerResponse, error: unknown): void {
    this.#parts.services.log.error({ err: error }, 'gate check failed')
    this.#send(response, unavailable)
  }

  #send(response: ServerResponse, { status, headers, body }: CheckAnswer): void {
    this.#count(status)
    response.writeHead(status, headers as string[])
    response.end(body)
  }

  // Looking a counter up by its labels costs as much as the rest of a check.
  #count(status: number): void {
    let counter = this.#counters.get(status)
    if (counter === undefined) {
      counter = this.#parts.services.metrics.gateChecks.labels(String(status))
      this.#counters.set(status, counter)
    }
    counter.inc()
  }

  // simpleotp's check: the session alone decides, whatever the visitor's headers say of the URL.
  #answerSession(request: IncomingMessage): CheckAnswer | Promise<CheckAnswer> {
    if (!this.#parts.isOpen()) return unknownPath
    const found = this.#finder.findSession(request)
    return found instanceof Promise ? found.then(sessionAnswer) : sessionAnswer(found)
  }

  #answerVisit(url: string, request: IncomingMessage): CheckAnswer | Promise<CheckAnswer> {
    const family = familyOf(url)
    if (family === null || !this.#parts.isOpen()) return unknownPath
    if (!this.#peers.isProxy(request)) return badRequest
    const visit = readVisit(family, request)
    if (visit === null) return family === 'nginx' && namesVisit(request) ? forbidden : badRequest
    const found = this.#finder.find(request)
    return found instanceof Promise
      ? found.then((later) => this.#judge(family, visit, later, request))
      : this.#judge(family, visit, found, request)
  }

  // Another login by a code alone would be one factor again: the browser would go round in circles.
  #asksTheImpossible({ outcome, rule }: Judgement, found: Found | null): boolean {
    const lacksFactor = rule?.verdict === 'two_factor' && found?.pass.factors === 'one'
    return outcome === 'step_up' && lacksFactor && this.#parts.isCodeOnly
  }

  #judge(family: ProxyFamily, visit: Visit, found: Found | null, request: IncomingMessage): CheckAnswer {
    const { services, settings, rules } = this.#parts
    const set = rules()
    // Without rules every session passes, and nothing else has to be looked at.
    if (set === null && found !== null && found.pass.limits === null) return passed(family, found, request)
    const address = this.#peers.visitorAddress(request)
    const judgement = judgeVisit(set?.rules ?? null, visit, found?.pass ?? null, address, services.clock.nowMs())
    if (judgement.outcome === 'allow') return this.#letIn(judgement, visit, found, family, request)
    if (this.#asksTheImpossible(judgement, found)) return forbidden
    const portals = set?.domains ?? []
    const portal = portalOrigin(visit, portals, settings.cookieArea, services.config.publicUrl)
    const login = loginUrl(portal, visit, judgement.outcome)
    const seeing = { request, visitorAddress: address, settings, portals, portalOrigin: portal }
    const told = doctorHeader in request.headers ? withSeen(login, { ...seeing, nowMs: services.clock.nowMs() }) : login
    return refusal(family, judgement, visit, request.headers, told, settings.redirect)
  }

  // Only a browser brings a cookie along unasked: a token was meant.
  #letIn(
    { sameSiteSockets }: Judgement,
    visit: Visit,
    found: Found | null,
    family: ProxyFamily,
    request: IncomingMessage,
  ): CheckAnswer {
    const isGuarded = sameSiteSockets && !isByToken(found)
    return isGuarded && isForeignSocket(request.headers, visit) ? forbidden : passed(family, found, request)
  }
}

// nginx makes 500 of a 400: right where its configuration names no visit, but no word for a visitor's odd address.
function namesVisit({ headers }: IncomingMessage): boolean {
  return Boolean(headers['x-original-url']) && Boolean(headers['x-original-method'])
}

function allowed(found: Found | null): CheckAnswer {
  return found === null ? nobodyPasses : { status: 200, headers: found.headers, body: '' }
}

function passed(family: ProxyFamily, found: Found | null, { headers }: IncomingMessage): CheckAnswer {
  const answer = allowed(found)
  if (headers.authorization === undefined || isByToken(found)) return answer
  return { ...answer, headers: [...answer.headers, ...handedBack(family, headers.authorization, headers)] }
}

function isByToken(found: Found | null): boolean {
  return (found?.pass.limits ?? null) !== null
}

function sessionAnswer(found: Found | null): CheckAnswer {
  return found === null ? unauthorised : allowed(found)
}

// A query says nothing (P39), but simpleotp's own configuration may send one.
function isSessionPath(url: string): boolean {
  return url.startsWith(sessionPath) && (url.length === sessionPath.length || url[sessionPath.length] === '?')
}

function familyOf(url: string): ProxyFamily | null {
  const family = proxyFamilies.find((name) => url.startsWith(name, checkPrefix.length))
  if (family === undefined) return null
  const next = url[checkPrefix.length + family.length]
  if (next === undefined || next === '?') return family
  // Envoy puts the visited path behind the prefix.
  return family === 'ext-authz' && next === '/' ? family : null
}
