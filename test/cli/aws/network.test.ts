import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { send } from '../../../src/aws/transport.ts'
import { networkTransport } from '../../../src/cli/aws/network.ts'
import { makeCertificate } from '../../support/certificate.ts'
import { describeWith } from '../../support/programs.ts'

describeWith(['openssl'], "b6 a company's own certificates", () => {
  const folder = mkdtempSync(join(tmpdir(), 'ww-ca-'))
  let certificate = ''
  let server: Server
  let url: string

  beforeAll(async () => {
    const made = makeCertificate(folder)
    certificate = made.path
    server = createServer(made, (_request, response) => response.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const ask = async (env: Record<string, string>, bundle?: string) =>
    (await send(await networkTransport(env, bundle, () => Date.now()), { method: 'GET', url })).text

  it('are trusted when the settings name them', async () => {
    expect(await ask({}, certificate)).toBe('hello')
  })

  it.each(['AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE'])('are trusted when %s names them', async (variable) => {
    expect(await ask({ [variable]: certificate })).toBe('hello')
  })

  it('are not trusted otherwise, and the failure says why', async () => {
    await expect(ask({})).rejects.toThrow(/No answer from 127\.0\.0\.1:\d+: .*self-signed certificate/)
  })
})
