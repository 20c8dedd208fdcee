import type { FastifyInstance, InjectOptions } from 'fastify'
import { onTestFinished } from 'vitest'
import { black, type QrLook, white } from '../../../src/qr/look.ts'
import { createDirectory } from '../../../src/server/access/people/directory.ts'
import { Tokens } from '../../../src/server/access/tokens/tokens.ts'
import type { DoorParts, SignOnDraft } from '../../../src/server/compat/door-parts.ts'
import { createApp } from '../../../src/server/http/app.ts'
import { createChain } from '../../../src/server/http/chain.ts'
import { createLogger } from '../../../src/server/log.ts'
import { createRealms, type Realms } from '../../../src/server/realms/realms.ts'
import { createSubjects } from '../../../src/server/subjects/subjects.ts'
import { openTestCore, type TestCore } from '../../support/core.ts'
import type { TestEngine } from '../../support/engines.ts'

/** The foreign doors' surroundings on a real database. */
export interface DoorHouse extends DoorParts {
  readonly realms: Realms
  readonly core: TestCore
  readonly app: FastifyInstance
  readonly tokens: Tokens
  /** What the doors told of OpenID Connect. */
  readonly drafts: readonly SignOnDraft[]
  /** Doors an administrator closed. */
  readonly closed: Set<string>
}

/** Opens everything the doors stand on; the test opens its door on `app`. */
export async function openDoorHouse(engine: TestEngine): Promise<DoorHouse> {
  const core = await openTestCore(engine)
  const subjects = createSubjects(core)
  let look: QrLook = { foreground: black, background: white }
  const looks = { read: async () => look, write: async (_actor: unknown, next: QrLook) => void (look = next) }
  const realms = createRealms(core, subjects, { look: looks.read })
  const directory = createDirectory(core.storage)
  const tokens = new Tokens(core.storage, core.services, directory)
  const app = await createApp({ services: core.services, chain: createChain(), logger: createLogger('silent') })
  const closed = new Set<string>()
  onTestFinished(async () => {
    await app.close()
    await realms.stop()
    await tokens.stop()
    directory.stop()
    subjects.close()
  })
  const isOpen = (door: string) => !closed.has(door)
  const drafts: SignOnDraft[] = []
  const draftSignOn = async (_actor: unknown, draft: SignOnDraft) => void drafts.push(draft)
  return { core, subjects, realms, access: { tokens }, looks, isOpen, draftSignOn, drafts, app, tokens, closed }
}

/** Makes a token that belongs to nobody but its scopes. */
export async function mintToken({ core, tokens }: DoorHouse, ...scopes: string[]): Promise<string> {
  const { text } = await core.storage.transaction((tx) =>
    tokens.create(tx, { name: 'test', owner: 'service', scopes, createdBy: 'test' }),
  )
  return text ?? ''
}

/** What came back over the door. */
export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly text: string
  readonly bytes: Buffer
  readonly headers: Record<string, unknown>
}

/** Sends one request as bytes; the body is text whatever it is. */
export async function send(
  app: FastifyInstance,
  method: string,
  url: string,
  options: { body?: string; headers?: Record<string, string | string[]> } = {},
): Promise<Reply> {
  const payload = options.body === undefined ? {} : { payload: options.body }
  const reply = await app.inject({ method, url, headers: options.headers ?? {}, ...payload } as InjectOptions)
  const isJson = String(reply.headers['content-type']).includes('json') && reply.body !== ''
  const body: unknown = isJson ? JSON.parse(reply.body) : null
  return { status: reply.statusCode, body, text: reply.body, bytes: reply.rawPayload, headers: reply.headers }
}
