import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { Actor } from '../../http/actor.ts'
import { noteMethods } from '../../http/allowed-methods.ts'
import type { By } from '../../subjects/audited.ts'
import type { RealmEntry } from '../../subjects/directory.ts'
import { type Given, readFolded, readObject } from './body.ts'
import { Callers, isDoorRoot, mayAt, type Right } from './caller.ts'
import type { DoorParts } from '../door-parts.ts'
import { plantLockout } from '../plant-lockout.ts'
import type { TinyMfaParts } from './parts.ts'
import { Issuers } from './issuers.ts'
import { OldTokens } from './old-tokens.ts'
import { notFound, type Outcome, Refusal, refusalOf, wrongToken } from './refusal.ts'
import { lockoutOf, tinyMfaOrigin, type TinyMfaSettings, TinyMfaSettingsStore, usualTinyMfa } from './settings.ts'
import { System } from './system.ts'
import { IssuerTokens } from './tokens.ts'
import { Users } from './users.ts'
import { Validation } from './validate.ts'
import { listValidations } from './validations.ts'

const prefix = '/api/v1'
const jsonType = 'application/json'

type Params = Readonly<Record<string, string>>
type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/** What a handler below an issuer is given once the token was looked at. */
interface AtIssuer {
  readonly by: By
  readonly realm: RealmEntry
  readonly params: Params
  readonly body: unknown
}

/** One path below an issuer. */
interface IssuerPath {
  readonly right: Right
  /** Open to everybody when tokens are not verified. */
  readonly isUserPath: boolean
  readonly handle: (call: AtIssuer, reply: FastifyReply) => Promise<unknown>
}

/** Opens go-tiny-mfa's door below `/api/v1/`, byte for byte with the differences docs/guide/from-go-tiny-mfa.md lists. */
export async function tinyMfaDoor(app: FastifyInstance, doorParts: DoorParts): Promise<void> {
  await plantLockout(doorParts.core, tinyMfaOrigin, lockoutOf(usualTinyMfa.denyLimit))
  const parts: TinyMfaParts = { ...doorParts, settings: new TinyMfaSettingsStore(doorParts.core) }
  await app.register(
    async (door) => {
      speakTinyMfa(door, parts)
      new Door(door, parts).routes()
    },
    { prefix },
  )
}

/** Bodies come as text whatever they are called; every answer is one JSON document that ends in a line break. */
function speakTinyMfa(door: FastifyInstance, { core, isOpen }: TinyMfaParts): void {
  door.removeAllContentTypeParsers()
  door.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  door.addHook('onRequest', async ({ raw }, reply) => {
    // Not looked at, so that the framework refuses none for its spelling either.
    raw.headers['content-type'] = undefined
    reply.header('access-control-allow-origin', '*')
    if (!(await isOpen('tinyMfa'))) throw pageNotFound()
  })
  const allowedAt = noteMethods(door)
  door.setNotFoundHandler(({ url }, reply) => {
    const allowed = allowedAt(url)
    if (allowed.length === 0) return send(reply, pageNotFound())
    return send(reply.header('allow', allowed.join(', ')), new Refusal(405, 'method not allowed'))
  })
  door.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal.status >= 500) {
      core.services.log.error({ err: error, method: request.method, route: request.routeOptions.url }, 'request failed')
    }
    return send(reply, refusal)
  })
}

class Door {
  readonly #app: FastifyInstance
  readonly #parts: TinyMfaParts
  readonly #callers: Callers
  readonly #issuers: Issuers
  readonly #users: Users
  readonly #tokens: IssuerTokens
  readonly #system: System
  readonly #validation: Validation

  constructor(app: FastifyInstance, parts: TinyMfaParts) {
    this.#app = app
    this.#parts = parts
    this.#callers = new Callers(parts.access.tokens, new OldTokens(parts.core))
    this.#issuers = new Issuers(parts)
    this.#users = new Users(parts)
    this.#tokens = new IssuerTokens(parts, this.#issuers)
    this.#system = new System(parts)
    this.#validation = new Validation(parts, this.#users)
  }

