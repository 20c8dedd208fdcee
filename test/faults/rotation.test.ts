import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { canaryOf, filesBelow, leaks, processTitles } from '../support/canary.ts'
import {
  type Call,
  caller,
  cleanEnvironment,
  createStore,
  initialise,
  runCommand,
  startTestServer,
  type TestStore,
} from '../support/server.ts'
import { until } from '../support/until.ts'

/** More than the rotation takes at a time, so that it can be cut off between two transactions of its walk. */
const subjects = 450
const cutOffAfter = 200

describe('a key rotation that is killed halfway', () => {
  it('T88 leaves no clear text, is finished by the next call, while a server serves, and every code still verifies', async () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    const { rootToken } = initialise(store)
    const server = await startTestServer(store.variables)
    onTestFinished(() => server.kill())
    const call = caller(server, rootToken)
    await call('POST', '/v1/realms', { name: 'shop', replay: 'once', windowBack: 2 })
    const secrets = Array.from({ length: subjects }, () => randomBytes(20))
    await enrolAll(call, secrets)
    const canaries = [0, 99, 199, 200, 449].map((index) => canaryOf(encodeBase32(secrets[index] ?? Buffer.alloc(20))))
    const leaksNow = () =>
      leaks(canaries, { ...filesBelow(store.folder), log: server.log(), ...processTitles(server.pid) })

    await rotateUntilKilled(store)
    expect(keyStatus(store)).toMatchObject({ isRotationUnfinished: true })
    expect(sealedByRetiredKeys(store)).toBeGreaterThan(0)
    expect(sealedByRetiredKeys(store)).toBeLessThan(subjects)
    expect(leaksNow()).toEqual([])
    const between = await verifyAll(call, secrets, -1)

    const finished = runCommand(['keys', 'rotate', '--json'], store.variables)
    expect(finished).toMatchObject({ status: 0 })
    expect(leaks(canaries, { stdout: finished.stdout, stderr: finished.stderr })).toEqual([])
    expect(leaksNow()).toEqual([])
    const after = await verifyAll(call, secrets, 0)
    expect([between, after]).toEqual([subjects, subjects])
    expect(keyStatus(store)).toMatchObject({ isRotationUnfinished: false })
    expect(sealedByRetiredKeys(store)).toBe(0)
    expect((await call('POST', '/v1/audit/verify')).body).toMatchObject({ whole: true })
  })
})

/** Takes the secrets in by a list, under the names `s0`, `s1` and so on. */
async function enrolAll(call: Call, secrets: readonly Buffer[]): Promise<void> {
  const content = secrets.map((secret, index) => `s${index}, ${secret.toString('hex')}, totp, 6, 30\n`).join('')
  const { body } = await call('POST', '/v1/realms/shop/bulk', { format: 'oath-csv', content })
  const job = async () => (await call('GET', `/v1/realms/shop/bulk/${String(body['id'])}`)).body['job']
  await until(async () => ((await job()) as { state: string }).state !== 'running')
  expect(await job()).toMatchObject({ state: 'done', created: secrets.length })
}

async function verifyAll(call: Call, secrets: readonly Uint8Array[], stepsFromNow: number): Promise<number> {
  const atMs = Date.now() + stepsFromNow * 30_000
  const verdicts = await Promise.all(
    secrets.map((secret, index) =>
      call('POST', `/v1/realms/shop/subjects/s${index}/verify`, { code: totp(secret, atMs) }),
    ),
  )
  return verdicts.filter(({ body }) => body['accepted'] === true).length
}

interface KeyStatus {
  readonly isRotationUnfinished: boolean
  readonly dataKeys: readonly { readonly retiredAtMs: number | null; readonly values: number }[]
}

function keyStatus(store: TestStore): KeyStatus {
  return JSON.parse(runCommand(['keys', 'status', '--json'], store.variables).stdout) as KeyStatus
}

function sealedByRetiredKeys(store: TestStore): number {
  const retired = keyStatus(store).dataKeys.filter(({ retiredAtMs }) => retiredAtMs !== null)
  return retired.reduce((sum, { values }) => sum + values, 0)
}

async function rotateUntilKilled(store: TestStore): Promise<void> {
  const script = join(import.meta.dirname, '../support/rotate-until-killed.ts')
  const child = spawn(process.execPath, [script, String(cutOffAfter)], {
    env: cleanEnvironment(store.variables),
    stdio: 'ignore',
  })
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null]
  expect(signal).toBe('SIGKILL')
}
