import { openRooms, type Rooms } from '../../server/rooms.ts'
import type { CliContext } from '../context.ts'
import { openStoreCore, type StoreUse } from './store-core.ts'
import type { StoreFlags } from '../server-options.ts'

/** Opens the store that flags and environment name, with every room over it. */
export async function openStoreRooms(
  variables: CliContext['env'],
  flags: StoreFlags,
  use: StoreUse = {},
): Promise<Rooms> {
  const core = await openStoreCore(variables, flags, use)
  try {
    return await openRooms(core)
  } catch (error) {
    await core.close()
    throw error
  }
}
