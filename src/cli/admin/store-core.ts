import { refuseMovedStore } from '../../server/backup/move.ts'
import { systemClock } from '../../server/clock.ts'
import { readConfig } from '../../server/config.ts'
import type { SchemaUse } from '../../server/database/open.ts'
import { createMetrics } from '../../server/http/metrics.ts'
import { createLogger, logOf } from '../../server/log.ts'
import { type OpenCore, openCore } from '../../server/open-core.ts'
import type { CliContext } from '../context.ts'
import type { StoreFlags } from '../server-options.ts'

/** What a command wants of the store it opens. */
export interface StoreUse {
  /** `current` unless told otherwise: `init` and those that move in may begin a store, none upgrades one. */
  readonly schema?: SchemaUse
  /** Whether it may be a store whose content lives elsewhere now: its record can still be read. */
  readonly allowsMoved?: boolean
}

/**
 * Opens the store that flags and environment name, also while servers run on it; warnings go to standard error.
 *
 * @throws {@link Failure} `database_missing`, `database_empty`, `database_older`, `store_moved`
 */
export async function openStoreCore(
  variables: CliContext['env'],
  flags: StoreFlags,
  { schema = 'current', allowsMoved = false }: StoreUse = {},
): Promise<OpenCore> {
  const config = readConfig(variables, flags)
  const log = logOf(createLogger('warn'))
  const core = await openCore(config, { clock: systemClock, log, metrics: createMetrics(), config }, schema)
  try {
    if (!allowsMoved) await refuseMovedStore(core)
    return core
  } catch (error) {
    await core.close()
    throw error
  }
}
