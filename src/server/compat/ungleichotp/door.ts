import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { By } from '../../subjects/audited.ts'
import { callerRealms, isReserved, peopleRealm } from '../../subjects/reserved.ts'
import { addressSource, namedSource } from '../../subjects/source.ts'
import type { Judged } from '../../subjects/verdict.ts'
import type { JudgeRequest } from '../../subjects/judge.ts'
import type { Variables } from '../../http/environment.ts'
import type { DoorParts } from '../door-parts.ts'
import { plantLockout } from '../plant-lockout.ts'
import { type Fields, readFields, readRaw } from './body.ts'
import { Entries } from './entries.ts'
import { callerIn, changesIn, entryIn, isExtended, type Triple, verifiedIn } from './fields.ts'
import {
  notFound,
  notPermitted,
  notUnique,
  Refusal,
  refusalOf,
  unsupported,
  wrongCredentials,
  wrongMethod,
} from './refusal.ts'
import { readUngleichotpRules, type UngleichotpRules, ungleichotpLockout, ungleichotpOrigin } from './settings.ts'

const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const jsonType = 'application/json'
const ok = Buffer.from('{"status":"OK"}')
/** Stands for realms whose entries cannot be callers: judged like one that does not exist. */
const nobodysRealm = ''

interface Params {
  readonly id?: string
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>

/** One request whose body was read. */
interface Asked {
  readonly request: FastifyRequest
  readonly fields: Fields
  readonly caller: Triple
}

/** What a resource answers to each method, once the caller is known. */
type Methods = Partial<Record<string, (asked: Asked, by: By) => unknown>>

/** A status of success without the usual 200. */
interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Opens ungleichotp's door below `/ungleichotp/`, with the differences docs/guide/from-ungleichotp.md lists. */
export async function ungleichotpDoor(app: FastifyInstance, parts: DoorParts, variables: Variables): Promise<void> {
  await plantLockout(parts.core, ungleichotpOrigin, ungleichotpLockout)
  const door = new Door(parts, readUngleichotpRules(variables))
  await app.register(async (instance) => {
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    instance.addHook('onRequest', async () => {
      if (!(await parts.isOpen('ungleichotp'))) throw notFound()
    })
    instance.setErrorHandler((error, request, reply) => {
      const refusal = isNoMediaType(error) ? refusalOfType(request) : refusalOf(error)
      if (refusal.status >= 500) parts.core.services.log.error({ err: error, method: request.method }, 'request failed')
      return send(reply, refusal.status, refusal.body)
    })
    door.routes(instance)
  })
  app.addHook('preHandler', async (request, reply) => {
    if (request.url !== '/' || request.method !== 'GET' || !hasBody(request)) return
    if (await parts.isOpen('ungleichotp')) await door.root(request, reply)
  })
}

class Door {
  readonly #parts: DoorParts
  readonly #rules: UngleichotpRules
  readonly #entries: Entries

  constructor(parts: DoorParts, rules: UngleichotpRules) {
    this.#parts = parts
    this.#rules = rules
    this.#entries = new Entries(parts, rules)
  }

