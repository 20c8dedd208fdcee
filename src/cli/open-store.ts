import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { Failure } from '../errors/failure.ts'
import type { AuditEvent } from '../server/audit/event.ts'
import { systemClock } from '../server/clock.ts'
import { readConfig } from '../server/config.ts'
import { databaseFileName } from '../server/database/open.ts'
import { createMetrics } from '../server/http/metrics.ts'
import { createLogger, logOf } from '../server/log.ts'
import { type OpenCore, openCore } from '../server/open-core.ts'
import type { CliContext } from './context.ts'
import type { StoreFlags } from './server-options.ts'

/** Who works on the store itself, as the audit tells it. */
export type Operator = Pick<AuditEvent, 'actorKind' | 'actorId' | 'actorName' | 'address'>

/**
 * Opens the store that flags and environment name, also while servers run on it, and closes it after the work.
 *
 * @throws {@link Failure} `database_missing` where no database is: only `init` and `serve` make one
 */
export async function withStore<T>(
  context: CliContext,
  flags: StoreFlags,
  work: (core: OpenCore) => Promise<T>,
): Promise<T> {
  const config = readConfig(context.env, flags)
  if (config.databaseUrl === undefined && !existsSync(join(config.dataDir, databaseFileName))) {
    throw new Failure('database_missing', { detail: { place: config.dataDir } })
  }
  const log = logOf(createLogger('warn'))
  const core = await openCore(config, { clock: systemClock, log, metrics: createMetrics(), config })
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
