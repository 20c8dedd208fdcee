import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { bootstrap } from '../../../src/server/compat/ungleichotp/bootstrap.ts'
import { readConfig } from '../../../src/server/config.ts'
import { doorParts } from '../../../src/server/door-parts.ts'
import { createLogger } from '../../../src/server/log.ts'
import { openCore } from '../../../src/server/open-core.ts'
import { createRoomsApp, openRooms, type Rooms } from '../../../src/server/rooms.ts'
import type { TestEngine } from '../../support/engines.ts'
import { rawExchange, type RawReply, type RawRequest } from '../../support/raw-exchange.ts'
import { testClock, testLog, testServices, type TestClock } from '../../support/services.ts'

/** A whole server with every door, listening on loopback, and what opens each. */
export interface AllDoors {
  readonly rooms: Rooms
  readonly app: FastifyInstance
  readonly clock: TestClock
  /** The header of go-tiny-mfa's root token. */
  readonly tiny: Readonly<Record<string, string>>
  /** The header of a token that administers Watchword and reveals codes, for totpshare's addresses and the native API. */
  readonly root: Readonly<Record<string, string>>
  /** The triple of an entry of ungleich-admin in the extended form. */
  triple(): Readonly<Record<string, string>>
  exchange(request: RawRequest): Promise<RawReply>
  /** The same with a JSON body. */
  json(method: string, path: string, headers: RawRequest['headers'], body?: object): Promise<RawReply>
}

// The root key stands beside no database of PostgreSQL.
function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'watchword-doors-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Opens the server on a fresh database. */
export async function openAllDoors(engine: TestEngine): Promise<AllDoors> {
  const { dataDir, url: databaseUrl } = await engine.freshPlace()
  const config = readConfig({}, { dataDir: dataDir ?? temporaryFolder(), databaseUrl })
  const clock = testClock(Date.now())
  const core = await openCore(config, { ...testServices({ clock, log: testLog() }), config })
  const rooms = await openRooms(core)
  const app = await createRoomsApp(rooms, { logger: createLogger('silent'), isServing: () => true })
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    await app.close()
    await rooms.stop()
    await core.close()
  })
  const { port } = app.server.address() as AddressInfo
  const mint = async (...scopes: string[]) => {
    const wish = { name: 'test', owner: 'service', scopes, createdBy: 'test' } as const
    return (await core.storage.transaction((tx) => rooms.access.tokens.create(tx, wish))).text ?? ''
  }
  const { entry } = await bootstrap(doorParts(rooms), {}, { name: 'root' })
  const exchange = (request: RawRequest) => rawExchange(port, request)
  return {
    rooms,
    app,
    clock,
    tiny: { 'tiny-mfa-access-token': await mint('door:tiny-mfa') },
    root: { authorization: `Bearer ${await mint('admin', 'reveal:*')}` },
    triple: () => ({
      auth_name: entry.name,
      auth_realm: entry.realm,
      auth_token: totp(decodeBase32(entry.seed), clock.nowMs()),
    }),
    exchange,
    json: (method, path, headers, body) =>
      exchange({
        method,
        path,
        headers: { 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  }
}