  routes(app: FastifyInstance): void {
    const at = (url: string, handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
      app.route({ method: [...methods], url, handler })
    const verify = (request: FastifyRequest, reply: FastifyReply) => this.#verify(request, reply)
    const list = (request: FastifyRequest, reply: FastifyReply) => this.#list(request, reply)
    const entry = (request: FastifyRequest, reply: FastifyReply) => this.#entry(request, reply)
    at('/ungleichotp/verify/', verify)
    at('/ungleichotp/verify', slashed(verify))
    at('/ungleichotp/verify.json', verify)
    at('/ungleichotp/', list)
    at('/ungleichotp', slashed(list))
    at('/ungleichotp.json', list)
    at('/ungleichotp/:id/', entry)
    at('/ungleichotp/:id', (request, reply) =>
      ((request.params as Params).id ?? '').endsWith('.json') ? entry(request, reply) : slashed(entry)(request, reply),
    )
    void app.register(async (rest) => this.#others(rest), { prefix: '/ungleichotp' })
  }

  /** Methods the framework does not know are refused like others: by whom they came from first. */
  #others(app: FastifyInstance): void {
    app.setNotFoundHandler((request, reply) => {
      const [, , name, end, ...more] = (request.url.split('?')[0] ?? '').split('/')
      if (methods.some((method) => method === request.method) || end || more.length > 0)
        return send(reply, 404, notFound().body)
      if (name === 'verify') return this.#verify(request, reply)
      return name ? this.#entry(request, reply) : this.#list(request, reply)
    })
  }

  /** `GET /` with a caller in its body: where the entries are. */
  async root(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      const asked = await this.#read(request)
      await this.#admit(asked, [callerRealms.admin, callerRealms.auth])
      const body = { ungleichotp: `${request.protocol}://${request.host}/ungleichotp/` }
      send(reply.header('allow', 'GET, HEAD, OPTIONS'), 200, body)
    } catch (error) {
      const refusal = refusalOf(error)
      send(reply, refusal.status, refusal.body)
    }
  }

  async #verify(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    reply.header('allow', 'POST, OPTIONS')
    const asked = await this.#read(request)
    const { caller } = asked
    const realms = [callerRealms.admin, callerRealms.auth]
    const verified = request.method === 'POST' ? tryVerified(asked.fields, this.#rules) : null
    // Whoever may not ask, asks another method or leaves a field out is judged alone; the rest in one go.
    if (verified === null || verified instanceof Refusal || !(realms as string[]).includes(caller.realm)) {
      await this.#admit(asked, realms)
      if (verified instanceof Refusal) throw verified
      return this.#describeOrRefuse(asked, reply, 'Verify')
    }
    const [called, judged] = await this.#parts.subjects.judgeBehind(await this.#callerRequest(asked), {
      realm: verified.realm === peopleRealm ? nobodysRealm : verified.realm,
      subject: verified.name,
      code: verified.code,
      purpose: 'verify',
      source: namedSource(`ungleichotp:${caller.realm}/${caller.name}`),
      ...byOf(asked),
    })
    if (!called.accepted) throw wrongCredentials()
    if (judged?.accepted !== true) throw notPermitted()
    return sendBytes(reply, 200, ok)
  }

  async #list(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    reply.header('allow', 'GET, POST, HEAD, OPTIONS')
    const query = request.query as Query
    const filter = { name: lastOf(query['name']), realm: lastOf(query['realm']) }
    const list = (_asked: Asked, by: By) => this.#entries.list(by, filter)
    return this.#manage(request, reply, 'Entries', {
      GET: list,
      HEAD: list,
      POST: async ({ fields }, by): Promise<Answer> => {
        // In the 0.6 form name and realm are the caller's own, who exists.
        if (!isExtended(fields)) throw notUnique()
        const { id, ...entry } = await this.#entries.create(by, entryIn(fields, this.#rules))
        return { status: 201, body: { ...entry, id } }
      },
    })
  }

  async #entry(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    reply.header('allow', 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS')
    const id = ((request.params as Params).id ?? '').replace(/\.json$/, '')
    const read = (_asked: Asked, by: By) => this.#entries.read(by, id)
    return this.#manage(request, reply, 'Entry', {
      GET: read,
      HEAD: read,
      PUT: ({ fields }, by) => this.#entries.update(by, id, entryIn(fields, this.#rules)),
      PATCH: ({ fields }, by) => this.#entries.update(by, id, changesIn(fields, this.#rules)),
      DELETE: async (_asked, by): Promise<Answer> => {
        await this.#entries.remove(by, id)
        return { status: 204, body: null }
      },
    })
  }

  /** Reads, authenticates and admits an administrator, then asks the method. */
  async #manage(request: FastifyRequest, reply: FastifyReply, name: string, known: Methods): Promise<FastifyReply> {
    const asked = await this.#read(request)
    await this.#admit(asked, [callerRealms.admin])
    const handle = known[request.method]
    if (handle === undefined) return this.#describeOrRefuse(asked, reply, name)
    const answered = await handle(asked, byOf(asked))
    const { status, body } = isAnswer(answered) ? answered : { status: 200, body: answered }
    return request.method === 'HEAD' || status === 204 ? sendBytes(reply, status, null) : send(reply, status, body)
  }

  #describeOrRefuse({ request }: Asked, reply: FastifyReply, name: string): FastifyReply {
    if (request.method !== 'OPTIONS') throw wrongMethod(request.method)
    const parses = [jsonType, 'application/x-www-form-urlencoded', 'multipart/form-data']
    return send(reply, 200, { name, description: '', renders: [jsonType], parses })
  }

  async #read(request: FastifyRequest): Promise<Asked> {
    const body = Buffer.isBuffer(request.body) ? request.body : await readRaw(request.raw)
    const fields = await readFields(body, request.headers['content-type'])
    return { request, fields, caller: callerIn(fields, this.#rules) }
  }

  /** Lets callers of these realms in. @throws Refusal 403: one text for who is wrong, another for who may not */
  async #admit(asked: Asked, realms: readonly string[]): Promise<void> {
    const judged: Judged = await this.#parts.subjects.judge(await this.#callerRequest(asked))
    if (!judged.accepted) throw wrongCredentials()
    if (!realms.includes(asked.caller.realm)) throw notPermitted()
  }

  /** The caller's own code: checked, counted and audited, but not spent. Until it is right, a stranger sent it. */
  async #callerRequest({ caller, request: { address } }: Asked): Promise<JudgeRequest> {
    return {
      realm: (await this.#isCallerRealm(caller.realm)) ? caller.realm : nobodysRealm,
      subject: caller.name,
      code: caller.code,
      purpose: 'authenticate',
      source: addressSource(address),
      actor: { kind: 'stranger', address },
      address,
      door: 'ungleichotp',
    }
  }

  // Entries of native realms are nobody's callers: anybody could try codes of theirs here.
  async #isCallerRealm(name: string): Promise<boolean> {
    if (isReserved(name)) return name !== peopleRealm
    return (await this.#parts.subjects.realm(name))?.origin === ungleichotpOrigin
  }
}

