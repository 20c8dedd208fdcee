import { openStoreRooms } from '../../src/cli/admin/store-rooms.ts'

/** Makes an empty store in a folder, as `init` would, for commands that work on one that is there. */
export async function beginStore(dataDir: string): Promise<void> {
  const rooms = await openStoreRooms({}, { dataDir }, { schema: 'begin' })
  await rooms.stop()
  await rooms.core.close()
}
