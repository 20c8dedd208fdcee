import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fetchAccountAliases, readAccountAliases } from '../../src/aws/account-aliases.ts'
import { consoleUrl, destinationUrl } from '../../src/aws/console-url.ts'
import type { SessionCredentials } from '../../src/aws/credentials.ts'
import { issueKey, type IssuedKey } from '../support/aws/aws-accounts.ts'
import { startAwsWorld, roleArn, type AwsWorld } from '../support/aws/aws-world.ts'
import { signedResponse } from '../support/aws/signed-assertion.ts'
import { testTransport, type TestTransport } from '../support/aws/test-transport.ts'

let world: AwsWorld
let transport: TestTransport
beforeAll(async () => {
  world = await startAwsWorld([roleArn('Admin'), roleArn('Admin', '210987654321')])
  transport = testTransport(world)
})
afterAll(() => world.stop())

function credentialsOf(kind: IssuedKey['kind']): SessionCredentials {
  const expiresAtMs = Date.now() + 3_600_000
  const {
    accessKeyId,
    secretAccessKey,
    sessionToken = '',
  } = issueKey(world.accounts, {
    arn: 'arn:aws:sts::1:assumed-role/A/b',
    accountId: '123456789012',
    kind,
    hasMfa: false,
    expiresAtMs,
  })
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtMs }
}

const wishes = () => ({ partition: 'aws', endpointUrl: world.signIn.origin })

describe('consoleUrl', () => {
  it('leads to the console, signed in, with every part escaped', async () => {
    const url = await consoleUrl(transport, credentialsOf('role'), {
      ...wishes(),
      destination: 's3/home',
      region: 'eu-west-1',
      durationSeconds: 3600,
    })
    const answer = await fetch(url, { redirect: 'manual' })
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe('https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1')
  })

  it('is for chained and federated sessions without a duration, as AWS demands', async () => {
    expect(await consoleUrl(transport, credentialsOf('chained'), wishes())).toContain('Action=login')
    await expect(
      consoleUrl(transport, credentialsOf('chained'), { ...wishes(), durationSeconds: 3600 }),
    ).rejects.toMatchObject({ code: 'aws_federation_refused' })
    expect(await consoleUrl(transport, credentialsOf('federated'), wishes())).toContain('Action=login')
  })

  it('cannot be had with a session of GetSessionToken, and says so', async () => {
    await expect(consoleUrl(transport, credentialsOf('session'), wishes())).rejects.toThrow(/cannot open the console/)
  })
})

describe('destinationUrl', () => {
  it.each([
    [{ partition: 'aws' }, 'https://console.aws.amazon.com/'],
    [{ partition: 'aws-us-gov', destination: 'ec2' }, 'https://console.amazonaws-us-gov.com/ec2'],
    [{ partition: 'aws-cn', region: 'cn-north-1' }, 'https://cn-north-1.console.amazonaws.cn/?region=cn-north-1'],
  ])('%j is %s', (wish, url) => {
    expect(destinationUrl(wish)).toBe(url)
  })

  it('leads nowhere but to the console', () => {
    expect(() => destinationUrl({ partition: 'aws', destination: 'https://console.aws.amazon.com.example/' })).toThrow(
      /--destination/,
    )
  })
})

describe('account aliases', () => {
  it("come from AWS's role chooser", async () => {
    world.accounts.aliases.set('123456789012', 'acme-prod')
    const [app] = world.okta.org.apps
    if (app === undefined) throw new Error('The world has an app')
    const samlResponse = Buffer.from(signedResponse(world.okta.org.issuer, app.content, Date.now())).toString('base64')
    const form = { samlResponse, relayState: '', action: `${world.signIn.origin}/saml` }
    expect(await fetchAccountAliases(transport, form)).toEqual({
      '123456789012': 'acme-prod',
      '210987654321': '210987654321',
    })
  })

  it('are read from the newer page too', () => {
    const data = { roles_accounts: { 'acme-prod (123456789012)': ['arn'], '210987654321': [] } }
    const page = `<meta name="data" content="${Buffer.from(JSON.stringify(data)).toString('base64')}">`
    expect(readAccountAliases(page)).toEqual({ '123456789012': 'acme-prod' })
  })

  it('are simply none when the page cannot be had', async () => {
    expect(
      await fetchAccountAliases(transport, { samlResponse: '', relayState: '', action: 'http://127.0.0.1:1/saml' }),
    ).toEqual({})
  })
})
