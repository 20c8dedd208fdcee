import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/server/config.ts'
import { createLogger } from '../../src/server/log.ts'
import { openCore } from '../../src/server/open-core.ts'
import { createRoomsApp, openRooms } from '../../src/server/rooms.ts'
import { testServices } from './services.ts'

/** An address of a server; `{name}` in its path is a parameter. */
export interface Address {
  readonly method: string
  readonly path: string
}

/** Every address the server has a handler at, of whatever door, as its router tells. */
export async function knownRoutes(): Promise<readonly Address[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'watchword-routes-'))
  try {
    const config = readConfig({}, { dataDir })
    const core = await openCore(config, { ...testServices(), config })
    const rooms = await openRooms(core)
    const app = await createRoomsApp(rooms, { logger: createLogger('silent'), isServing: () => true })
    await app.ready()
    const printed = app.printRoutes({ commonPrefix: false })
    await app.close()
    await rooms.stop()
    await core.close()
    return routesIn(printed)
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Reads the tree a router prints: each line goes on where the line it stands below ended. */
function routesIn(printed: string): Address[] {
  const above: string[] = []
  return printed.split('\n').flatMap((line) => {
    const [, indent = '', part = '', methods = ''] = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? []
    if (part === '') return []
    const depth = indent.length / 4
    above.length = depth
    above.push(part)
    const path = above
      .join('')
      .replaceAll(/:(\w+)/g, '{$1}')
      .replace('*', '{rest}')
    return methods === '' ? [] : methods.split(', ').map((method) => ({ method, path }))
  })
}
