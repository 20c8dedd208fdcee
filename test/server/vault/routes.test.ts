import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { PNG } from 'pngjs'
import { describe, expect, it, onTestFinished } from 'vitest'
import * as accountEndpoints from '../../../src/api/accounts.ts'
import type { Endpoint } from '../../../src/api/endpoint.ts'
import { decodeBase32, encodeBase32 } from '../../../src/otp/base32.ts'
import type { Actor } from '../../../src/server/http/actor.ts'
import { engines } from '../../support/engines.ts'
import { openTestVault, serveVault, testService } from '../../support/vault.ts'
import { newRootKey } from '../../../src/crypto/root-key.ts'

const canaryBase32 = 'INAU4QKSLFBUCTSBKJMUGQKOIFJFSQ2B'
const canary = decodeBase32(canaryBase32)
const laterBase32 = 'KNCUGT2OIRBUCTSBKJMVGRKDJ5HEIQ2B'
const later = decodeBase32(laterBase32)

/** Every spelling under which a secret could leave. */
function spellings(secret: Uint8Array): string[] {
  const bytes = Buffer.from(secret)
  const base32 = encodeBase32(secret)
  return [
    base32,
    base32.toLowerCase(),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    bytes.toString('base64').replaceAll('=', ''),
    bytes.toString('base64url'),
    bytes.toString('latin1'),
    [...bytes].join(','),
  ]
}

const allSpellings = [...spellings(canary), ...spellings(later)]

function leaksIn(text: string): string[] {
  return allSpellings.filter((spelling) => text.includes(spelling))
}

const endpoints = Object.values(accountEndpoints).filter(
  (value): value is Endpoint & typeof value => 'method' in value && 'path' in value,
)

describe('the contract of the vault', () => {
  it('T53 T86 has no answer with a field for a secret, for anybody', () => {
    const fields = new Set<string>()
    const walk = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return
      if ('properties' in schema && typeof schema.properties === 'object') {
        for (const name of Object.keys(schema.properties ?? {})) fields.add(name)
      }
      for (const inner of Object.values(schema)) walk(inner)
    }
    for (const { parts } of endpoints) walk(parts.answer)
    expect(fields.size).toBeGreaterThan(30)
    const telling = [...fields].filter((name) => /secret|seed|key|^uri|qr|sealed|hash/i.test(name))
    // The version of a secret is a count, not a part of it.
    expect(telling).toEqual(['secretVersion'])
  })
})

