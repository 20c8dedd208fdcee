import type { FastifyInstance, InjectOptions } from 'fastify'
import { onTestFinished } from 'vitest'
import type { Actor } from '../../../src/server/http/actor.ts'
import { createApp } from '../../../src/server/http/app.ts'
import { createChain } from '../../../src/server/http/chain.ts'
import { createRouter } from '../../../src/server/http/router.ts'
import { createLogger } from '../../../src/server/log.ts'
import { createRealms, type Realms, realmRoutes, verifyRoute } from '../../../src/server/realms/realms.ts'
import { createSubjects } from '../../../src/server/subjects/subjects.ts'
import { black, white } from '../../../src/qr/look.ts'
import { openTestCore, type TestCore } from '../../support/core.ts'
import type { DatabasePlace, TestEngine } from '../../support/engines.ts'
import type { RootKey } from '../../../src/crypto/root-key.ts'
import { administratorWith, tokenWith } from '../subjects/actors.ts'

/**
 * The realms room behind HTTP. The headers `x-scopes` and `x-token` say which scopes the caller's token has and which one
 * it is, `x-own-token` which of an administrator's own tokens.
 */
export interface House {
  readonly core: TestCore
  readonly rooms: Realms
  readonly app: FastifyInstance
  ask(method: string, url: string, options?: { body?: unknown; scopes?: string; headers?: object }): Promise<Answered>
}

/** What came back. */
export interface Answered {
  readonly status: number
  readonly body: unknown
  readonly text: string
  readonly headers: Record<string, unknown>
  readonly bytes: Buffer
}

/** Opens the room on a fresh database, or beside another on the same one. */
export async function openHouse(
  engine: TestEngine,
  options: { place?: DatabasePlace; rootKey?: RootKey } = {},
): Promise<House> {
  const core = await openTestCore(engine, options)
  const subjects = createSubjects(core)
  const rooms = createRealms(core, subjects, { look: async () => ({ foreground: black, background: white }) })
  const chain = createChain()
  chain.authenticators.push(({ headers }) =>
    actorOf(String(headers['x-scopes'] ?? ''), headers['x-token'], headers['x-own-token']),
  )
  const app = await createApp({ services: core.services, chain, logger: createLogger('silent') })
  realmRoutes(createRouter(app), rooms)
  verifyRoute(app, subjects)
  onTestFinished(async () => {
    await app.close()
    await rooms.stop()
    subjects.close()
  })
  return { core, rooms, app, ask: (method, url, more = {}) => ask(app, method, url, more) }
}

function actorOf(scopes: string, tokenId: unknown, ownTokenId: unknown): Actor | null {
  if (scopes === '') return null
  if (typeof ownTokenId === 'string') return administratorWith(ownTokenId, scopes.split(' '))
  const actor = tokenWith(...scopes.split(' '))
  return typeof tokenId === 'string' ? { ...actor, tokenId } : actor
}

async function ask(
  app: FastifyInstance,
  method: string,
  url: string,
  { body, scopes = 'admin', headers = {} }: { body?: unknown; scopes?: string; headers?: object },
): Promise<Answered> {
  const payload = body === undefined ? {} : { payload: body as string | object }
  const request = { method, url, headers: { 'x-scopes': scopes, ...headers }, ...payload } as InjectOptions
  const reply = await app.inject(request)
  const isJson = String(reply.headers['content-type']).includes('json')
  const parsed: unknown = isJson ? reply.json() : null
  return { status: reply.statusCode, body: parsed, text: reply.body, headers: reply.headers, bytes: reply.rawPayload }
}

/** The part of an answer a test reads on. */
export function field(answered: Answered, name: string): string {
  return String((answered.body as Record<string, unknown>)[name])
}
