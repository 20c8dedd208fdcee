import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { send } from '../../../src/aws/transport.ts'
import { networkTransport } from '../../../src/cli/aws/network.ts'
import { describeWith } from '../../support/programs.ts'

describeWith(['openssl'], "b6 a company's own certificates", () => {
  const folder = mkdtempSync(join(tmpdir(), 'ww-ca-'))
  const certificate = join(folder, 'cert.pem')
  let server: Server
  let url: string

  beforeAll(async () => {
    const key = join(folder, 'key.pem')
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    const words = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      '-days',
      '2',
      ...subject,
    ]
    execFileSync('openssl', words, { stdio: 'ignore' })
    server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_request, response) =>
      response.end('hello'),
    )
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

  it.each([
    ['the settings', {}, certificate],
    ['AWS_CA_BUNDLE', { AWS_CA_BUNDLE: certificate }, undefined],
  ])('are trusted when %s name them', async (_who, env, bundle) => {
    expect(await ask(env, bundle)).toBe('hello')
  })

  it('are not trusted otherwise, and the failure says why', async () => {
    await expect(ask({})).rejects.toThrow(/No answer from 127\.0\.0\.1:\d+: .*self-signed certificate/)
  })
})