describe.each(engines)('the routes of the vault on $name', (engine) => {
  async function setUp() {
    const place = await engine.freshPlace()
    const test = await openTestVault(engine, { shared: { place, rootKey: newRootKey() } })
    const actors: Record<string, Actor> = {
      administrator: await test.person('admin', { role: 'administrator' }),
      adder: await test.person('eva', { mayAddAccounts: true }),
      viewer: await test.person('ana'),
      auditor: await test.person('otto', { role: 'auditor' }),
      service: testService('reveal:*', 'admin'),
      operator: { kind: 'operator', name: 'operator', address: '' },
    }
    const app = await serveVault(test, actors)
    const call = (role: string, method: string, url: string, payload?: object) =>
      app.inject({
        method: method as 'GET',
        url,
        headers: { 'x-test-actor': role, 'idempotency-key': 'k' },
        ...(payload === undefined ? {} : { payload }),
      })
    return { ...test, place, app, call }
  }

  it('T50 T53 T86 shows a planted secret to nobody: not in answers, headers, logs, metrics, audit or database', async () => {
    const { call, core, log, place } = await setUp()
    const told: string[] = []
    const hear = async (...request: Parameters<typeof call>) => {
      const response = await call(...request)
      told.push(JSON.stringify(response.headers), response.body)
      return response
    }
    const grants = [{ grantee: 'everyone', right: 'reveal' }]
    const uri = `otpauth://totp/AWS:root?secret=${canaryBase32}&issuer=AWS`
    const created = await hear('adder', 'POST', '/v1/accounts', { uri, grants })
    expect(created.statusCode).toBe(201)
    const { id } = created.json<{ id: string }>()
    await hear('adder', 'POST', '/v1/accounts', { secretBase32: canaryBase32, label: 'Again' })
    await hear('adder', 'POST', '/v1/accounts', { secretBase32: `${canaryBase32}1`, label: 'Broken' })
    await hear('adder', 'PUT', `/v1/accounts/${id}/secret`, { secretBase32: laterBase32, proofCode: '000000' })
    await hear('adder', 'PUT', `/v1/accounts/${id}/secret`, { secretBase32: laterBase32 })
    const preview = await hear('adder', 'POST', '/v1/accounts/candidates', { text: uri })
    expect(preview.json()).toMatchObject({ candidates: [{ issuer: 'AWS', result: 'changed', already: 'AWS (root)' }] })

    const asks = '?withSecret=1&secret=true&format=uri&include=secret'
    for (const role of ['administrator', 'adder', 'viewer', 'auditor', 'service', 'operator', 'stranger']) {
      for (const { method, path, name } of endpoints) {
        if (name === 'accountEvents') continue
        const url = path.replace('{account}', id).replace(/\{\w+\}/g, 'none')
        for (const query of ['', asks]) await hear(role, method, url + query, method === 'GET' ? undefined : {})
        if (name === 'deleteAccount') await hear('administrator', 'POST', `/v1/accounts/${id}/restore`)
      }
    }
    for await (const line of core.audit.export()) told.push(line)
    told.push(JSON.stringify(log.lines), await core.services.metrics.registry.metrics())
    expect(told.flatMap(leaksIn)).toEqual([])

    if (place.dataDir !== undefined) {
      for (const file of readdirSync(place.dataDir)) {
        expect(leaksIn(readFileSync(join(place.dataDir, file)).toString('latin1')), file).toEqual([])
      }
    }
  })

  it('answers a stranger with 401, a member without a grant with 404, a viewer who would manage with 403', async () => {
    const { call } = await setUp()
    const grants = [{ grantee: 'person', granteeId: 'ana', right: 'reveal' }]
    const created = await call('adder', 'POST', '/v1/accounts', { secretBase32: canaryBase32, label: 'AWS', grants })
    const url = `/v1/accounts/${created.json<{ id: string }>().id}`
    expect((await call('stranger', 'POST', `${url}/reveal`, {})).statusCode).toBe(401)
    expect((await call('auditor', 'POST', `${url}/reveal`, {})).statusCode).toBe(404)
    expect((await call('adder', 'POST', `${url}/reveal`, {})).statusCode).toBe(403)
    expect((await call('viewer', 'PATCH', url, { label: 'Mine' })).statusCode).toBe(403)
    const revealed = await call('viewer', 'POST', `${url}/reveal`, {})
    expect(revealed.statusCode).toBe(200)
    expect(revealed.headers['cache-control']).toBe('no-store')
  })

  it('tells a held code as 409 with holder and time', async () => {
    const { call } = await setUp()
    const account = { secretBase32: canaryBase32, label: 'AWS', lease: 'exclusive' }
    const created = await call('adder', 'POST', '/v1/accounts', {
      ...account,
      grants: [{ grantee: 'everyone', right: 'reveal' }],
    })
    const url = `/v1/accounts/${created.json<{ id: string }>().id}/reveal`
    await call('viewer', 'POST', url, {})
    const held = await call('auditor', 'POST', url, {})
    expect(held.statusCode).toBe(409)
    const title = expect.stringContaining('ana has the code')
    expect(held.json()).toMatchObject({ code: 'reveal_lease_held', title, holder: 'ana' })
    expect(held.json<{ retryAfterMs: number }>().retryAfterMs).toBeLessThanOrEqual(30_000)
    expect(Number(held.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('T52 takes a secret in a body only and never puts it into an address', async () => {
    expect(endpoints.every(({ path }) => !/\{(secret|uri|code|key)/.test(path))).toBe(true)
    const { call } = await setUp()
    const response = await call('adder', 'POST', `/v1/accounts?secretBase32=${canaryBase32}&label=AWS`, {})
    expect(response.statusCode).toBe(400)
    expect(leaksIn(response.body)).toEqual([])
  })

  it('T61 never fetches a picture that a URI names', async () => {
    const { call } = await setUp()
    const asked: string[] = []
    const spy = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end()
    })
    await new Promise<void>((resolve) => spy.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void spy.close())
    const address = spy.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const image = encodeURIComponent(`http://127.0.0.1:${port}/icon.png`)
    const uri = `otpauth://totp/AWS:root?secret=${canaryBase32}&image=${image}&icon=${image}`
    await call('adder', 'POST', '/v1/accounts/candidates', { text: uri })
    const added = await call('adder', 'POST', '/v1/accounts', { uri })
    expect(added.statusCode).toBe(201)
    expect(added.body).not.toContain('icon.png')
    expect(asked).toEqual([])
  })

  it('T62 gives markup in a label back as text in JSON, and takes no line breaks that could forge a log', async () => {
    const { call } = await setUp()
    const label = '<img src=x onerror=alert(1)>'
    const added = await call('adder', 'POST', '/v1/accounts', { secretBase32: canaryBase32, label, issuer: '=cmd()' })
    expect(added.json()).toMatchObject({ label, issuer: '=cmd()' })
    expect(added.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    })
    const forged = await call('adder', 'POST', '/v1/accounts', { secretBase32: laterBase32, label: 'x\n{"level":30}' })
    expect(forged.statusCode).toBe(400)
  })

  it('T54 refuses what does not fit the contract without echoing it', async () => {
    const { call } = await setUp()
    const wrong = [
      [],
      { label: 5, secretBase32: canaryBase32 },
      { label: 'x', secretBase32: canaryBase32, withSecret: true },
      { label: 'x', secretBase32: canaryBase32, type: 'motp' },
    ]
    for (const payload of wrong) {
      const response = await call('adder', 'POST', '/v1/accounts', payload)
      expect(response.statusCode).toBe(400)
      expect(leaksIn(response.body)).toEqual([])
    }
  })

  it('T66 refuses a body that is too large and a picture that unpacks to too much', async () => {
    const { call } = await setUp()
    const large = await call('adder', 'POST', '/v1/accounts', { label: 'x', note: 'n'.repeat(100_000) })
    expect(large.statusCode).toBe(413)
    const header = PNG.sync.write(new PNG({ width: 8, height: 8 }))
    header.writeUInt32BE(60_000, 16)
    header.writeUInt32BE(60_000, 20)
    const bomb = await call('adder', 'POST', '/v1/accounts/candidates', { contentBase64: header.toString('base64') })
    expect(bomb.statusCode).toBeGreaterThanOrEqual(400)
    expect(bomb.statusCode).toBeLessThan(500)
  })

  it('T97 tells what became of every entry of a preview, and stores only what was chosen', async () => {
    const { call } = await setUp()
    await call('adder', 'POST', '/v1/accounts', { secretBase32: canaryBase32, label: 'Known' })
    const uriOf = (name: string, secret: string) => `otpauth://totp/${name}?secret=${secret}`
    const lines = [
      uriOf('one', canaryBase32),
      uriOf('two', laterBase32),
      uriOf('bad', 'A1'),
      uriOf('two-again', laterBase32),
    ]
    const preview = await call('adder', 'POST', '/v1/accounts/candidates', { text: lines.join('\n') })
    const { batch, candidates } = preview.json<{
      batch: string
      candidates: { ref: string; name: string; result: string; already?: string; reason?: string }[]
    }>()
    expect(Object.fromEntries(candidates.map(({ name, result }) => [name, result]))).toEqual({
      one: 'duplicate',
      two: 'new',
      'line 3': 'refused',
      'two-again': 'duplicate',
    })
    expect(candidates.find(({ name }) => name === 'one')?.already).toBe('Known')

    const refs = candidates.filter(({ result }) => result !== 'refused').map(({ ref }) => ref)
    expect((await call('administrator', 'POST', `/v1/accounts/candidates/${batch}`, { refs })).statusCode).toBe(404)
    const added = await call('adder', 'POST', `/v1/accounts/candidates/${batch}`, { refs, tags: ['import'] })
    const answer = added.json<{
      added: { id: string; label: string; tags: string[] }[]
      refused: { reason: string }[]
    }>()
    expect(answer.added).toMatchObject([{ label: 'two', tags: ['import'] }])
    expect(answer.refused).toHaveLength(2)
    const custody = await call('adder', 'GET', `/v1/accounts/${answer.added[0]?.id ?? ''}/custody`)
    expect(custody.json()).toMatchObject({ items: [{ personName: 'eva', how: 'imported' }] })
    expect((await call('adder', 'POST', `/v1/accounts/candidates/${batch}`, { refs })).statusCode).toBe(404)
  })

  it('streams who holds the code and who was shown it too, and ends when the grant does', async () => {
    const { call, app, vault, person } = await setUp()
    const created = await call('adder', 'POST', '/v1/accounts', { secretBase32: canaryBase32, label: 'AWS' })
    const { id } = created.json<{ id: string }>()
    const adder = await person('uwe', { role: 'administrator' })
    const grant = await vault.grant(adder, id, { grantee: 'everyone', right: 'reveal' })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const address = app.server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const response = await fetch(`http://127.0.0.1:${port}/v1/accounts/${id}/events`, {
      headers: { 'x-test-actor': 'viewer' },
    })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    /** What comes next, but for the beats of a line on which nothing happened for a while. */
    const next = async (): Promise<ReadableStreamReadResult<string> | undefined> => {
      const read = await reader?.read()
      return read?.value?.startsWith(': ') === true ? next() : read
    }
    expect((await next())?.value).toContain('"holder":null')
    await call('viewer', 'POST', `/v1/accounts/${id}/reveal`, {})
    expect((await next())?.value).toContain('"holder":"ana","others":[]')
    await call('adder', 'POST', `/v1/accounts/${id}/reveal`, {})
    expect((await next())?.value).toContain('"holder":"ana","others":["eva"]')
    await vault.ungrant(adder, id, grant.id)
    expect((await next())?.done).toBe(true)
  })
})
