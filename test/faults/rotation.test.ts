import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { caller, createStore, initialise, runCommand, startTestServer, type TestStore } from '../support/server.ts'

const subjects = 120

describe('a key rotation that is killed halfway', { timeout: 180_000 }, () => {
  it('T88 is finished by the next call, while a server serves, and every code still verifies', async () => {
    const store = createStore()
    onTestFinished(() => store.remove())
    const { rootToken } = initialise(store)
    const server = await startTestServer(store.variables)
    onTestFinished(() => server.kill())
    const call = caller(server, rootToken)
    await call('POST', '/v1/realms', { name: 'shop', replay: 'once', windowBack: 2 })
    const secrets = await Promise.all(Array.from({ length: subjects }, (_, index) => enrol(call, `s${index}`)))
    await killedRotation(store)
    const between = await verifyAll(call, secrets, -1)
    const finished = runCommand(['keys', 'rotate', '--json'], store.variables)
    expect(finished).toMatchObject({ status: 0 })
    const after = await verifyAll(call, secrets, 0)
    expect([between, after]).toEqual([subjects, subjects])
    const status = runCommand(['keys', 'status', '--json'], store.variables)
    expect(JSON.parse(status.stdout)).toMatchObject({ isRotationUnfinished: false })
    expect((await call('POST', '/v1/audit/verify')).body).toMatchObject({ whole: true })
  })
})

async function enrol(call: ReturnType<typeof caller>, name: string): Promise<Uint8Array> {
  await call('POST', '/v1/realms/shop/subjects', { name })
  const { body } = await call('POST', `/v1/realms/shop/subjects/${name}/enrolment`)
  return decodeBase32(String(body['secretBase32']))
}

async function verifyAll(
  call: ReturnType<typeof caller>,
  secrets: readonly Uint8Array[],
  stepsFromNow: number,
): Promise<number> {
  const atMs = Date.now() + stepsFromNow * 30_000
  const verdicts = await Promise.all(
    secrets.map((secret, index) =>
      call('POST', `/v1/realms/shop/subjects/s${index}/verify`, { code: totp(secret, atMs) }),
    ),
  )
  return verdicts.filter(({ body }) => body['accepted'] === true).length
}

// Wherever the kill lands, before, within or after the work, the next call has to make it whole.
async function killedRotation(store: TestStore): Promise<void> {
  const program = join(import.meta.dirname, '../../src/cli/main.ts')
  const child: ChildProcess = spawn(process.execPath, [program, 'keys', 'rotate'], {
    env: { ...process.env, ...store.variables },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  await Promise.race([pause(900 + Math.random() * 900), ended])
  child.kill('SIGKILL')
  await ended
}
