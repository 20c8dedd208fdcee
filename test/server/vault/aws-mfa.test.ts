import { describe, expect, it, onTestFinished } from 'vitest'
import type { Answer } from '../../../src/api/endpoint.ts'
import type { enrolAwsMfa, listAwsMfa } from '../../../src/api/aws-mfa.ts'
import type { RevealAnswer } from '../../../src/api/accounts.ts'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { issueKey } from '../../support/aws/aws-accounts.ts'
import { type AwsWorld, startAwsWorld } from '../../support/aws/aws-world.ts'
import { canaryOf, leaks } from '../../support/canary.ts'
import { engines, type TestEngine } from '../../support/engines.ts'
import type { TestClock } from '../../support/services.ts'
import { openTestVault, serveVault } from '../../support/vault.ts'

type Enrolled = Answer<typeof enrolAwsMfa>

const accountId = '123456789012'

/** Runs with the machine's clock, a step just begun, and is moved together with AWS's. */
function sharedClock(world: AwsWorld): TestClock {
  let aheadMs = 0
  const advance = (byMs: number) => {
    aheadMs += byMs
    world.iam.skewMs += byMs
    world.sts.skewMs += byMs
  }
  const nowMs = () => Date.now() + aheadMs
  advance(30_000 - (nowMs() % 30_000))
  return { nowMs, advance, set: (toMs) => advance(toMs - nowMs()) }
}

async function setUp(engine: TestEngine) {
  const world = await startAwsWorld()
  onTestFinished(() => world.stop())
  const clock = sharedClock(world)
  const test = await openTestVault(engine, {
    clock,
    aws: { iamUrl: world.iam.origin, stsUrl: world.sts.origin },
    sleep: async (ms, signal) => {
      signal.throwIfAborted()
      clock.advance(ms)
    },
  })
  const actors = {
    eva: await test.person('eva', { mayAddAccounts: true }),
    ana: await test.person('ana'),
  }
  const app = await serveVault(test, actors)
  const told: string[] = []
  const call = async (who: string, path: string, payload: object = {}) => {
    const response = await app.inject({ method: 'POST', url: path, headers: { 'x-test-actor': who }, payload })
    told.push(JSON.stringify(response.headers), response.body)
    return response
  }
  const session = issueKey(world.accounts, {
    arn: `arn:aws:iam::${accountId}:user/ada`,
    accountId,
    kind: 'session',
    userName: 'ada',
    hasMfa: true,
  })
  const { accessKeyId, secretAccessKey, sessionToken = '' } = session
  const credentials = { accessKeyId, secretAccessKey, sessionToken }
  const enrol = (more: object = {}) =>
    call('eva', '/v1/accounts/aws-mfa', {
      credentials,
      deviceName: 'ada-vault',
      grants: [{ grantee: 'person', granteeId: 'person-ana', right: 'reveal' }],
      ...more,
    })
  const secretAtAws = (serial: string) => world.accounts.devices.get(serial)?.secretBase32 ?? ''
  const nextStep = () => clock.advance(30_000 - (clock.nowMs() % 30_000) + 1)
  return { ...test, world, call, told, credentials, enrol, secretAtAws, nextStep }
}

