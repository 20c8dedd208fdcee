import { spawnSync } from 'node:child_process'
import { atMost, median, type Measurement } from './row.ts'
import { request, sendLoad } from './load.ts'
import { verifyBody, verifyPath, verifyRequests, withSeededServer } from './verify.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild, startServerChild } from './child.ts'

/** Milliseconds an empty Node.js program takes. */
export function emptyNodeMs(): number {
  return median(
    Array.from({ length: 7 }, () => {
      const startedAt = performance.now()
      spawnSync(process.execPath, ['-e', '0'])
      return performance.now() - startedAt
    }),
  )
}

/** A server that has just started is not idle yet: V8 gives memory back when nothing has happened for some seconds. */
const settleMs = 15_000

/** JavaScript handed over as text: a file of TypeScript would bring the stripper of types into memory. */
const emptyServer = `const server = require('node:http').createServer((_request, response) => response.end())
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))`

/** Resident memory of a server that does nothing, in MB. */
export async function emptyServerMb(): Promise<number> {
  const server = await startChild(['--eval', emptyServer])
  try {
    await new Promise((resolve) => setTimeout(resolve, settleMs))
    return server.memoryMb()
  } finally {
    await server.stop()
  }
}

/** From starting the program to the first line that says where it listens. */
export const startMeasurement: Measurement = {
  name: 'start',
  async measure() {
    const folder = mkdtempSync(join(tmpdir(), 'watchword-bench-'))
    const times: number[] = []
    try {
      for (let round = 0; round < 6; round += 1) {
        const server = await startServerChild({ WATCHWORD_DATA_DIR: folder })
        // The first start makes database and keys; restarts are what an operator waits for.
        if (round > 0) times.push(server.readyMs)
        await server.stop()
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return [
      atMost(
        'start to ready',
        { value: median(times), unit: 'ms', yardstick: 'node -e 0', yardstickValue: emptyNodeMs() },
        500,
      ),
    ]
  },
}

/** Resident memory idle and under load. */
export const memoryMeasurement: Measurement = {
  name: 'memory',
  measure: () =>
    withSeededServer(20_000, async (server, seeded) => {
      await new Promise((resolve) => setTimeout(resolve, settleMs))
      const idle = server.memoryMb()
      const requests = verifyRequests(seeded, verifyPath, verifyBody)
      await sendLoad({ port: server.port, requests, connections: 64, seconds: 4, repeat: false })
      await sendLoad({
        port: server.port,
        requests: [request('GET', '/v1/me', {})],
        connections: 64,
        seconds: 1,
        repeat: true,
      })
      const node = { yardstick: 'an empty node:http server', yardstickValue: await emptyServerMb() }
      return [
        atMost('memory idle', { value: idle, unit: 'MB', ...node }, 90),
        atMost('memory under load', { value: server.memoryMb(), unit: 'MB', ...node }, 160),
      ]
    }),
}
