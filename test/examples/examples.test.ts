import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { startUngleichOtp } from '../support/ungleichotp-server.ts'

const seed = 'BXHYGVBZ6YC7TZUM'
const project = fileURLToPath(new URL('../..', import.meta.url))

/** Starts an example as its README says, on the library's sources; answers its address. */
async function start(example: string, more: Record<string, string> = {}) {
  const server = await startUngleichOtp(seed)
  server.entries.push({ id: 2, name: 'dns', realm: 'billing', seed: 'KRSXG5CTMVRXEZLU' })
  const child = spawn(process.execPath, ['--conditions=watchword-source', `examples/${example}/service.mjs`], {
    cwd: project,
    env: {
      PATH: process.env['PATH'],
      UNGLEICHOTPNAME: 'caller',
      UNGLEICHOTPREALM: 'ungleich-admin',
      UNGLEICHOTPSEED: seed,
      UNGLEICHOTPSERVER: server.verifyUrl,
      ...more,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return line.trim()
}

const proof = (code = totp(decodeBase32('KRSXG5CTMVRXEZLU'), Date.now())) => ({
  auth_name: 'dns',
  auth_realm: 'billing',
  auth_token: code,
})

async function post(url: string, body: object): Promise<[number, unknown]> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(body),
  })
  return [response.status, await response.json()]
}

const refusal = { detail: 'Incorrect authentication credentials.' }

describe('examples', () => {
  it('any-realm greets every service that proves itself', async () => {
    const address = await start('any-realm')
    expect(await post(`${address}/greet`, proof())).toEqual([200, { greeting: 'Hello dns of billing' }])
    expect(await post(`${address}/greet`, proof('000000'))).toEqual([403, refusal])
    expect(await post(`${address}/greet`, {})).toEqual([403, refusal])
  })

  it('one-realm lets in its own realm and no other', async () => {
    expect(await post(await start('one-realm'), proof())).toEqual([200, { invoiceFor: 'dns' }])
    expect(await post(await start('one-realm', { ALLOWED_REALM: 'shipping' }), proof())).toEqual([403, refusal])
  })

  it('lets nobody in while Watchword is away', async () => {
    const address = await start('any-realm', { UNGLEICHOTPSERVER: 'http://127.0.0.1:1/ungleichotp/verify/' })
    expect((await post(`${address}/greet`, proof()))[0]).toBe(503)
  })
})
