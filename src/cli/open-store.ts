import { userInfo } from 'node:os'
import type { AuditEvent } from '../server/audit/event.ts'
import { refuseMovedStore } from '../server/backup/move.ts'
import { systemClock } from '../server/clock.ts'
import { readConfig } from '../server/config.ts'
import type { SchemaUse } from '../server/database/open.ts'
import { createMetrics } from '../server/http/metrics.ts'
import { createLogger, logOf } from '../server/log.ts'
import { type OpenCore, openCore } from '../server/open-core.ts'
import type { CliContext } from './context.ts'
import type { StoreFlags } from './server-options.ts'

/** Who works on the store itself, as the audit tells it. */
export type Operator = Pick<AuditEvent, 'actorKind' | 'actorId' | 'actorName' | 'address'>

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

/** Opens a store as {@link openStoreCore} does and closes it after the work. */
export async function withStore<T>(
  context: CliContext,
  flags: StoreFlags,
  work: (core: OpenCore) => Promise<T>,
  use: StoreUse = {},
): Promise<T> {
  const core = await openStoreCore(context.env, flags, use)
  try {
    return await work(core)
  } finally {
    await core.close()
  }
}

/** The account of the operating system that runs the command. */
export function operator(): Operator {
  const { username } = userInfo()
  return { actorKind: 'operator', actorId: `operator:${username}`, actorName: username, address: 'local' }
}
