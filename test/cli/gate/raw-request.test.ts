import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { askRaw } from '../../../src/cli/gate/raw-request.ts'
import { makeCertificate } from '../../support/certificate.ts'

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

  it('says that a certificate is not trusted, and not that nobody answers', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'watchword-tls-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const server = createSecureServer(makeCertificate(folder), (_request, response) => response.end()).listen(
      0,
      '127.0.0.1',
    )
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const origin = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await expect(askRaw(origin, '/', {}, new AbortController().signal)).rejects.toMatchObject({
      code: 'gate_certificate',
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
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
