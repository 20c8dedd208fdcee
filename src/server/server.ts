import type { Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock } from './clock.ts'
import { startTinyMfa } from './compat/tiny-mfa/first-start.ts'
import { importAtStart } from './compat/totpshare/door.ts'
import { readTotpshareSettings } from './compat/totpshare/settings.ts'
import type { Config } from './config.ts'
import { doorParts } from './door-parts.ts'
import { createMetrics } from './http/metrics.ts'
import type { Services } from './http/services.ts'
import { closeListeners, listen, listenBeside } from './listeners.ts'
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

/**
 * Starts everything a configuration asks for.
 *
 * @throws {@link Failure} `port_in_use`, `address_unusable`, `listener_unusable` and whatever database and keys refuse
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
    await closeListeners(app, others)
    await rooms.stop()
    await core.close()
  }
  const close = async () => {
    isServing = false
    await pause(config.drainSeconds * 1000)
    await stop()
  }
  try {
    const url = await listen(app, config, config.tinyMfa.isMainDoor ? tinyMfaPort : config.port)
    others.push(...(await listenBeside(app, rooms, config)))
    const link = await rooms.access.firstSetupLink()
    const setupUrl = link === null ? null : `${config.publicUrl ?? reachable(url)}/setup#${link.token}`
    return { url, setupUrl, moved: moved.promise, close }
  } catch (error) {
    await stop()
    throw error
  }
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

/** An address somebody can open: who listens everywhere listens on this machine too. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:')
}
