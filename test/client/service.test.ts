import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Refusal } from '../../src/client/failures.ts'
import { connect } from '../../src/client/watchword.ts'
import { UngleichOtpClient, UngleichOtpRefusal } from '../../src/client/service/index.ts'
import { expressAuthentication, fastifyAuthentication, serviceOf } from '../../src/client/service/middleware.ts'
import { proofInBody, type ServiceVerifier, verifierOver } from '../../src/client/service/service-proof.ts'
import { startUngleichOtp } from '../support/ungleichotp-server.ts'
import { fc } from '../support/property.ts'

const seed = 'BXHYGVBZ6YC7TZUM'
const caller = { name: 'caller', realm: 'ungleich-admin', seed }

describe('UngleichOtpClient', () => {
  it('verifies, and manages entries with bodies on GET and DELETE', async () => {
    const server = await startUngleichOtp(seed)
    const client = new UngleichOtpClient({ ...caller, serverUrl: server.verifyUrl })
    expect(await client.verify('nobody', 'services', '123456')).toBe(false)
    await expect(client.verifyOrThrow('nobody', 'services', '123456')).rejects.toMatchObject({ status: 403 })

    const entry = await client.create('dns', 'services')
    expect(await client.read(entry.id)).toEqual(entry)
    expect(await client.update(entry.id, 'dns2', 'services')).toMatchObject({ name: 'dns2', seed: entry.seed })
    expect(await client.list({ name: 'dns2' })).toHaveLength(1)
    await client.delete(entry.id)
    await expect(client.read(entry.id)).rejects.toBeInstanceOf(UngleichOtpRefusal)
    expect(server.heard.map(({ method }) => method)).toContain('DELETE')
  })

  it('reaches entries of other doors, whose ids are words', async () => {
    const server = await startUngleichOtp(seed)
    const client = new UngleichOtpClient({ ...caller, serverUrl: server.verifyUrl })
    server.entries.push({ id: 'u4', name: 'cleo', realm: 'bank', seed })
    const [cleo] = await client.list({ name: 'cleo' })
    expect(cleo).toEqual({ id: 'u4', name: 'cleo', realm: 'bank', seed })
    expect(await client.read('u4')).toEqual(cleo)
    await client.delete('u4')
    expect(server.entries).toHaveLength(1)
  })

  it.each([
    'http://h/ungleichotp/verify/',
    'http://h/ungleichotp/verify',
    'http://h/ungleichotp/',
    'http://h/ungleichotp',
  ])('takes %s as the same server', async (serverUrl) => {
    const server = await startUngleichOtp(seed)
    const url = serverUrl.replace('http://h/ungleichotp', server.verifyUrl.replace('/verify/', ''))
    expect(await new UngleichOtpClient({ ...caller, serverUrl: url }).list()).toHaveLength(1)
    expect(server.heard[0]?.url).toBe('/ungleichotp/')
  })

  it('tells a wrong proof of its own from a wrong code of others', async () => {
    const server = await startUngleichOtp(seed)
    const asking = (own: object) => new UngleichOtpClient({ ...caller, ...own, serverUrl: server.verifyUrl })
    for (const own of [{ seed: 'JBSWY3DPEHPK3PXP' }, { name: 'nobody' }, { seed: undefined, code: '000000' }]) {
      const asked = asking(own).verify('caller', 'ungleich-admin', '123456')
      await expect(asked).rejects.toMatchObject({ code: 'client_caller_refused' })
    }
    expect(await asking({}).verify('caller', 'ungleich-admin', '000000')).toBe(false)
  })

  it.each([
    ['client_timed_out', () => {}, 50],
    ['client_timed_out', (_, response) => void response.writeHead(200, { 'content-length': 9 }).write('{'), 500],
    ['client_answer_cut', (_, response) => half(response), 60_000],
    ['client_server_unreachable', ({ socket }) => void socket.destroy(), 60_000],
    ['client_answer_unreadable', (_, response) => void response.end('<html>'), 60_000],
  ] satisfies [string, RequestListener, number][])(
    'says how an answer was lost: %s',
    async (code, answer, timeoutMs) => {
      const server = createServer(answer)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      onTestFinished(() => {
        server.closeAllConnections()
        server.close()
      })
      const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/ungleichotp/verify/`
      const asked = new UngleichOtpClient({ ...caller, serverUrl, timeoutMs }).verify('n', 'r', '123456')
      await expect(asked).rejects.toMatchObject({ code })
    },
  )

  it.each(['localhost:8000/ungleichotp/verify/', 'codes.example.com', 'ftp://codes.example.com/', ''])(
    'says that %j is no address before it is asked',
    (serverUrl) => {
      const make = () => new UngleichOtpClient({ ...caller, serverUrl })
      expect(make).toThrow(expect.objectContaining({ code: 'client_address_unusable' }))
    },
  )

  it('says what is missing to prove itself', async () => {
    const { seed: _seed, ...nobody } = caller
    const client = new UngleichOtpClient({ ...nobody, serverUrl: 'http://127.0.0.1:1/' })
    await expect(client.list()).rejects.toMatchObject({ code: 'client_proof_missing' })
  })
})

function half(response: ServerResponse): void {
  response.writeHead(200, { 'content-length': 9 })
  response.write('{', () => response.destroy())
}

describe('proofInBody', () => {
  it('takes both forms, pads numbers, and takes no half a proof', () => {
    const proof = { name: 'n', realm: 'r', code: '001234' }
    expect(proofInBody({ auth_name: 'n', auth_realm: 'r', auth_token: '001234' })).toEqual(proof)
    expect(proofInBody({ name: 'n', realm: 'r', token: 1234 })).toEqual(proof)
    expect(proofInBody({ name: 'n', realm: 'r', token: '001234', auth_name: 'x' })).toBeNull()
    for (const body of [null, 5, [], {}, { name: 'n', realm: 'r' }, { name: '', realm: 'r', token: '1' }]) {
      expect(proofInBody(body)).toBeNull()
    }
  })

  it('survives anything', () => {
    fc.assert(fc.property(fc.anything(), (body) => void proofInBody(body)))
  })
})

describe('middleware', () => {
  const verifier: ServiceVerifier = {
    verify: async (name, _realm, code) => {
      if (name === 'lost') throw new Error('away')
      return code === '111111'
    },
  }
  const body = (name: string, token: string, realm = 'billing') => ({ body: { name, realm, token } })

  async function throughExpress(request: { body?: unknown }, realms?: string[]) {
    const answered: unknown[] = []
    const response = {
      status: (code: number) => (answered.push(code), response),
      json: (document: object) => void answered.push(document),
    }
    let passed = false
    const middleware = expressAuthentication({ verifier, ...(realms === undefined ? {} : { realms }) })
    await middleware(request, response, () => (passed = true))
    return { passed, status: answered[0], service: passed ? serviceOf(request) : undefined }
  }

  it('lets a proven service through and says who it is', async () => {
    const passed = await throughExpress(body('dns', '111111'))
    expect(passed).toEqual({ passed: true, status: undefined, service: { name: 'dns', realm: 'billing' } })
  })

  it('stops wrong proofs, other realms, missing bodies and a verifier that is away', async () => {
    expect(await throughExpress(body('dns', '222222'))).toMatchObject({ passed: false, status: 403 })
    expect(await throughExpress(body('dns', '111111'), ['Billing', 'bill'])).toMatchObject({
      passed: false,
      status: 403,
    })
    expect(await throughExpress({})).toMatchObject({ passed: false, status: 403, service: undefined })
    expect(await throughExpress(body('lost', '111111'))).toMatchObject({ passed: false, status: 503 })
  })

  it('names no service of a request that nobody proved anything with', () => {
    expect(() => serviceOf({})).toThrow(expect.objectContaining({ code: 'client_service_unproven' }))
  })

  it('hands Express what reading the proof threw, and lets nobody pass', async () => {
    const fault = new Error('no such header')
    const read = () => {
      throw fault
    }
    const heard: unknown[] = []
    const response = { status: () => response, json: (document: object) => void heard.push(document) }
    const request = body('dns', '111111')
    await expressAuthentication({ verifier, read })(request, response, (error) => void heard.push(error))
    expect(heard).toEqual([fault])
    expect(() => serviceOf(request)).toThrow(expect.objectContaining({ code: 'client_service_unproven' }))
  })

  it('is the same for Fastify, and reads the proof where it is told to', async () => {
    const read = (request: { headers?: Record<string, string> }) =>
      request.headers?.['x-proof'] === 'yes' ? { name: 'dns', realm: 'billing', code: '111111' } : null
    const hook = fastifyAuthentication({ verifier, read })
    const reply = { code: () => reply, send: (document: object) => document }
    const good = { headers: { 'x-proof': 'yes' } }
    expect(await hook(good, reply)).toBeUndefined()
    expect(serviceOf(good)).toEqual({ name: 'dns', realm: 'billing' })
    expect(await hook({}, reply)).toEqual({ detail: 'Incorrect authentication credentials.' })
  })

  it('asks the native API as well', async () => {
    const asked: string[] = []
    const verify = async (realm: string, subject: string, code: string) => {
      asked.push(`${realm}/${subject}/${code}`)
      return { accepted: true, step: 1 } as const
    }
    expect(await verifierOver({ verify }).verify('dns', 'billing', '111111')).toBe(true)
    expect(asked).toEqual(['billing/dns/111111'])
  })

  it('refuses whoever names what no service is called, and is away only when nobody can be asked', async () => {
    const problem = (status: number) => new Refusal({ type: '', title: 'no', status, code: 'no' })
    const over = (error: unknown) => verifierOver({ verify: () => Promise.reject(error) }).verify('x', 'y', '111111')
    for (const status of [400, 403, 404]) expect(await over(problem(status))).toBe(false)
    for (const status of [401, 429, 500, 503]) await expect(over(problem(status))).rejects.toBeInstanceOf(Refusal)
    const nowhere = connect({ baseUrl: 'http://127.0.0.1:1', token: 'a-token' })
    expect(await verifierOver(nowhere).verify('..', 'billing', '111111')).toBe(false)

    const server = await startUngleichOtp(seed)
    const client = new UngleichOtpClient({ ...caller, serverUrl: server.verifyUrl })
    expect(await client.verify('n'.repeat(200), 'billing', '111111')).toBe(false)
  })
})
