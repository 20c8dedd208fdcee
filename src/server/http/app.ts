import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { Failure } from '../../errors/failure.ts'
import { clientAddress, trustedProxyList } from './address.ts'
import { noteMethods } from './allowed-methods.ts'
import { type Chain, useChain } from './chain.ts'
import { createListener, refuseUnread } from './listener.ts'
import { toProblem } from './problem.ts'
import type { Services } from './services.ts'
import { securityHeaders } from './security-headers.ts'
import { spelledPath } from './spelled-path.ts'
import { type PathOwner, pathIn, refuseUnreadable, unreadAnswer } from './unread.ts'

export interface AppOptions {
  readonly services: Services
  readonly chain: Chain
  readonly logger: FastifyBaseLogger
  /** Told of a failure before it is answered, to audit that somebody was refused. */
  readonly onRefusal?: (request: FastifyRequest, error: unknown) => Promise<void>
  /** Answers gate checks before the router; false leaves the request to it. */
  readonly beforeRouter?: (request: IncomingMessage, response: ServerResponse) => boolean
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Answers a visitor of an address nobody owns with a page; false where a program asked. */
  readonly showMissing?: (request: FastifyRequest, reply: FastifyReply) => boolean
  /** Paths whose owners answer themselves what cannot be decoded, and in their words what cannot be read at all. */
  readonly owners?: readonly PathOwner[]
}

/** Characters between two slashes of a path. */
const longestPart = 1024
/** Addresses of the foreign doors: a closed one is not there, whichever method is asked. */
const keepsSilent = /^\/(admin|api|secret|ungleichotp)\b/i
/** Body bytes a route takes unless it says otherwise. */
const usualBodyLimit = 64 * 1024

/** The HTTP application: addresses, the chain, security headers and errors; rooms add their routes. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const { services, chain, showMissing = () => false } = options
  const app = createFrame(options)
  const trusted = trustedProxyList(services.config.trustedProxies)
  app.decorateRequest('actor')
  app.decorateRequest('address', '')
  app.addHook('onRequest', (request, reply, done) => {
    const forwarded = request.headers['x-forwarded-for']
    request.address = clientAddress(request.raw.socket.remoteAddress ?? '', forwarded?.toString(), trusted)
    reply.headers(securityHeaders)
    done()
  })
  readJson(app)
  endEmptyBodies(app)
  useChain(app, chain)
  refuseWhatIsMissing(app, showMissing)
  answerFailures(app, options)
  return app
}

// What is settled before the first hook runs: sizes, addresses that cannot be read, and the listener.
function createFrame({ logger, beforeRouter, tls, owners = [] }: AppOptions): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // Nothing is logged per request, so none needs a logger of its own: making one costs as much as a token check.
    childLoggerFactory: (shared) => shared,
    bodyLimit: usualBodyLimit,
    routerOptions: { maxParamLength: longestPart, ignoreTrailingSlash: false },
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    // A path that cannot be decoded, or is too long, fails before any hook; the framework's own text would echo it.
    frameworkErrors: (error, { raw: request }, { raw: response }) => {
      const { url = '' } = request
      const spelled = spelledPath(url, longestPart)
      const isOwned = owners.some(({ path }) => pathIn(url).startsWith(path))
      if (spelled === url || !isOwned) return refuseUnread(response, unreadAnswer(error, url, owners))
      request.url = spelled
      app.routing(request, response)
    },
    clientErrorHandler: refuseUnreadable(owners),
    serverFactory: (handler) =>
      createListener(
        (request, response) => {
          if (beforeRouter?.(request, response) !== true) handler(request, response)
        },
        { owners, tls },
      ),
  })
  return app
}

function refuseWhatIsMissing(app: FastifyInstance, showMissing: NonNullable<AppOptions['showMissing']>): void {
  const allowedAt = noteMethods(app)
  app.setNotFoundHandler((request, reply) => {
    if (showMissing(request, reply)) return reply
    const allowed = keepsSilent.test(request.url) ? [] : allowedAt(request.url)
    if (allowed.length === 0) return sendProblem(reply, new Failure('not_found'))
    return sendProblem(reply.header('allow', allowed.join(', ')), new Failure('method_not_allowed'))
  })
}

function answerFailures(app: FastifyInstance, { services, onRefusal }: AppOptions): void {
  let isStopping = false
  app.addHook('preClose', async () => {
    isStopping = true
  })
  // Nobody waits for an answer once the database is closed: the client left, and its request went on without it.
  const isLeftOver = (error: unknown) => isStopping && error instanceof Failure && error.code === 'database_away'
  app.setErrorHandler(async (error, request, reply) => {
    const refusal = await audited(error, request, onRefusal)
    if (toProblem(refusal).status >= 500 && !isLeftOver(refusal)) {
      services.log.error({ err: refusal, method: request.method, route: request.routeOptions.url }, 'request failed')
    }
    return sendProblem(reply, refusal)
  })
}

// A POST that needs no body may say it is JSON all the same: clients' defaults do.
function readJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    const answer = (error: Error | null, value?: unknown) =>
      done(error === null ? null : new Failure('json_unreadable'), value)
    if (body.length === 0) done(null, undefined)
    else void parse(request, String(body), answer)
  })
}

// Node.js hands over no stream where no body is announced: whoever waits for the end of one would wait for ever.
function endEmptyBodies(app: FastifyInstance): void {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const waits = request.raw.readableEnded && request.headers['content-type'] !== undefined
    done(null, waits ? Readable.from([]) : payload)
  })
}

// Law 3 holds for denials too: one that cannot be audited is answered as the fault that stopped it.
async function audited(error: unknown, request: FastifyRequest, onRefusal: AppOptions['onRefusal']): Promise<unknown> {
  try {
    await onRefusal?.(request, error)
    return error
  } catch (fault) {
    return fault
  }
}

interface Reply {
  code(status: number): Reply
  header(name: string, value: string | number): Reply
  type(media: string): Reply
  send(body: unknown): unknown
}

/** Answers a failure as RFC 9457 problem details, with Retry-After where a wait is known. */
function sendProblem(reply: Reply, thrown: unknown): unknown {
  const { status, problem } = toProblem(thrown)
  if (problem.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(problem.retryAfterMs / 1000))
  return reply.code(status).type('application/problem+json').send(problem)
}