  routes(): void {
    this.#on('GET', '/health', () => success('tiny-mfa is alive!'))
    this.#systemRoutes()
    this.#issuerRoutes()
    this.#tokenRoutes()
    this.#userRoutes()
  }

  #systemRoutes(): void {
    const system = this.#system
    this.#root('GET', '/system/configuration', () => system.configuration())
    this.#root('POST', '/system/configuration', (by, body) => system.configure(by, readObject(body)))
    this.#root('GET', '/system/oidc', () => system.oidc())
    this.#root('POST', '/system/oidc', (by, body) => system.draftOidc(by, readFolded(body)))
    this.#root('GET', '/system/qrcode', () => system.colours())
    this.#root('POST', '/system/qrcode', (by, body) => system.paint(by, readFolded(body)))
    this.#root('GET', '/system/audit', (_by, _body, request) => listValidations(this.#parts, request.query as object))
  }

  #issuerRoutes(): void {
    const issuers = this.#issuers
    this.#root('GET', '/issuer', () => issuers.list())
    this.#root('POST', '/issuer', (by, body) => issuers.create(by, foldedOrUnsafe(body)))
    this.#at('manage', 'GET', '/issuer/:issuer', ({ realm }) => issuers.read(realm.name))
    this.#at('manage', 'POST', '/issuer/:issuer', async ({ by, realm, body }) => {
      await issuers.update(by, realm.name, readObject(body))
      return success('issuer successfully updated')
    })
    this.#at('manage', 'DELETE', '/issuer/:issuer', async ({ by, realm }) => {
      await issuers.remove(by, realm.name)
      return success('issuer successfully deleted')
    })
  }

  #tokenRoutes(): void {
    const tokens = this.#tokens
    this.#at('manage', 'GET', '/issuer/:issuer/token', ({ realm }) => tokens.list(realm))
    this.#at('manage', 'POST', '/issuer/:issuer/token', ({ by, realm, body }) =>
      tokens.create(by, realm, readObject(body)),
    )
    this.#at('manage', 'DELETE', '/issuer/:issuer/token/:token', ({ by, realm, params }) =>
      tokens.remove(by, realm, nameIn(params, 'token')),
    )
  }

  #userRoutes(): void {
    const users = this.#users
    const issuerOf = (realm: RealmEntry) => this.#issuers.read(realm.name)
    const name = (params: Params) => nameIn(params, 'user')
    this.#at('enrol', 'GET', '/issuer/:issuer/users', async ({ realm }) => users.list(realm, await issuerOf(realm)))
    this.#at('enrol', 'POST', '/issuer/:issuer/users', async ({ by, realm, body }) =>
      users.create(by, realm, await issuerOf(realm), foldedOrUnsafe(body)),
    )
    this.#at('enrol', 'GET', '/issuer/:issuer/users/:user', async ({ realm, params }) =>
      users.read(realm, await issuerOf(realm), name(params)),
    )
    this.#at('enrol', 'POST', '/issuer/:issuer/users/:user', async ({ by, realm, params, body }) => {
      await users.row(realm, name(params))
      await users.update(by, realm, name(params), readObject(body))
      return success('user successfully updated')
    })
    this.#at('enrol', 'DELETE', '/issuer/:issuer/users/:user', async ({ by, realm, params }) => {
      await users.remove(by, realm, name(params))
      return success('user successfully deleted')
    })
    this.#at('enrol', 'GET', '/issuer/:issuer/users/:user/totp', async ({ by, realm, params }, reply) => {
      const picture = await users.picture(by, realm, name(params))
      reply.type('image/png')
      return picture
    })
    this.#at('verify', 'POST', '/issuer/:issuer/users/:user/totp', ({ by, realm, params, body }) =>
      this.#validation.validate(by, realm, name(params), body),
    )
  }

  /** A path of the root token. */
  #root(method: HTTPMethods, path: string, handle: (by: By, body: unknown, request: FastifyRequest) => unknown): void {
    this.#on(method, path, async (request) => {
      const actor = await this.#callers.identify(request, null)
      if (!isDoorRoot(actor)) throw wrongToken()
      return handle(byOf(request, actor), request.body, request)
    })
  }

  /** A path below an issuer: the token first, then the issuer, then whatever the body says. */
  #at(right: Right, method: HTTPMethods, path: string, handle: IssuerPath['handle']): void {
    const issuerPath: IssuerPath = { right, handle, isUserPath: path.startsWith('/issuer/:issuer/users') }
    this.#on(method, path, (request, reply) => {
      const name = nameIn(request.params as Params, 'issuer')
      const realm = this.#issuers.recall(name)
      const settings = this.#parts.settings.recall()
      if (realm === undefined || settings === null) return this.#enterCold(issuerPath, name, request, reply)
      const actor = this.#identify(issuerPath, request, realm, settings)
      if (!(actor instanceof Promise)) return enter(issuerPath, realm, actor, request, reply)
      return actor.then((found) => enter(issuerPath, realm, found, request, reply))
    })
  }

  async #enterCold(path: IssuerPath, name: string, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const realm = await this.#issuers.entry(name)
    const actor = await this.#identify(path, request, realm, await this.#parts.settings.read())
    return enter(path, realm, actor, request, reply)
  }

  /** Whoever asks; null where tokens are not looked at. */
  #identify(
    { isUserPath }: IssuerPath,
    request: FastifyRequest,
    realm: RealmEntry | null,
    { verifyTokens }: TinyMfaSettings,
  ): Actor | null | Promise<Actor> {
    return isUserPath && !verifyTokens ? null : this.#callers.identify(request, realm)
  }

  #on(method: HTTPMethods, path: string, handler: Handler): void {
    this.#app.route({
      method,
      url: path,
      handler: async (request, reply) => answer(reply, await handler(request, reply)),
    })
  }
}

