import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { accessPages, accessRoutes } from '../../../../src/server/access/routes.ts'
import { importAtStart, totpshareDoor } from '../../../../src/server/compat/totpshare/door.ts'
import { readTotpshareSettings } from '../../../../src/server/compat/totpshare/settings.ts'
import { readConfig } from '../../../../src/server/config.ts'
import { consoleRoutes } from '../../../../src/server/console.ts'
import { createApp } from '../../../../src/server/http/app.ts'
import { createChain } from '../../../../src/server/http/chain.ts'
import { createRouter } from '../../../../src/server/http/router.ts'
import { createLogger } from '../../../../src/server/log.ts'
import { openCore } from '../../../../src/server/open-core.ts'
import { providerFirst } from '../../../../src/server/provider-first.ts'
import { openRooms, type Rooms } from '../../../../src/server/rooms.ts'
import { vaultRoutes } from '../../../../src/server/vault/routes.ts'
import { type DatabasePlace } from '../../../support/engines.ts'
import { ProviderVisitor, type TestProvider } from '../../../support/oidc-provider.ts'
import { type TestClock, testClock, testLog, testServices } from '../../../support/services.ts'

const host = 'localhost:8000'
/** Where the provider sends browsers back to. */
export const callback = `http://${host}/authorization-code/callback`

/** A server with the door, and its log. */
export interface DoorHouse {
  readonly app: FastifyInstance
  readonly rooms: Rooms
  readonly clock: TestClock
  readonly log: ReturnType<typeof testLog>
}

/** A temporary folder, removed when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-totpshare-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Opens a server as totpshare's variables describe it, on a fresh data directory or the one given. */
export async function openDoor(
  variables: Record<string, string> = {},
  {
    dataDir = temporaryFolder(),
    place,
    clock = testClock(Date.now()),
  }: { dataDir?: string; place?: DatabasePlace; clock?: TestClock } = {},
): Promise<DoorHouse> {
  const log = testLog()
  const databaseUrl = place?.url
  const config = readConfig(variables, { dataDir: place?.dataDir ?? dataDir, databaseUrl })
  const core = await openCore(config, { ...testServices({ clock, log }), config })
  const rooms = await openRooms(core)
  const settings = readTotpshareSettings(variables)
  await importAtStart(rooms.vault, settings)
  const chain = createChain()
  chain.authenticators.push(...rooms.access.authenticators)
  const { services } = core
  const app = await createApp({ services, chain, logger: createLogger('silent'), onRefusal: rooms.access.recordDenial })
  const router = createRouter(app)
  accessRoutes(router, rooms.access)
  accessPages(app, rooms.access)
  vaultRoutes(router, rooms.vault)
  const { access, vault } = rooms
  const shell = consoleRoutes(app, { folder: smallConsole(), enter: ({ actor }) => providerFirst(access, actor) })
  totpshareDoor(app, {
    access,
    vault,
    settings,
    isOpen: async () => (await rooms.settings.read()).doors.totpshare,
    sendShell: shell === null ? null : (reply, head) => shell.send(reply, head),
    loginAddress: async ({ actor }, returnTo) =>
      (await providerFirst(access, actor)) === null ? null : `/v1/login/oidc?returnTo=${encodeURIComponent(returnTo)}`,
  })
  onTestFinished(async () => {
    await app.close()
    await rooms.stop()
    await core.close()
  })
  return { app, rooms, clock, log }
}

function smallConsole(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'assets'))
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width, initial-scale=1"></head><body></body></html>',
  )
  return folder
}

/** Variables of totpshare that name a provider by a `client_secrets.json`. */
export function clientSecretsOf(provider: TestProvider, folder: string): Record<string, string> {
  const { issuer, clientId: client_id, clientSecret: client_secret } = provider
  const endpoints = { auth_uri: `${issuer}/auth`, token_uri: `${issuer}/token`, userinfo_uri: `${issuer}/me` }
  const file = join(folder, 'client_secrets.json')
  writeFileSync(file, JSON.stringify({ web: { ...endpoints, issuer, client_id, client_secret, redirect_uris: [] } }))
  return { OIDC_CLIENT_SECRETS: file }
}

/** What came back, with the cookies kept. */
export interface Page {
  readonly status: number
  readonly body: string
  readonly location: string | undefined
  readonly headers: Record<string, unknown>
}

/** A browser at the door. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  readonly #app: FastifyInstance

  constructor({ app }: DoorHouse) {
    this.#app = app
  }

  async call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    {
      json,
      form,
      headers = {},
    }: { json?: object; form?: Record<string, string>; headers?: Record<string, string> } = {},
  ): Promise<Page> {
    const payload =
      json === undefined
        ? form === undefined
          ? undefined
          : new URLSearchParams(form).toString()
        : JSON.stringify(json)
    const type = json === undefined ? 'application/x-www-form-urlencoded' : 'application/json'
    const answer = await this.#app.inject({
      method,
      url,
      headers: {
        host,
        ...(this.cookies.size === 0 ? {} : { cookie: [...this.cookies].map((pair) => pair.join('=')).join('; ') }),
        ...(payload === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(payload === undefined ? {} : { payload }),
    })
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [pair = ''] = line.split(';')
      const equals = pair.indexOf('=')
      const [name, value] = [pair.slice(0, equals), pair.slice(equals + 1)]
      if (value === '') this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    return { status: answer.statusCode, body: answer.body, location: answer.headers.location, headers: answer.headers }
  }

  get(url: string): Promise<Page> {
    return this.call('GET', url)
  }

  /** The token that pages carry. */
  async csrfToken(): Promise<string> {
    const { body } = await this.get('/admin')
    const token = /<meta name="csrf-token" content="([^"]+)">/.exec(body)?.[1]
    if (token !== undefined) return token
    const me = JSON.parse((await this.get('/v1/me')).body) as { csrfToken: string }
    return me.csrfToken
  }

  /** Follows a page to the provider, logs in there and comes back; answers where that led. */
  async logIn(provider: TestProvider, sub: string, page = '/admin'): Promise<string | undefined> {
    const begun = await this.get((await this.get(page)).location ?? '')
    const back = new URL(await new ProviderVisitor(provider.issuer).visit(begun.location ?? '', sub))
    return (await this.get(back.pathname + back.search)).location
  }
}
