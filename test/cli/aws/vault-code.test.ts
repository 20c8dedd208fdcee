import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeBase32 } from '../../../src/otp/base32.ts'
import { totp } from '../../../src/otp/totp.ts'
import { agentSecrets, type SecretSource } from '../../../src/cli/aws/secret-source.ts'
import { openStore } from '../../../src/cli/agent/store/store.ts'
import { addDevice, addUser } from '../../support/aws/aws-accounts.ts'
import { makeAwsHome, type AwsHome } from '../../support/aws/aws-home.ts'
import { roleArn } from '../../support/aws/aws-world.ts'
import { CodeChecker } from '../../support/aws/code-checker.ts'
import { fakeTerminal } from '../../support/aws/fake-terminal.ts'
import { totpFactor } from '../../support/aws/okta-org.ts'
import { canaryOf, filesBelow, leaks } from '../../support/canary.ts'
import { describeWith } from '../../support/programs.ts'
import {
  caller,
  createStore,
  initialise,
  startTestServer,
  type TestServer,
  type TestStore,
} from '../../support/server.ts'
import { type AgentHome, makeAgentHome } from '../support/agent-home.ts'

const admin = roleArn('Admin')
const periodSeconds = 4
const secretBase32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describeWith(['gpg'], 'codes of the team’s vault, from a real server', () => {
  let home: AwsHome
  let store: TestStore
  let server: TestServer
  let rootToken: string
  let accountId: string
  const machines: AgentHome[] = []

  beforeAll(async () => {
    home = await makeAwsHome([admin])
    store = createStore()
    rootToken = initialise(store).rootToken
    server = await startTestServer(store.variables)
    accountId = await addAccount('okta', { periodSeconds })
    await addAccount('okta other', {})
    for (const user of home.world.okta.org.users) user.factors = [totpFactor(secretBase32, 'GOOGLE', periodSeconds)]
  })
  afterAll(async () => {
    for (const machine of machines) machine.remove()
    await server.stop()
    store.remove()
    await home.remove()
  })

  async function addAccount(label: string, more: object): Promise<string> {
    const body = { label, secretBase32, lease: 'exclusive', allowDuplicate: true, ...more }
    const made = await caller(server, rootToken)('POST', '/v1/accounts', body)
    expect(made.status).toBe(201)
    return String(made.body['id'])
  }

  /** A computer of its own, with a token of its own. */
  async function newMachine(name: string): Promise<{ machine: AgentHome; env: Record<string, string | undefined> }> {
    const wish = { name, owner: 'service', scopes: ['reveal:*'] }
    const { body } = await caller(server, rootToken)('POST', '/v1/tokens', wish)
    const machine = makeAgentHome()
    machines.push(machine)
    const runtime = join(machine.path, 'run')
    mkdirSync(runtime, { mode: 0o700 })
    const tokenFile = join(machine.path, 'token')
    writeFileSync(tokenFile, String(body['token']), { mode: 0o600 })
    writeFileSync(join(machine.path, 'password'), home.world.password, { mode: 0o600 })
    const vault = { WATCHWORD_SERVER: server.url, WATCHWORD_TOKEN_FILE: tokenFile }
    return { machine, env: { ...machine.env, ...home.world.env, ...vault, XDG_RUNTIME_DIR: runtime } }
  }

  async function secretsOn(name: string): Promise<SecretSource> {
    const { env } = await newMachine(name)
    const { context } = fakeTerminal(env, [])
    const clock = { nowMs: () => Date.now(), sleep: (ms: number) => sleep(ms) }
    return agentSecrets(context, openStore(context), clock)
  }

  const rightCode = (step: number) => totp(decodeBase32(secretBase32), step * periodSeconds * 1000, { periodSeconds })

  it('c1 each step goes to one machine and to one caller on it, however many ask at once', async () => {
    const [one, other] = [await secretsOn('one'), await secretsOn('other')]
    const asked = [one, one, other].map((secrets) => secrets.code('team/okta', { clockOffsetMs: 0 }))
    const issued = await Promise.all(asked)
    expect(new Set(issued.map(({ step }) => step)).size).toBe(3)
    for (const { code, step } of issued) expect(code).toBe(rightCode(step))
  })

  it('waits for a step that was not used', async () => {
    const secrets = await secretsOn('waiting')
    const first = await secrets.code('team/okta', { clockOffsetMs: 0 })
    const second = await secrets.code('team/okta', { clockOffsetMs: 0, afterStep: first.step + 1 })
    expect(second.step).toBeGreaterThan(first.step + 1)
  })

  it('goes by the exact label, or by the id, and does not guess which account is meant', async () => {
    const secrets = await secretsOn('exact')
    const { step, code } = await secrets.code(`team/${accountId}`, { clockOffsetMs: 0 })
    expect(code).toBe(rightCode(step))
    await expect(secrets.code('team/okt', { clockOffsetMs: 0 })).rejects.toMatchObject({ code: 'agent_name_ambiguous' })
  })

  it('c1 two machines sign in at once with the account of the vault: no code is refused, and neither holds the secret', async () => {
    const both = [await newMachine('laptop'), await newMachine('builder')]
    const init = ['--sso-url', home.world.ssoUrl, '--region', 'eu-central-1', '--user-name', home.world.userName]
    for (const { machine, env } of both) {
      const password = ['--password-file', join(machine.path, 'password')]
      await machine.run(['aws', 'init', ...init, ...password, '--totp-account', 'team/okta', '--no-check'], { env })
    }
    const calls = both.map(({ machine, env }) =>
      machine.call(['aws', 'credential-process', '--role-arn', admin], { env }),
    )
    for (const { code, stderr } of await Promise.all(calls)) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(home.world.okta.count('/verify')).toBe(2)
    expect(home.world.okta.org.users[0]?.failures).toBe(0)
    for (const { machine } of both) {
      expect(machine.gpg('--decrypt', `${machine.store}.values`)).not.toContain(secretBase32)
      expect(leaks([canaryOf(secretBase32)], filesBelow(join(machine.path, '.aws')))).toEqual([])
    }
  })

  it('an IAM user’s session takes its code from there as well', async () => {
    const { accounts } = home.world
    const { machine, env } = await newMachine('iam')
    const keys = addUser(accounts, '123456789012', 'grace')
    const serialNumber = addDevice(accounts, '123456789012', 'grace', secretBase32)
    const checker = new CodeChecker(secretBase32, periodSeconds)
    accounts.devices.set(serialNumber, { serialNumber, secretBase32, userName: 'grace', checker })
    mkdirSync(join(machine.path, '.aws'))
    writeFileSync(
      join(machine.path, '.aws', 'credentials'),
      `[grace]\naws_access_key_id = ${keys.accessKeyId}\naws_secret_access_key = ${keys.secretAccessKey}\nmfa_serial = ${serialNumber}\nx_watchword_account = team/okta\n`,
    )
    const session = await machine.run(['aws', 'credential-process', '--profile', 'grace'], { env })
    expect(JSON.parse(session)).toMatchObject({ Version: 1, AccessKeyId: expect.stringMatching(/^ASIA/) as string })
    expect(existsSync(machine.data)).toBe(false)
  })
})
