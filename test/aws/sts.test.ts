import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchAssertion } from '../../src/aws/okta-assertion.ts'
import { OktaClient } from '../../src/aws/okta-client.ts'
import { readAssertion } from '../../src/aws/saml-assertion.ts'
import {
  assumeRole,
  assumeRoleWithSaml,
  getCallerIdentity,
  getFederationToken,
  getSessionToken,
  isAssertionExpired,
  isDurationRefusal,
} from '../../src/aws/sts.ts'
import { partitionNamed, stsUrl } from '../../src/aws/partition.ts'
import { parseRoleArn } from '../../src/aws/role-arn.ts'
import { totp } from '../../src/otp/totp.ts'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { addDevice, addUser } from '../support/aws/aws-accounts.ts'
import { roleArn, startAwsWorld, type AwsWorld } from '../support/aws/aws-world.ts'
import { signInOf, testTransport, type TestTransport } from '../support/aws/test-transport.ts'

let world: AwsWorld
let transport: TestTransport
beforeAll(async () => {
  world = await startAwsWorld([roleArn('Admin')])
  transport = testTransport(world)
})
afterAll(() => world.stop())

async function assertion() {
  const form = await fetchAssertion(new OktaClient(transport, world.ssoUrl), world.ssoUrl, signInOf(world, transport))
  const [role] = readAssertion(form.samlResponse).roles
  if (role === undefined) throw new Error('The world offers a role')
  return { role, samlResponse: form.samlResponse }
}

const place = () => ({ endpointUrl: world.sts.origin })

describe('AssumeRoleWithSAML', () => {
  it('yields credentials that AWS knows as the role', async () => {
    const { role, samlResponse } = await assertion()
    const credentials = await assumeRoleWithSaml(transport, role, samlResponse, { durationSeconds: 43_200 }, place())
    const { arn } = await getCallerIdentity(transport, credentials, 'aws', place())
    expect(arn).toBe('arn:aws:sts::123456789012:assumed-role/Admin/mara@example.com')
    expect(credentials.expiresAtMs - transport.nowMs()).toBeGreaterThan(43_190_000)
  })

  it('tells a duration that is too long from other refusals', async () => {
    const { role, samlResponse } = await assertion()
    world.accounts.maxSessionSeconds.set(role.roleArn, 3600)
    const thrown: unknown = await assumeRoleWithSaml(
      transport,
      role,
      samlResponse,
      { durationSeconds: 43_200 },
      place(),
    ).catch((error: unknown) => error)
    expect(isDurationRefusal(thrown)).toBe(true)
    expect(isAssertionExpired(thrown)).toBe(false)
  })

  it('tells an assertion past its five minutes', async () => {
    const { role, samlResponse } = await assertion()
    await transport.sleep(301_000)
    const thrown: unknown = await assumeRoleWithSaml(transport, role, samlResponse, {}, place()).catch(
      (error: unknown) => error,
    )
    expect(isAssertionExpired(thrown)).toBe(true)
  })

  it('passes on what AWS says of a tampered assertion', async () => {
    const { role, samlResponse } = await assertion()
    const tampered = Buffer.from(
      Buffer.from(samlResponse, 'base64').toString().replaceAll('role/Admin', 'role/Owner'),
    ).toString('base64')
    await expect(assumeRoleWithSaml(transport, role, tampered, {}, place())).rejects.toThrow(
      /InvalidIdentityToken - Response signature invalid/,
    )
  })
})

describe('AssumeRole', () => {
  it('chains a second role, with tags and a source identity', async () => {
    const { role, samlResponse } = await assertion()
    const first = await assumeRoleWithSaml(transport, role, samlResponse, {}, place())
    const wishes = { sessionName: 'mara', sourceIdentity: 'mara', tags: { team: 'core' }, transitiveTagKeys: ['team'] }
    const second = await assumeRole(transport, first, roleArn('Deploy'), wishes, place())
    expect((await getCallerIdentity(transport, second, 'aws', place())).arn).toContain('assumed-role/Deploy/mara')
    const long = assumeRole(transport, first, roleArn('Deploy'), { ...wishes, durationSeconds: 7200 }, place())
    expect(isDurationRefusal(await long.catch((error: unknown) => error))).toBe(true)
  })
})

