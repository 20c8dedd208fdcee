import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { mfaEnrol, mfaList, mfaRoot, mfaRotate } from '../../../src/cli/aws/commands/mfa.ts'
import type { MfaRotateFlags } from '../../../src/cli/aws/mfa-desk.ts'
import { addDevice, addUser } from '../../support/aws/aws-accounts.ts'
import { makeAwsHome, type AwsHome } from '../../support/aws/aws-home.ts'
import { roleArn } from '../../support/aws/aws-world.ts'
import { fakeTerminal, type FakeTerminal } from '../../support/aws/fake-terminal.ts'
import { callAwsCli } from '../../support/aws/real-clients.ts'
import { describeWith } from '../../support/programs.ts'

// Waiting for a step moves the clocks of the world instead.
const clock = vi.hoisted(() => ({ aheadMs: 0, move: (_durationMs: number): void => undefined }))
vi.mock('node:timers/promises', () => ({
  setTimeout: (durationMs: number) => {
    clock.move(durationMs)
    return Promise.resolve()
  },
}))

const accountId = '123456789012'

describeWith(['gpg', 'aws'], 'IAM users', () => {
  let home: AwsHome
  let serial = ''
  beforeAll(async () => {
    home = await makeAwsHome()
    clock.move = (durationMs) => {
      clock.aheadMs += durationMs
      for (const double of [home.world.sts, home.world.iam]) double.skewMs += durationMs
    }
    const keys = addUser(home.world.accounts, accountId, 'ada')
    home.writeSettings({})
    writeFileSync(
      home.credentialsPath,
      `[ada]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\n`,
    )
  })
  afterAll(() => home.remove())

  /** Runs a command of `mfa` here, with the world's clock. */
  async function here(
    command: (this: FakeTerminal['context'], flags: MfaRotateFlags) => Promise<void>,
    flags: Partial<MfaRotateFlags> = {},
  ) {
    const terminal = fakeTerminal(home.env, [], () => Date.now() + clock.aheadMs)
    await command.call(terminal.context, { profile: 'ada', json: false, vault: false, ...flags })
    return terminal
  }

  it('mfa enrol: the secret goes from AWS into the store, and comes out nowhere', async () => {
    const { printed, said } = await here(mfaEnrol, { deviceName: 'ada-one' })
    serial = printed[0] ?? ''
    expect(serial).toBe(`arn:aws:iam::${accountId}:mfa/ada-one`)
    expect(home.world.accounts.devices.get(serial)?.userName).toBe('ada')
    const [, secret = ''] = /secret=([A-Z2-7]+)/.exec(home.home.decrypted()) ?? []
    expect(secret).toMatch(/^[A-Z2-7]{64}$/)
    expect([...printed, ...said].join()).not.toContain(secret)
    expect(home.home.decrypted()).toMatch(/custody/)
  })

  it('mfa list: devices at AWS beside the secrets that are here', async () => {
    const { printed } = await here(mfaList, { json: true })
    expect(JSON.parse(printed[0] ?? '')).toMatchObject({
      userName: 'ada',
      devices: [{ serialNumber: serial, isStored: true }],
      withoutDevice: [],
    })
  })

  it('mfa rotate: the new device first, proven by a sign-in with an unused code, then the old one goes', async () => {
    const before = serial
    const { printed } = await here(mfaRotate, { deviceName: 'ada-two' })
    serial = printed[0] ?? ''
    expect([...home.world.accounts.devices.keys()]).toEqual([serial])
    expect(home.home.decrypted()).toContain('ada-two')
    expect(home.home.decrypted()).not.toContain(before.slice(-7))
    expect(home.world.sts.count('GetSessionToken')).toBe(1)
    expect(home.world.iam.log.slice(-2)).toEqual(['POST / DeactivateMFADevice', 'POST / DeleteVirtualMFADevice'])
  })

  it("mfa enrol with a clock 20 minutes slow: both codes are made for AWS's clock", async () => {
    for (const double of [home.world.sts, home.world.iam]) double.skewMs += 1_200_000
    const { printed } = await here(mfaEnrol, { deviceName: 'ada-late' })
    await here(mfaRotate, { deviceName: 'ada-later', serial: printed[0] ?? '' })
    expect([...home.world.accounts.devices.keys()]).toEqual([serial, expect.stringContaining('ada-later')])
    home.world.accounts.devices.delete(`arn:aws:iam::${accountId}:mfa/ada-later`)
    for (const double of [home.world.sts, home.world.iam]) double.skewMs -= 1_200_000
  })

  it('a refused enrolment leaves neither a device nor a secret', async () => {
    home.world.accounts.refuseEnable = 2
    const store = home.home.decrypted()
    await expect(here(mfaEnrol, { deviceName: 'ada-three' })).rejects.toThrow(
      /which was removed again: InvalidAuthenticationCode/,
    )
    expect(home.world.accounts.devices.size).toBe(1)
    expect(home.home.decrypted()).toBe(store)
  })

  it('says honestly that root is not possible by API', async () => {
    await expect(here(mfaEnrol, { user: 'root' })).rejects.toThrow(/AWS lets nobody enable MFA for a root user by API/)
  })

  it('mfa root: guides through two codes in a row', async () => {
    const terminal = fakeTerminal(
      home.env,
      ['JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP'],
      () => Date.now() + clock.aheadMs,
    )
    await mfaRoot.call(terminal.context, { account: 'acme' })
    expect(terminal.questions[0]?.echo ?? false).toBe(false)
    expect(terminal.printed).toEqual([expect.stringMatching(/^\d{6}$/), expect.stringMatching(/^\d{6}$/)])
    expect(terminal.said.join(' ')).toMatch(/remove their root credentials/)
  })

  it('b7 a profile with mfa_serial: one code opens many roles, also for the real AWS CLI', async () => {
    for (const double of [home.world.sts, home.world.iam]) double.skewMs = 0
    const grace = addUser(home.world.accounts, accountId, 'grace')
    const device = addDevice(home.world.accounts, accountId, 'grace', home.world.secretBase32)
    await home.home.run(['add', 'grace', '--secret', '-'], { input: home.world.secretBase32, env: home.env })
    const keys = `aws_access_key_id = ${grace.accessKeyId}\naws_secret_access_key = ${grace.secretAccessKey}`
    writeFileSync(
      home.configPath,
      [
        `[profile grace]\n${keys}\nmfa_serial = ${device}\nx_watchword_account = grace\nregion = eu-west-1`,
        `[profile one]\nrole_arn = ${roleArn('One')}\nsource_profile = grace`,
        `[profile two]\nrole_arn = ${roleArn('Two')}\nsource_profile = grace`,
        `[profile tool]\ncredential_process = "${home.home.command.join('" "')}" "aws" "credential-process" "--profile" "one"\nregion = eu-west-1\n`,
      ].join('\n\n'),
    )
    const sessions = home.world.sts.count('GetSessionToken')
    await home.ok('credential-process', '--profile', 'one')
    await home.ok('credential-process', '--profile', 'two')
    expect(JSON.parse((await callAwsCli(home, 'tool')).stdout)).toMatchObject({
      Arn: expect.stringContaining('/One/') as string,
    })
    expect(home.world.sts.count('GetSessionToken')).toBe(sessions + 1)
  })

  it('a16 the console opens for long-term keys as well, through a session that AWS makes of them', async () => {
    for (const double of [home.world.sts, home.world.iam]) double.skewMs = 0
    const url = (await home.ok('console', '--print', '--profile', 'ada')).trim()
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(302)
    expect(home.world.sts.count('GetFederationToken')).toBe(1)
  })

  it("a clock 20 minutes slow: the code is made for AWS's clock, and AWS sees one code only", async () => {
    for (const double of [home.world.sts, home.world.iam]) double.skewMs = 1_200_000
    const sessions = home.world.sts.count('GetSessionToken')
    await home.ok('clear')
    await home.ok('credential-process', '--profile', 'one')
    expect(home.world.sts.count('GetSessionToken')).toBe(sessions + 1)
    for (const double of [home.world.sts, home.world.iam]) double.skewMs = 0
  })

  it('a profile that is not there, and one without keys', async () => {
    writeFileSync(home.configPath, '[profile keys]\nregion = eu-west-1\n')
    expect((await home.aws('credential-process', '--profile', 'nobody')).stderr).toMatch(
      /There is no profile nobody in /,
    )
    expect((await home.aws('credential-process', '--profile', 'keys')).stderr).toMatch(
      /The profile keys has no aws_access_key_id/,
    )
  })
})
