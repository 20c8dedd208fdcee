import type { Actor } from '../../server/http/actor.ts'
import { openRooms, type Rooms } from '../../server/rooms.ts'
import type { CliContext } from '../context.ts'
import { openStoreCore, type StoreUse } from './store-core.ts'
import type { StoreFlags } from '../server-options.ts'
import { userName } from '../user.ts'

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

/** Opens the store that something moves into, begins it where there is none, and closes it after the work. */
export async function withRoomsToFill<T>(
  context: CliContext,
  flags: StoreFlags,
  work: (rooms: Rooms, operator: Actor) => Promise<T>,
): Promise<T> {
  const rooms = await openStoreRooms(context.env, flags, { schema: 'begin' })
  try {
    return await work(rooms, { kind: 'operator', name: userName(), address: '' })
  } finally {
    await rooms.stop()
    await rooms.core.close()
  }
}
