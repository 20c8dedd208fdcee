import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import Fastify from 'fastify'
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import {
  type AuthenticationOptions,
  expressAuthentication,
  fastifyAuthentication,
  serviceOf,
  UngleichOtpClient,
} from '../../src/client/service/index.ts'
import { startUngleichOtp } from '../support/ungleichotp-server.ts'

const seed = 'BXHYGVBZ6YC7TZUM'
const dnsSeed = 'KRSXG5CTMVRXEZLU'
const refusal = { detail: 'Incorrect authentication credentials.' }

type Options = Omit<AuthenticationOptions, 'read'>

/** One service on each real framework: its address, and how often its handler was reached. */
interface Service {
  readonly url: string
  reached(): number
}

async function onExpress(options: Options): Promise<Service> {
  let reached = 0
  const app = express()
  app.use(express.json())
  app.use(expressAuthentication(options))
  app.post('/greet', (request, response) => {
    reached += 1
    response.json({ hello: serviceOf(request) })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, reached: () => reached }
}

async function onFastify(options: Options): Promise<Service> {
  let reached = 0
  const app = Fastify()
  app.addHook('preHandler', fastifyAuthentication(options))
  app.post('/greet', async (request) => {
    reached += 1
    return { hello: serviceOf(request) }
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(() => app.close())
  return { url, reached: () => reached }
}

/** A server that knows `dns` of `billing`, and a client that may ask it. */
async function startVerifier() {
  const server = await startUngleichOtp(seed)
  server.entries.push({ id: 2, name: 'dns', realm: 'billing', seed: dnsSeed })
  const client = new UngleichOtpClient({ name: 'caller', realm: 'ungleich-admin', seed, serverUrl: server.verifyUrl })
  const code = () => totp(decodeBase32(dnsSeed), Date.now())
  return { client, proof: () => ({ auth_name: 'dns', auth_realm: 'billing', auth_token: code() }) }
}

async function post(url: string, body: object | null): Promise<[number, unknown]> {
  const response = await fetch(`${url}/greet`, {
    method: 'POST',
    headers: { connection: 'close', ...(body === null ? {} : { 'content-type': 'application/json' }) },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  })
  return [response.status, await response.json()]
}

const frameworks = [
  { name: 'Express', start: onExpress },
  { name: 'Fastify', start: onFastify },
]

describe.each(frameworks)('middleware in a real $name', ({ start }) => {
  it('lets a service that proves itself reach the handler, which learns who it is', async () => {
    const { client, proof } = await startVerifier()
    const service = await start({ verifier: client, realms: ['billing'] })
    expect(await post(service.url, proof())).toEqual([200, { hello: { name: 'dns', realm: 'billing' } }])
    expect(service.reached()).toBe(1)
  })

  it('takes the form of version 0.6 as well', async () => {
    const { client, proof } = await startVerifier()
    const service = await start({ verifier: client })
    const { auth_name: name, auth_realm: realm, auth_token: token } = proof()
    expect((await post(service.url, { name, realm, token }))[0]).toBe(200)
  })

  it('keeps everybody else from the handler', async () => {
    const { client, proof } = await startVerifier()
    const service = await start({ verifier: client, realms: ['shipping'] })
    const wrong = [proof(), { ...proof(), auth_token: '000000' }, { auth_name: 'dns' }, {}, [], null]
    for (const body of wrong) expect(await post(service.url, body)).toEqual([403, refusal])
    expect(service.reached()).toBe(0)
  })

  it('lets nobody through while Watchword cannot be asked', async () => {
    const { proof } = await startVerifier()
    const serverUrl = 'http://127.0.0.1:1/ungleichotp/verify/'
    const verifier = new UngleichOtpClient({ name: 'caller', realm: 'ungleich-admin', seed, serverUrl })
    const service = await start({ verifier })
    const [status, body] = await post(service.url, proof())
    expect([status, body]).toEqual([503, { detail: expect.stringContaining('could be asked') }])
    expect(service.reached()).toBe(0)
  })
})
