import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Answer } from '../../../src/api/endpoint.ts'
import type { enrolAwsMfa, listAwsMfa } from '../../../src/api/aws-mfa.ts'
import { addUser, issueKey, type IssuedKey } from '../../support/aws/aws-accounts.ts'
import { type AwsHome, makeAwsHome } from '../../support/aws/aws-home.ts'
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

const accountId = '123456789012'

describeWith(['gpg'], 'MFA devices through the server', () => {
  let home: AwsHome
  let store: TestStore
  let server: TestServer
  let rootToken: string
  let first: Answer<typeof enrolAwsMfa>
  let flags: string[]

  beforeAll(async () => {
    home = await makeAwsHome()
    store = createStore()
    rootToken = initialise(store).rootToken
    server = await startTestServer({
      ...store.variables,
      WATCHWORD_AWS_IAM_URL: home.world.iam.origin,
      WATCHWORD_AWS_STS_URL: home.world.sts.origin,
    })
    const session = { arn: `arn:aws:iam::${accountId}:user/ada`, accountId, userName: 'ada', hasMfa: true } as const
    mkdirSync(join(home.home.path, '.aws'), { recursive: true })
    writeFileSync(
      home.configPath,
      [
        profileOf('ada', issueKey(home.world.accounts, { ...session, kind: 'session' })),
        profileOf('forever', addUser(home.world.accounts, accountId, 'grace')),
      ].join('\n'),
    )
    const tokenFile = join(home.home.path, 'token')
    writeFileSync(tokenFile, rootToken, { mode: 0o600 })
    flags = ['--vault', '--server', server.url, '--token-file', tokenFile, '--json']
  })
  afterAll(async () => {
    await server.stop()
    store.remove()
    await home.remove()
  })

  it('mfa enrol --vault: the account is the team’s, and nothing of it is on this computer', async () => {
    first = JSON.parse(
      await home.ok('mfa', 'enrol', '--profile', 'ada', '--device-name', 'one', '--label', 'Ada at AWS', ...flags),
    ) as typeof first
    expect(first).toMatchObject({ label: 'Ada at AWS', serialNumber: `arn:aws:iam::${accountId}:mfa/one` })
    const custody = await caller(server, rootToken)('GET', `/v1/accounts/${first.id}/custody`)
    expect(custody.body).toMatchObject({ items: [{ how: 'server', personId: null }] })
    const secret = home.world.accounts.devices.get(first.serialNumber)?.secretBase32 ?? ''
    expect(leaks([canaryOf(secret)], filesBelow(join(home.home.path, '.aws')))).toEqual([])
    expect(existsSync(join(home.home.path, '.local', 'share', 'watchword'))).toBe(false)
  })

  it('mfa list --vault: devices beside the accounts of the team', async () => {
    const inventory = JSON.parse(await home.ok('mfa', 'list', '--profile', 'ada', ...flags)) as Answer<
      typeof listAwsMfa
    >
    expect(inventory.devices).toMatchObject([{ serialNumber: first.serialNumber, label: 'Ada at AWS' }])
  })

  it('mfa rotate --vault: the same account, another device', async () => {
    const rotated = JSON.parse(
      await home.ok('mfa', 'rotate', '--profile', 'ada', '--device-name', 'two', ...flags),
    ) as typeof first
    expect(rotated).toMatchObject({ id: first.id, serialNumber: `arn:aws:iam::${accountId}:mfa/two`, warnings: [] })
    expect([...home.world.accounts.devices.keys()]).toEqual([rotated.serialNumber])
  })

  it('sends no keys that have no end', async () => {
    const calls = home.world.iam.log.length
    const finished = await home.aws('mfa', 'enrol', '--profile', 'forever', ...flags)
    expect(finished.code).toBe(1)
    expect(finished.stderr).toMatch(/These keys have no end, so they are not sent to the server/)
    expect(home.world.iam.log.slice(calls)).not.toContain('POST / CreateVirtualMFADevice')
  })
})

function profileOf(name: string, { accessKeyId, secretAccessKey, sessionToken }: IssuedKey): string {
  const token = sessionToken === undefined ? '' : `aws_session_token = ${sessionToken}\n`
  return `[profile ${name}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n${token}region = eu-west-1\n`
}
