import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure, isFailure } from '../errors/failure.ts'
import { systemClock } from './clock.ts'
import { startTinyMfa } from './compat/tiny-mfa/first-start.ts'
import { listenForTinyMfa } from './compat/tiny-mfa/listener.ts'
import { importAtStart } from './compat/totpshare/door.ts'
import { readTotpshareSettings } from './compat/totpshare/settings.ts'
import type { Config } from './config.ts'
import { doorParts } from './door-parts.ts'
import { type GateHandlers, listenForGate } from './gate/listener.ts'
import { createMetrics } from './http/metrics.ts'
import type { Services } from './http/services.ts'
import { createLogger, logOf } from './log.ts'
import { movedSetting, refuseMovedStore } from './backup/move.ts'
import { type OpenCore, openCore } from './open-core.ts'
import { createRoomsApp, openRooms, type Rooms } from './rooms.ts'

/** A server that listens. */
export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:8000`. */
  readonly url: string
  /** The one-time link that makes the first administrator, while there is none. */
  readonly setupUrl: string | null
  /** Settles when the content of the store moved to another database: whoever runs the server then closes it. */
  readonly moved: Promise<void>
  /** Says so at `/readyz` first, then lets what is under way finish, writes the last checkpoint, closes the database. */
  close(): Promise<void>
}

/** Requests under way get this long when the server stops. */
const drainMs = 10_000

/**
 * Starts everything a configuration asks for.
 *
 * @throws {@link Failure} `port_in_use`, `address_unusable` and whatever database and keys refuse
 */
export async function startServer(config: Config): Promise<RunningServer> {
  const logger = createLogger(config.logLevel)
  const services: Services = { clock: systemClock, log: logOf(logger), metrics: createMetrics(), config }
  const core = await openCore(config, services)
  const rooms = await openServedRooms(core)
  const moved = Promise.withResolvers<void>()
  core.storage.changes.listen(({ kind }) => kind === movedSetting && moved.resolve())
  await importAtStart(rooms.vault, readTotpshareSettings(config.variables))
  const tinyMfaPort = await startTinyMfa(doorParts(rooms), { ...config, ...config.tinyMfa })
  let isServing = true
  const app = await createRoomsApp(rooms, { logger, isServing: () => isServing })
  const others: Server[] = []
  const stop = async () => {
    isServing = false
    for (const other of others) {
      other.close()
      other.closeIdleConnections()
    }
    // A connection kept alive becomes idle only after its last answer.
    const idle = setInterval(() => app.server.closeIdleConnections(), 100)
    const forced = setTimeout(() => app.server.closeAllConnections(), drainMs)
    await app.close()
    clearTimeout(forced)
    clearInterval(idle)
    await rooms.stop()
    await core.close()
  }
  try {
    const address = { host: config.host, port: config.tinyMfa.isMainDoor ? tinyMfaPort : config.port }
    await app.listen(address).catch((cause: unknown) => {
      throw listenFailure(cause, address)
    })
    if (config.tinyMfa.port !== null) others.push(await listenForTinyMfa(app, config.host, config.tinyMfa.port))
    if (config.gateListen !== null) others.push(await listenAsGate(config.gateListen, rooms, app.routing))
  } catch (error) {
    await stop()
    throw error
  }
  const url = urlOf(config, app.server.address())
  const link = await rooms.access.firstSetupLink()
  const setupUrl = link === null ? null : `${config.publicUrl ?? reachable(url)}/setup#${link.token}`
  const close = async () => {
    isServing = false
    await pause(config.drainSeconds * 1000)
    await stop()
  }
  return { url, setupUrl, moved: moved.promise, close }
}

async function openServedRooms(core: OpenCore): Promise<Rooms> {
  try {
    await refuseMovedStore(core)
    return await openRooms(core)
  } catch (error) {
    await core.close()
    throw error
  }
}

function urlOf(config: Config, address: AddressInfo | string | null): string {
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return `${config.hasTls ? 'https' : 'http'}://${host}:${port}`
}

/** An address somebody can open: who listens everywhere listens on this machine too. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}

async function listenAsGate(place: string, { gate }: Rooms, pages: GateHandlers['pages']): Promise<Server> {
  try {
    return await listenForGate(place, { check: gate.handle, pages })
  } catch (cause) {
    if (isFailure(cause) || !(cause instanceof Error)) throw cause
    const detail = { what: 'The gate', place, reason: cause.message, setting: 'WATCHWORD_GATE_LISTEN' }
    throw new Failure('listener_unusable', { detail, cause })
  }
}

const unusable = new Set(['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'])

function listenFailure(cause: unknown, { host, port }: Pick<Config, 'host' | 'port'>): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (code === 'EADDRINUSE') return new Failure('port_in_use', { detail: { port }, cause })
  if (unusable.has(code)) return new Failure('address_unusable', { detail: { host, port }, cause })
  return cause
}
