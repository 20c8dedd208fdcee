import type { AddressInfo } from 'node:net'
import { Failure } from '../errors/failure.ts'
import { systemClock } from './clock.ts'
import { importAtStart } from './compat/totpshare/door.ts'
import { readTotpshareSettings } from './compat/totpshare/settings.ts'
import type { Config } from './config.ts'
import { createMetrics } from './http/metrics.ts'
import type { Services } from './http/services.ts'
import { createLogger, logOf } from './log.ts'
import { openCore } from './open-core.ts'
import { createRoomsApp, openRooms } from './rooms.ts'

/** A server that listens. */
export interface RunningServer {
  /** Where it listens, e.g. `http://127.0.0.1:8000`. */
  readonly url: string
  /** The one-time link that makes the first administrator, while there is none. */
  readonly setupUrl: string | null
  /** Lets what is under way finish, writes the last checkpoint, closes the database. */
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
  const rooms = await openRooms(core)
  await importAtStart(rooms.vault, readTotpshareSettings(config.variables))
  let isServing = true
  const app = await createRoomsApp(rooms, { logger, isServing: () => isServing })
  const stop = async () => {
    isServing = false
    const forced = setTimeout(() => app.server.closeAllConnections(), drainMs)
    await app.close()
    clearTimeout(forced)
    await rooms.stop()
    await core.close()
  }
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (cause) {
    await stop()
    throw listenFailure(cause, config)
  }
  const url = urlOf(config, app.server.address())
  const link = await rooms.access.firstSetupLink()
  const setupUrl = link === null ? null : `${config.publicUrl ?? url}/setup#${link.token}`
  return { url, setupUrl, close: stop }
}

function urlOf(config: Config, address: AddressInfo | string | null): string {
  const port = typeof address === 'object' && address !== null ? address.port : config.port
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return `${config.hasTls ? 'https' : 'http'}://${host}:${port}`
}

function listenFailure(cause: unknown, { host, port }: Config): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : ''
  if (code === 'EADDRINUSE') return new Failure('port_in_use', { detail: { port }, cause })
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL')
    return new Failure('address_unusable', { detail: { host, port }, cause })
  return cause
}
