import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { askRaw } from '../../../src/cli/gate/raw-request.ts'

async function serve(answer: RequestListener): Promise<URL> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await new Promise((resolve) => server.once('listening', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

describe('asking a proxy', () => {
  it('ends when the time is over, though the answer keeps coming', async () => {
    const over = new AbortController()
    const origin = await serve((_request, response) => {
      const drip = setInterval(() => response.write('.'), 20)
      response.once('close', () => clearInterval(drip)).write('.')
      over.abort()
    })
    await expect(askRaw(origin, '/', {}, over.signal)).rejects.toMatchObject({ code: 'gate_too_slow' })
  })

  it('reads the beginning of a page that never ends', async () => {
    const page = 'x'.repeat(100_000)
    const origin = await serve((_request, response) => {
      const more = () => {
        while (response.writable && response.write(page));
      }
      response.on('drain', more)
      more()
    })
    const seen = await askRaw(origin, '/', {}, new AbortController().signal)
    expect([seen.status, seen.text.length < 2_000_000]).toEqual([200, true])
  })
})
