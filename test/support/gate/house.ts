import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashPassphrase } from '../../../src/crypto/passphrase.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { insertGroup, insertMember } from '../../../src/server/access/groups/store.ts'
import { insertPerson } from '../../../src/server/access/people/store.ts'
import { readConfig } from '../../../src/server/config.ts'
import type { Actor, Factors, Role } from '../../../src/server/http/actor.ts'
import { createMetrics } from '../../../src/server/http/metrics.ts'
import type { Clock } from '../../../src/server/http/services.ts'
import type { GateHandlers } from '../../../src/server/gate/listener.ts'
import { createLogger } from '../../../src/server/log.ts'
import { openCore } from '../../../src/server/open-core.ts'
import { createRoomsApp, openRooms, type Rooms } from '../../../src/server/rooms.ts'
import { type LogLine, testLog } from '../services.ts'

/** The passphrase of everybody in a gate house. */
export const passphrase = 'nine patient herons wait'

/** Somebody who can log in. */
export interface HousePerson {
  readonly id: string
  readonly username: string
  readonly otpauthUri: string
}

/** A whole server in this process, listening on loopback, with a clock that can be moved. */
export interface GateHouse {
  readonly port: number
  readonly rooms: Rooms
  readonly folder: string
  readonly rulesFile: string
  readonly logLines: readonly LogLine[]
  /** What answers pages, for a listener of the test's own. */
  readonly pages: GateHandlers['pages']
  /** TCP connections accepted so far. */
  connections(): number
  advance(byMs: number): void
  nowMs(): number
  addPerson(username: string, wish?: { role?: Role; groups?: readonly string[] }): Promise<HousePerson>
  /** A code nobody used yet: the clock goes on by a step first. */
  freshCode(person: HousePerson): string
  /** A gate session without the portal; answers the cookie's value. */
  signIn(person: HousePerson, wish?: { factors?: Factors; absoluteMs?: number }): Promise<string>
  close(): Promise<void>
}

export interface GateHouseOptions {
  readonly variables?: Readonly<Record<string, string>>
  readonly rules?: string
  /** Data directory of another house: a second server on the same store, or the same one started again. */
  readonly folder?: string
  /** Whether time passes only by `advance`. */
  readonly isClockStanding?: boolean
}

const operator: Actor = { kind: 'operator', name: 'test', address: '' }

/** Opens a gate house. */
export async function openGateHouse(options: GateHouseOptions = {}): Promise<GateHouse> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'watchword-gate-'))
  const rulesFile = join(folder, 'rules.yml')
  if (options.rules !== undefined) writeFileSync(rulesFile, options.rules)
  const config = readConfig({
    WATCHWORD_DATA_DIR: folder,
    WATCHWORD_GATE_COOKIE_SECURE: 'false',
    WATCHWORD_TRUSTED_PROXIES: '127.0.0.1',
    ...(options.rules === undefined ? {} : { WATCHWORD_GATE_RULES: rulesFile }),
    ...options.variables,
  })
  let aheadMs = 0
  const openedAtMs = Date.now()
  const clock: Clock = { nowMs: () => (options.isClockStanding === true ? openedAtMs : Date.now()) + aheadMs }
  const log = testLog()
  const core = await openCore(config, { clock, log, metrics: createMetrics(), config })
  const rooms = await openRooms(core)
  const app = await createRoomsApp(rooms, { logger: createLogger('silent'), isServing: () => true })
  let accepted = 0
  app.server.on('connection', () => (accepted += 1))
  await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    port: (app.server.address() as AddressInfo).port,
    rooms,
    folder,
    rulesFile,
    logLines: log.lines,
    pages: (request, response) => app.routing(request, response),
    connections: () => accepted,
    advance: (byMs) => void (aheadMs += byMs),
    nowMs: () => clock.nowMs(),
    addPerson: (username, wish = {}) => addPerson(rooms, clock, username, wish),
    freshCode: ({ otpauthUri }) => {
      aheadMs += 30_000
      return totp(decodeBase32(new URL(otpauthUri).searchParams.get('secret') ?? ''), clock.nowMs())
    },
    signIn: async ({ id }, { factors = 'two', absoluteMs = 86_400_000 } = {}) => {
      const { token } = await core.storage.transaction((tx) =>
        rooms.access.sessions.begin(tx, {
          kind: 'gate',
          personId: id,
          factors,
          address: '192.0.2.1',
          userAgent: 'a test',
          limits: { idleMs: 86_400_000, absoluteMs },
        }),
      )
      return token
    },
    close: async () => {
      app.server.closeAllConnections()
      await app.close()
      await rooms.stop()
      await core.close()
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function addPerson(
  { core, access }: Rooms,
  clock: Clock,
  username: string,
  { role = 'member', groups = [] }: { role?: Role; groups?: readonly string[] },
): Promise<HousePerson> {
  const id = randomUUID()
  const passphraseHash = await hashPassphrase(passphrase)
  const { otpauthUri } = await core.storage.transaction(async (tx) => {
    const person = { id, username, usernameKey: username, displayName: `${username} Example`, role, passphraseHash }
    await insertPerson(tx, { ...person, email: `${username}@example.test`, source: 'local' }, clock.nowMs())
    for (const name of groups) {
      const group = { id: randomUUID(), name, role: null, mayAddAccounts: false, source: 'local' as const }
      await insertGroup(tx, group, clock.nowMs())
      await insertMember(tx, { groupId: group.id, personId: id, source: 'local' })
    }
    return access.context.codes.install(tx, { id, username }, operator)
  })
  return { id, username, otpauthUri }
}
