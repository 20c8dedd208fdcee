import { onTestFinished } from 'vitest'
import { openStoreClient } from '../../src/cli/admin/store-client.ts'
import { openStoreRooms } from '../../src/cli/admin/store-rooms.ts'
import { createStore } from './server.ts'

/** Makes an empty store in a folder, as `init` would, for commands that work on one that is there. */
export async function beginStore(dataDir: string): Promise<void> {
  const rooms = await openStoreRooms({}, { dataDir }, { schema: 'begin' })
  await rooms.stop()
  await rooms.core.close()
}

/** A client of root's on a store of its own, both gone when the test ends. */
export async function openFreshClient() {
  const { folder, remove } = createStore()
  await beginStore(folder)
  const { client, close } = await openStoreClient({}, { dataDir: folder })
  onTestFinished(async () => {
    await close()
    remove()
  })
  return client
}
