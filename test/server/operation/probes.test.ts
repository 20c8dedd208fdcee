import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readConfig } from '../../../src/server/config.ts'
import { createLogger } from '../../../src/server/log.ts'
import { openCore } from '../../../src/server/open-core.ts'
import { createRoomsApp, openRooms } from '../../../src/server/rooms.ts'
import { testServices } from '../../support/services.ts'

async function openApp(isServing: () => boolean) {
  const dataDir = mkdtempSync(join(tmpdir(), 'watchword-probes-'))
  const config = readConfig({}, { dataDir })
  const core = await openCore(config, { ...testServices(), config })
  const rooms = await openRooms(core)
  const app = await createRoomsApp(rooms, { logger: createLogger('silent'), isServing })
  onTestFinished(async () => {
    await app.close()
    await rooms.stop()
    await core.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  return app
}

it('the probes answer HEAD as they answer GET, without a body', async () => {
  let isServing = true
  const app = await openApp(() => isServing)
  const ask = async (method: 'GET' | 'HEAD', url: string) => {
    const { statusCode, body, headers } = await app.inject({ method, url })
    return { statusCode, body, length: headers['content-length'] }
  }
  for (const url of ['/healthz', '/readyz', '/readyz']) {
    expect(await ask('HEAD', url)).toEqual({ ...(await ask('GET', url)), body: '' })
    isServing = url === '/healthz'
  }
  expect((await ask('HEAD', '/readyz')).statusCode).toBe(503)
})
