import type { AuditEvent } from '../server/audit/event.ts'
import type { OpenCore } from '../server/open-core.ts'
import { openStoreCore, type StoreUse } from './admin/store-core.ts'
import type { CliContext } from './context.ts'
import type { StoreFlags } from './server-options.ts'
import { userName } from './user.ts'

/** Who works on the store itself, as the audit tells it. */
export type Operator = Pick<AuditEvent, 'actorKind' | 'actorId' | 'actorName' | 'address'>

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
  const name = userName()
  return { actorKind: 'operator', actorId: `operator:${name}`, actorName: name, address: 'local' }
}