/** Serves a path without its last slash: moved for readers, as it stands for everybody else. */
function slashed(handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return handler(request, reply)
    const [path = '', query] = request.url.split('?', 2)
    return reply
      .code(301)
      .header('location', `${path}/${query === undefined ? '' : `?${query}`}`)
      .send()
  }
}

function tryVerified(fields: Fields, rules: UngleichotpRules): Triple | Refusal {
  try {
    return verifiedIn(fields, rules)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

function byOf({ request: { address }, caller }: Asked): By {
  const tokenId = `ungleichotp:${caller.realm}/${caller.name}`
  const actor = { kind: 'service', tokenId, name: caller.name, scopes: [], address } as const
  return { actor, address, door: 'ungleichotp' }
}

// Of a name given twice Django takes the last.
function lastOf(value: Query[string]): string | undefined {
  return typeof value === 'object' ? value.at(-1) : value
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'status' in value && 'body' in value
}

// What cannot be a media type is refused by the framework, before the body is looked at.
function isNoMediaType(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
}

function refusalOfType(request: FastifyRequest): Refusal {
  return hasBody(request) ? unsupported(request.headers['content-type'] ?? '') : wrongCredentials()
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function send(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return sendBytes(reply, status, Buffer.from(JSON.stringify(body)))
}

function sendBytes(reply: FastifyReply, status: number, body: Buffer | null): FastifyReply {
  reply.code(status).header('vary', 'Accept').header('referrer-policy', 'same-origin')
  return body === null ? reply.send() : reply.header('content-type', jsonType).send(body)
}
