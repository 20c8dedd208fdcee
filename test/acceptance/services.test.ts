import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { connect, isRefusal } from '../../src/client/index.ts'
import { UngleichOtpClient, verifierOver } from '../../src/client/service/index.ts'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import {
  createStore,
  initialise,
  runCommand,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../support/server.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
const codeOf = (seed: string, atMs = Date.now()) => totp(decodeBase32(seed), atMs)

let store: TestStore
let server: TestServer
let rootToken: string
let admin: { name: string; realm: string; seed: string }

beforeAll(async () => {
  store = createStore()
  rootToken = initialise(store).rootToken
  const made = runCommand(['admin', 'ungleichotp', 'bootstrap', '--name', 'boss', '--json'], store.variables)
  admin = JSON.parse(made.stdout) as typeof admin
  server = await startTestServer(store.variables)
})
afterAll(async () => {
  await server.stop()
  store.remove()
})

function adminClient() {
  return new UngleichOtpClient({ ...admin, serverUrl: `${server.url}/ungleichotp/verify/` })
}

/** Starts an example with an entry of its own in ungleich-auth; answers its address. */
async function startExample(example: string, name: string, more: Record<string, string> = {}): Promise<string> {
  const { seed } = await adminClient().create(name, 'ungleich-auth')
  const child = spawn(process.execPath, ['--conditions=watchword-source', `examples/${example}/service.mjs`], {
    cwd: project,
    env: {
      PATH: process.env['PATH'],
      UNGLEICHOTPNAME: name,
      UNGLEICHOTPREALM: 'ungleich-auth',
      UNGLEICHOTPSEED: seed,
      UNGLEICHOTPSERVER: `${server.url}/ungleichotp/verify/`,
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

async function show(address: string, proof: object): Promise<[number, unknown]> {
  const headers = { 'content-type': 'application/json', connection: 'close' }
  const response = await fetch(address, { method: 'POST', headers, body: JSON.stringify(proof) })
  return [response.status, await response.json()]
}

describe('services that prove themselves to a real server', () => {
  it('any-realm lets a proven service in once per code, one-realm only its own realm', async () => {
    const dns = await adminClient().create('dns', 'billing')
    const proof = { auth_name: 'dns', auth_realm: 'billing', auth_token: codeOf(dns.seed) }
    const anyRealm = await startExample('any-realm', 'greeter')
    expect(await show(`${anyRealm}/greet`, proof)).toEqual([200, { greeting: 'Hello dns of billing' }])
    expect((await show(`${anyRealm}/greet`, proof))[0]).toBe(403)

    const web = await adminClient().create('web', 'shipping')
    const oneRealm = await startExample('one-realm', 'invoices', { ALLOWED_REALM: 'billing' })
    const webProof = { auth_name: 'web', auth_realm: 'shipping', auth_token: codeOf(web.seed) }
    expect((await show(oneRealm, webProof))[0]).toBe(403)
    const mail = await adminClient().create('mail', 'billing')
    const mailProof = { auth_name: 'mail', auth_realm: 'billing', auth_token: codeOf(mail.seed) }
    expect(await show(oneRealm, mailProof)).toEqual([200, { invoiceFor: 'mail' }])
  })

  it('watchword service manages entries and verifies them with the old flags', async () => {
    const variables = {
      UNGLEICHOTPNAME: admin.name,
      UNGLEICHOTPREALM: admin.realm,
      UNGLEICHOTPSEED: admin.seed,
      UNGLEICHOTPSERVER: `${server.url}/ungleichotp/verify/`,
    }
    const service = (...args: string[]) => runCommand(['service', ...args], variables)
    const made = JSON.parse(service('create', '-n', 'cron', '-r', 'jobs', '--json').stdout) as { seed: string }
    expect(made.seed).toMatch(/^[A-Z2-7]{32}$/)
    const verified = service('verify', '-n', 'cron', '-r', 'jobs', '--seed', made.seed)
    expect([verified.status, verified.stdout]).toEqual([0, 'Verify ok\n'])
    const again = service('verify', '-n', 'cron', '-r', 'jobs', '--token', '000000')
    expect([again.status, again.stdout]).toEqual([1, 'Failed to verify: HTTP Error 403: Forbidden\n'])
    expect(service('list').stdout).toContain(`cron\tjobs\t${made.seed}`)
    expect(service('delete', '-n', 'cron', '-r', 'jobs').status).toBe(0)
    expect(service('list').stdout).not.toContain('cron')
  })
})

describe('the client library with a real server', () => {
  it('makes a realm and a subject, verifies once, shares an account and reveals it, and ends its token', async () => {
    const root = connect({ baseUrl: server.url, token: rootToken })
    await root.realms.create({ name: 'shop' })
    await root.subjects.create('shop', { name: 'ana' })
    const { secretBase32 } = await root.subjects.enrol('shop', 'ana')
    const code = codeOf(secretBase32)
    expect(await root.verify('shop', 'ana', code)).toMatchObject({ accepted: true })
    expect(await root.verify('shop', 'ana', code)).toMatchObject({ accepted: false })
    expect(await verifierOver(root).verify('ana', 'shop', '000000')).toBe(false)

    const account = await root.accounts.create({ label: 'AWS', secretBase32: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
    const { id, token } = await root.tokens.create({
      name: 'robot',
      owner: 'service',
      scopes: [`reveal:${account.id}`],
    })
    const robot = connect({ baseUrl: server.url, token })
    const shown = await robot.reveal(account.id)
    expect(shown.code).toBe(codeOf('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', shown.validFromMs))
    const seen: string[] = []
    for await (const { label } of robot.accounts.list()) seen.push(label)
    expect(seen).toEqual(['AWS'])
    const refused: unknown = await robot.realms.read('shop').catch((error: unknown) => error)
    expect(isRefusal(refused)).toBe(true)

    await root.tokens.remove(id)
    await expect(robot.reveal(account.id)).rejects.toMatchObject({ status: 401 })
  })

  it('waits for its turn while somebody else holds the code', async () => {
    const root = connect({ baseUrl: server.url, token: rootToken })
    const { id } = await root.accounts.create({
      label: 'Short',
      secretBase32: 'KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU',
      periodSeconds: 1,
      lease: 'exclusive',
    })
    const scripts = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const { token } = await root.tokens.create({ name, owner: 'service', scopes: [`reveal:${id}`] })
        return connect({ baseUrl: server.url, token })
      }),
    )
    const steps = await Promise.all(
      scripts.map(async (script) => (await script.reveal(id, { minSeconds: 1, patient: true })).step),
    )
    expect(new Set(steps).size).toBe(3)
  })
})