// An unknown issuer looks to everybody but the root like one whose token this is not (T40).
function enter(
  { right, handle }: IssuerPath,
  realm: RealmEntry | null,
  actor: Actor | null,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  if (realm === null) throw actor === null || isDoorRoot(actor) ? notFound() : wrongToken()
  if (actor !== null && !mayAt(actor, realm, right)) throw wrongToken()
  const by = byOf(request, actor ?? { kind: 'stranger', address: request.address })
  return handle({ by, realm, params: request.params as Params, body: request.body }, reply)
}

// PostgreSQL's text cannot hold NUL, and nobody's name has one: it names nobody, as no name does.
function nameIn(params: Params, part: 'issuer' | 'user' | 'token'): string {
  const name = params[part] ?? ''
  return name.includes('\0') ? '' : name.normalize('NFC')
}

function byOf({ address }: FastifyRequest, actor: Actor): By {
  return { actor, address, door: 'tiny-mfa' }
}

function foldedOrUnsafe(body: unknown): Given {
  try {
    return readFolded(body)
  } catch {
    throw new Refusal(400, 'object not safe')
  }
}

function success(message: string): Outcome {
  return { success: true, message }
}

function pageNotFound(): Refusal {
  return new Refusal(404, '404 page not found')
}

function answer(reply: FastifyReply, body: unknown): unknown {
  if (Buffer.isBuffer(body)) return body
  reply.header('content-type', jsonType)
  return documentOf(body)
}

// Bytes, because Fastify writes a charset behind the type of a text.
function documentOf(body: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(body)}\n`)
}

function send(reply: FastifyReply, { status, message }: Refusal): FastifyReply {
  reply.header('access-control-allow-origin', '*').header('content-type', jsonType)
  return reply.code(status).send(documentOf({ success: false, message }))
}
