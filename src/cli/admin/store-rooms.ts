import { readConfig } from '../../server/config.ts'
import { systemClock } from '../../server/clock.ts'
import { createMetrics } from '../../server/http/metrics.ts'
import { createLogger, logOf } from '../../server/log.ts'
import { type OpenCore, openCore } from '../../server/open-core.ts'
import { openRooms, type Rooms } from '../../server/rooms.ts'
import type { StoreFlags } from '../server-options.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** Opens database, keys and audit of the store that flags and environment name; warnings go to standard error. */
export function openStoreCore(variables: Variables, flags: StoreFlags): Promise<OpenCore> {
  const config = readConfig(variables, flags)
  return openCore(config, { clock: systemClock, log: logOf(createLogger('warn')), metrics: createMetrics(), config })
}

/** The same with every room over it. */
export async function openStoreRooms(variables: Variables, flags: StoreFlags): Promise<Rooms> {
  const core = await openStoreCore(variables, flags)
  try {
    return await openRooms(core)
  } catch (error) {
    await core.close()
    throw error
  }
}
