import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import type { Endpoint } from '../../../src/api/index.ts'
import { newRootKey, type RootKey } from '../../../src/crypto/root-key.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { type Access, createAccess } from '../../../src/server/access/access.ts'
import { createNotices, type Notices } from '../../../src/server/access/notices/notices.ts'
import type { MailConfig } from '../../../src/server/access/notices/delivery.ts'
import { accessPages, accessRoutes } from '../../../src/server/access/routes.ts'
import { createAudit } from '../../../src/server/audit/audit.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { createApp } from '../../../src/server/http/app.ts'
import { createChain } from '../../../src/server/http/chain.ts'
import { createRouter } from '../../../src/server/http/router.ts'
import type { PublicConfig } from '../../../src/server/http/services.ts'
import { createSubjects } from '../../../src/server/subjects/subjects.ts'
import type { DatabasePlace, TestEngine } from '../../support/engines.ts'
import { openTestKeyRing } from '../../support/key-ring.ts'
import { type TestClock, testClock, testServices } from '../../support/services.ts'

const silence = (): void => {}
const quietLogger: FastifyBaseLogger = {
  level: 'silent',
  fatal: silence,
  error: silence,
  warn: silence,
  info: silence,
  debug: silence,
  trace: silence,
  silent: silence,
  child: () => quietLogger,
}

export interface HouseOptions {
  readonly place?: DatabasePlace
  readonly rootKey?: RootKey
  readonly clock?: TestClock
  readonly config?: Partial<PublicConfig>
  readonly mail?: MailConfig
  readonly variables?: Record<string, string>
}

/** The room of access on a real database, behind the real HTTP frame. */
export interface House {
  readonly access: Access
  readonly app: FastifyInstance
  readonly clock: TestClock
  readonly storage: Storage
  readonly notices: Notices
  readonly rootKey: RootKey
  /** Calls an endpoint; answers status, JSON body and cookies. */
  call(endpoint: Endpoint, options?: CallOptions): Promise<Answered>
}

export interface CallOptions {
  readonly params?: Record<string, string>
  readonly query?: Record<string, string>
  readonly body?: unknown
  readonly token?: string
  readonly browser?: Browser
  readonly headers?: Record<string, string>
  readonly address?: string
}

export interface Answered {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Record<string, unknown>
}

/** The cookies of one browser, and its CSRF token. */
export class Browser {
  readonly cookies = new Map<string, string>()
  csrfToken = ''

  keep(setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = ''] = line.split(';')
      const equals = pair.indexOf('=')
      const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
      if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
  }

  get header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}

/** Opens a house; it closes when the test ends. */
export async function openHouse(engine: TestEngine, options: HouseOptions = {}): Promise<House> {
  const { clock = testClock(), rootKey = newRootKey() } = options
  const storage = await engine.openStorage({ clock, ...(options.place && { place: options.place }) })
  const keyRing = await openTestKeyRing(storage, rootKey)
  const services = testServices({ clock, ...(options.config && { config: options.config }) })
  const audit = createAudit({ storage, keyRing, clock, log: services.log })
  const core = { services, storage, keyRing, audit }
  const subjects = createSubjects(core)
  const notices = createNotices({ ...core, mail: options.mail ?? null })
  const access = await createAccess({
    ...core,
    subjects,
    notices,
    drawQrSvg: () => '<svg/>',
    ...(options.variables && { variables: options.variables }),
  })
  const chain = createChain()
  chain.authenticators.push(...access.authenticators)
  const app = await createApp({ services, chain, logger: quietLogger })
  app.addHook('onError', (request, _reply, error) => access.recordDenial(request, error))
  accessRoutes(createRouter(app), access)
  accessPages(app, access)
  onTestFinished(async () => {
    await app.close()
    await notices.stop()
    await access.stop()
    subjects.close()
    await audit.close()
  })
  return { access, app, clock, storage, notices, rootKey, call: (endpoint, given) => call(app, endpoint, given) }
}

async function call(app: FastifyInstance, endpoint: Endpoint, options: CallOptions = {}): Promise<Answered> {
  const { params = {}, query = {}, body, token, browser, headers = {}, address = '127.0.0.1' } = options
  const path = endpoint.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? 'x'))
  const answer = await app.inject({
    method: endpoint.method,
    url: path,
    query,
    remoteAddress: address,
    headers: {
      host: 'localhost:8000',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(browser === undefined || browser.cookies.size === 0 ? {} : { cookie: browser.header }),
      ...(browser === undefined || endpoint.method === 'GET' ? {} : { 'x-csrf-token': browser.csrfToken }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: body as object }),
  })
  const setCookie = answer.headers['set-cookie']
  browser?.keep(setCookie === undefined ? [] : [setCookie].flat())
  const parsed = answer.body === '' ? {} : (JSON.parse(answer.body) as Record<string, unknown>)
  const me = (parsed['me'] ?? parsed) as { csrfToken?: unknown }
  if (browser !== undefined && typeof me.csrfToken === 'string') browser.csrfToken = me.csrfToken
  return { status: answer.statusCode, body: parsed, headers: answer.headers }
}

/** The code an authenticator would show, `stepsAhead` from now. */
export function codeOf(otpauthUri: string, clock: TestClock, stepsAhead = 0): string {
  const secret = new URL(otpauthUri).searchParams.get('secret') ?? ''
  return totp(decodeBase32(secret), clock.nowMs() + stepsAhead * 30_000)
}
