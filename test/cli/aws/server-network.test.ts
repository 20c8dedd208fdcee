import { request } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { issueKey } from '../../support/aws/aws-accounts.ts'
import { type AwsWorld, startAwsWorld } from '../../support/aws/aws-world.ts'
import { startProxy, type TestProxy } from '../../support/aws/proxy.ts'
import { makeCertificate } from '../../support/certificate.ts'
import { describeWith } from '../../support/programs.ts'
import { caller, createStore, initialise, startTestServer, type TestStore } from '../../support/server.ts'

const accountId = '123456789012'

// What the guide promises of Node's own variables, since the server's calls to AWS are plain fetch.
describeWith(['openssl'], "b6 the server's calls to AWS", () => {
  let world: AwsWorld
  let store: TestStore
  let proxy: TestProxy
  let sts: Server
  let rootToken: string
  let settings: Record<string, string>

  beforeAll(async () => {
    world = await startAwsWorld()
    store = createStore()
    rootToken = initialise(store).rootToken
    proxy = await startProxy()
    const certificate = makeCertificate(store.folder)
    sts = createServer(certificate, (incoming, outgoing) => {
      const { method, headers, url } = incoming
      const onward = request(world.sts.origin + url, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(onward)
    })
    await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve))
    settings = {
      ...store.variables,
      WATCHWORD_AWS_STS_URL: `https://127.0.0.1:${(sts.address() as AddressInfo).port}`,
      WATCHWORD_AWS_IAM_URL: world.iam.origin,
      NODE_EXTRA_CA_CERTS: certificate.path,
    }
  })
  afterAll(async () => {
    sts.closeAllConnections()
    await new Promise((resolve) => sts.close(resolve))
    await proxy.stop()
    store.remove()
    await world.stop()
  })

  async function listDevices(variables: Record<string, string>): Promise<number> {
    const server = await startTestServer({ ...settings, ...variables })
    try {
      const session = { arn: `arn:aws:iam::${accountId}:user/ada`, accountId, userName: 'ada', hasMfa: true } as const
      const { accessKeyId, secretAccessKey, sessionToken } = issueKey(world.accounts, { ...session, kind: 'session' })
      const body = { credentials: { accessKeyId, secretAccessKey, sessionToken } }
      return (await caller(server, rootToken)('POST', '/v1/accounts/aws-mfa/list', body)).status
    } finally {
      await server.stop()
    }
  }

  it('trust the certificates that NODE_EXTRA_CA_CERTS names, and no others', async () => {
    expect(await listDevices({})).toBe(200)
    expect(await listDevices({ NODE_EXTRA_CA_CERTS: '' })).toBe(502)
  })

  it('go through the proxy with NODE_USE_ENV_PROXY, and past it where NO_PROXY says so', async () => {
    const noProxy = new URL(world.iam.origin).host
    const proxies = { HTTPS_PROXY: proxy.origin, HTTP_PROXY: proxy.origin, NO_PROXY: noProxy }
    expect(await listDevices({ NODE_USE_ENV_PROXY: '1', ...proxies })).toBe(200)
    expect(new Set(proxy.passed)).toEqual(new Set([new URL(settings['WATCHWORD_AWS_STS_URL'] ?? '').host]))
  })
})