describe('GetSessionToken', () => {
  const secretBase32 = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

  it('takes a code once; the same code again is refused', async () => {
    const user = addUser(world.accounts, '123456789012', 'ada')
    const serialNumber = addDevice(world.accounts, '123456789012', 'ada', secretBase32)
    const mfa = { serialNumber, code: totp(decodeBase32(secretBase32), transport.nowMs()) }
    const session = await getSessionToken(transport, user, mfa, 900, place())
    expect(session.sessionToken).not.toBe('')
    await expect(getSessionToken(transport, user, mfa, 900, place())).rejects.toThrow(
      /AccessDenied - MultiFactorAuthentication failed/,
    )
  })
})

describe('GetFederationToken', () => {
  it("opens the console for an IAM user's long-term keys", async () => {
    const user = addUser(world.accounts, '123456789012', 'grace')
    const session = await getFederationToken(transport, user, 'grace', 3600, 'aws', place())
    expect((await getCallerIdentity(transport, session, 'aws', place())).arn).toContain('federated-user/grace')
  })
})

describe('what AWS answers besides XML', () => {
  it('an HTML page is said to be one', async () => {
    const user = addUser(world.accounts, '123456789012', 'hal')
    await expect(getCallerIdentity(transport, user, 'aws', { endpointUrl: world.signIn.origin })).rejects.toMatchObject(
      {
        code: 'aws_answer_unreadable',
      },
    )
  })

  it('quotation marks in a sentence of AWS, which are numeric references there, are read', async () => {
    const text = '1 validation error detected: Value &#39;5&#39; at &#39;durationSeconds&#39; failed'
    world.accounts.refuseNext = { code: 'ValidationError', text, status: 400, times: 1 }
    const user = addUser(world.accounts, '123456789012', 'jo')
    await expect(getCallerIdentity(transport, user, 'aws', place())).rejects.toThrow("Value '5' at 'durationSeconds'")
  })

  it('a limit is told from a refusal', async () => {
    world.accounts.refuseNext = { code: 'Throttling', text: 'Rate exceeded', status: 400, times: 1 }
    const user = addUser(world.accounts, '123456789012', 'ian')
    await expect(getCallerIdentity(transport, user, 'aws', place())).rejects.toMatchObject({ code: 'aws_throttled' })
  })
})

describe('partitions', () => {
  it.each([
    ['aws', 'ap-southeast-2', 'https://sts.ap-southeast-2.amazonaws.com/'],
    ['aws', 'cn-north-1', 'https://sts.us-east-1.amazonaws.com/'],
    ['aws-cn', 'cn-northwest-1', 'https://sts.cn-northwest-1.amazonaws.com.cn/'],
    ['aws-cn', 'eu-west-1', 'https://sts.cn-north-1.amazonaws.com.cn/'],
    ['aws-us-gov', undefined, 'https://sts.us-gov-west-1.amazonaws.com/'],
  ])('%s from %s asks %s', (partition, region, url) => {
    expect(stsUrl(partitionNamed(partition), region)).toBe(url)
  })

  it('takes a role ARN apart, path and all', () => {
    expect(parseRoleArn('arn:aws-us-gov:iam::123456789012:role/team/a/Dev_Ops.x')).toMatchObject({
      partition: 'aws-us-gov',
      accountId: '123456789012',
      path: '/team/a/',
      name: 'Dev_Ops.x',
    })
    expect(() => parseRoleArn('arn:aws:iam::1:role/x')).toThrow(/not the ARN of an IAM role/)
  })
})