describe.each(engines)('AWS MFA devices of the vault on $name', (engine) => {
  it('enrols a device whose codes the vault gives and whose secret nobody ever saw', async () => {
    const { enrol, call, vault, world, secretAtAws, nextStep, core } = await setUp(engine)
    const response = await enrol()
    expect(response.statusCode).toBe(201)
    const account = response.json<Enrolled>()
    const serial = `arn:aws:iam::${accountId}:mfa/ada-vault`
    expect(account).toMatchObject({
      serialNumber: serial,
      identifier: serial,
      userName: 'ada',
      label: `AWS ada@${accountId}`,
      lease: 'exclusive',
    })
    expect(world.accounts.devices.get(serial)?.userName).toBe('ada')

    const operator = { kind: 'operator', name: 'operator', address: '' } as const
    const { items: custody } = await vault.custody(operator, account.id, {})
    expect(custody).toMatchObject([{ how: 'server', personId: null, personName: '' }])
    nextStep()
    const revealed = await call('ana', `/v1/accounts/${account.id}/reveal`)
    const { code, validFromMs } = revealed.json<RevealAnswer>()
    expect(code).toBe(totp(decodeBase32(secretAtAws(serial)), validFromMs))
    const { items } = await core.audit.list({ object: account.id })
    expect(items.map(({ action }) => action)).toContain('account.create')
  })

  it.each(['off', 'warn', 'exclusive'] as const)(
    'T03 hands out neither of the two codes AWS has had, under %s',
    async (lease) => {
      const { enrol, call, nextStep } = await setUp(engine)
      const { id } = (await enrol({ lease })).json<Enrolled>()
      const refused = await call('ana', `/v1/accounts/${id}/reveal`)
      expect(refused.json()).toMatchObject({ code: 'reveal_lease_held' })
      nextStep()
      expect((await call('ana', `/v1/accounts/${id}/reveal`)).statusCode).toBe(200)
    },
  )

  it('waits for two later codes where AWS refuses the first, and keeps those too', async () => {
    const { enrol, call, world, nextStep } = await setUp(engine)
    world.accounts.refuseEnable = 1
    const { id } = (await enrol()).json<Enrolled>()
    expect((await call('ana', `/v1/accounts/${id}/reveal`)).json()).toMatchObject({ code: 'reveal_lease_held' })
    nextStep()
    expect((await call('ana', `/v1/accounts/${id}/reveal`)).statusCode).toBe(200)
  })

  it('leaves neither a device nor an account when AWS refuses, and the audit says so', async () => {
    const { enrol, vault, world, core } = await setUp(engine)
    world.accounts.refuseEnable = 2
    const response = await enrol()
    expect(response.statusCode).toBe(502)
    expect(response.json()).toMatchObject({ code: 'aws_mfa_enrol_failed' })
    expect(world.accounts.devices.size).toBe(0)
    expect((await vault.list({ kind: 'operator', name: 'operator', address: '' }, {})).items).toEqual([])
    const { items } = await core.audit.list({ action: 'account.purge' })
    expect(items).toMatchObject([{ detail: { enrolled: false } }])
  })

  it('T50 T51 T53 tells neither the secret nor the credentials to anybody: answers, log, audit, metrics', async () => {
    const { enrol, call, told, core, log, credentials, secretAtAws, world } = await setUp(engine)
    const { id, serialNumber } = (await enrol()).json<Enrolled>()
    const secrets = [secretAtAws(serialNumber)]
    await enrol()
    await call('eva', '/v1/accounts/aws-mfa/list', { credentials })
    const rotated = await call('eva', `/v1/accounts/${id}/aws-mfa/rotate`, { credentials, deviceName: 'ada-two' })
    secrets.push(secretAtAws(rotated.json<Enrolled>().serialNumber))
    world.accounts.keys.clear()
    await enrol({ deviceName: 'refused' })
    for await (const line of core.audit.export()) told.push(line)
    told.push(JSON.stringify(log.lines), await core.services.metrics.registry.metrics())
    const everything = told.join('\n')
    expect(secrets.every((secret) => secret.length === 64)).toBe(true)
    expect(leaks(secrets.map(canaryOf), { everything })).toEqual([])
    expect(Object.values(credentials).filter((part) => everything.includes(part))).toEqual([])
  })

  it('T61 takes no address and no long-term key from the caller', async () => {
    const { enrol, world, credentials } = await setUp(engine)
    const { sessionToken: _left, ...longTerm } = credentials
    for (const wrong of [
      { endpointUrl: 'http://127.0.0.1:9' },
      { region: 'us-east-1.attacker.example' },
      { partition: 'attacker.example/' },
      { credentials: longTerm },
      { userName: '../ada' },
      { deviceName: 'a b' },
    ]) {
      expect((await enrol(wrong)).statusCode, JSON.stringify(wrong)).toBe(400)
    }
    expect(world.iam.log).toEqual([])
    expect(world.sts.log).toEqual([])
  })

  it('refuses who may not add accounts before AWS hears of it, and the root user', async () => {
    const { enrol, call, world, credentials } = await setUp(engine)
    const body = { credentials, deviceName: 'x' }
    expect((await call('ana', '/v1/accounts/aws-mfa', body)).statusCode).toBe(403)
    expect((await call('nobody', '/v1/accounts/aws-mfa', body)).statusCode).toBe(401)
    expect(world.sts.log).toEqual([])
    expect((await enrol({ userName: 'root' })).json()).toMatchObject({ code: 'aws_mfa_root' })
    expect(world.accounts.devices.size).toBe(0)
  })

  it('rotates with overlap: the new device first, then the old one goes', async () => {
    const { enrol, call, vault, world, credentials, secretAtAws, nextStep } = await setUp(engine)
    const { id, serialNumber: old } = (await enrol()).json<Enrolled>()
    const body = { credentials, deviceName: 'ada-two' }
    const response = await call('eva', `/v1/accounts/${id}/aws-mfa/rotate`, body)
    const rotated = response.json<Enrolled>()
    expect(rotated).toMatchObject({ id, identifier: rotated.serialNumber, warnings: [] })
    expect([...world.accounts.devices.keys()]).toEqual([rotated.serialNumber])
    expect(rotated.serialNumber).not.toBe(old)
    const [enabled, removed] = ['EnableMFADevice', 'DeleteVirtualMFADevice'].map((action) =>
      world.iam.log.findLastIndex((line) => line.includes(action)),
    )
    expect(enabled).toBeLessThan(removed ?? -1)
    nextStep()
    const revealed = await call('ana', `/v1/accounts/${id}/reveal`)
    const { code, validFromMs } = revealed.json<RevealAnswer>()
    expect(code).toBe(totp(decodeBase32(secretAtAws(rotated.serialNumber)), validFromMs))
    const { items: custody } = await vault.custody({ kind: 'operator', name: 'operator', address: '' }, id, {})
    expect(custody.every(({ how, personId }) => how === 'server' && personId === null)).toBe(true)
  })

  it('keeps the old device and its codes when a rotation fails', async () => {
    const { enrol, call, world, credentials, secretAtAws, nextStep } = await setUp(engine)
    const { id, serialNumber } = (await enrol()).json<Enrolled>()
    world.accounts.refuseEnable = 2
    const body = { credentials, deviceName: 'ada-two' }
    expect((await call('eva', `/v1/accounts/${id}/aws-mfa/rotate`, body)).statusCode).toBe(502)
    expect([...world.accounts.devices.keys()]).toEqual([serialNumber])
    nextStep()
    const revealed = await call('ana', `/v1/accounts/${id}/reveal`)
    const { code, validFromMs } = revealed.json<RevealAnswer>()
    expect(code).toBe(totp(decodeBase32(secretAtAws(serialNumber)), validFromMs))
  })

  it('lets one of two rotations at once happen, and loses no secret', async () => {
    const { enrol, call, world, credentials, secretAtAws, nextStep } = await setUp(engine)
    const { id } = (await enrol()).json<Enrolled>()
    const rotate = (deviceName: string) => call('eva', `/v1/accounts/${id}/aws-mfa/rotate`, { credentials, deviceName })
    const before = world.sts.log.length
    const haveBoth = Promise.withResolvers<void>()
    world.sts.held = haveBoth.promise
    const rotations = Promise.all([rotate('ada-two'), rotate('ada-three')])
    await expect.poll(() => world.sts.log.length).toBe(before + 2)
    haveBoth.resolve()
    const answers = await rotations
    expect(answers.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
    const [serial = '', ...others] = world.accounts.devices.keys()
    expect(others).toEqual([])
    nextStep()
    const revealed = await call('ana', `/v1/accounts/${id}/reveal`)
    const { code, validFromMs } = revealed.json<RevealAnswer>()
    expect(code).toBe(totp(decodeBase32(secretAtAws(serial)), validFromMs))
  })

  it('leaves nothing half done when the server stops while it waits', async () => {
    const { enrol, vault, world } = await setUp(engine)
    world.accounts.refuseEnable = 1
    vault.endWaits()
    expect((await enrol()).json()).toMatchObject({ code: 'server_stopping' })
    expect(world.accounts.devices.size).toBe(0)
    expect((await vault.list({ kind: 'operator', name: 'operator', address: '' }, {})).items).toEqual([])
  })

  it('lists devices beside the accounts that have their codes', async () => {
    const { enrol, call, world, credentials } = await setUp(engine)
    const { id, label, serialNumber } = (await enrol()).json<Enrolled>()
    const list = async () =>
      (await call('eva', '/v1/accounts/aws-mfa/list', { credentials })).json<Answer<typeof listAwsMfa>>()
    expect(await list()).toMatchObject({
      userName: 'ada',
      devices: [{ serialNumber, accountId: id, label }],
      withoutDevice: [],
    })
    world.accounts.devices.clear()
    expect(await list()).toMatchObject({ devices: [], withoutDevice: [{ serialNumber, accountId: id }] })
  })
})
