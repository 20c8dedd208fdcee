import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appIdOf, assertionOfDevice, signInWithDevice } from '../../src/aws/okta-device-flow.ts'
import { OktaClient } from '../../src/aws/okta-client.ts'
import { readAssertion } from '../../src/aws/saml-assertion.ts'
import { roleArn, startAwsWorld, type AwsWorld } from '../support/aws/aws-world.ts'
import { testTransport } from '../support/aws/test-transport.ts'

const apps = { oidcClientId: '0oaNative', awsAppId: '0oaAwsDouble00000001' }

describe('the device flow of Identity Engine', () => {
  let world: AwsWorld
  let client: OktaClient
  const told: string[] = []
  const person = { ask: () => Promise.resolve(''), tell: (text: string) => void told.push(text) }

  beforeEach(async () => {
    world = await startAwsWorld()
    world.okta.org.pipeline = 'idx'
    client = new OktaClient(testTransport(world), world.ssoUrl)
    told.length = 0
  })
  afterEach(() => world.stop())

  it('tells the person where to confirm, waits as long as it is told to, and yields an assertion', async () => {
    world.okta.org.devicePolls = 3
    const tokens = await signInWithDevice(client, apps, person)
    const form = await assertionOfDevice(client, apps, tokens)
    expect(readAssertion(form.samlResponse).roles.map((role) => role.roleArn)).toEqual([roleArn('Admin')])
    expect(told).toEqual([expect.stringContaining('/activate?user_code=ABCD-EFGH and confirm the code ABCD-EFGH.')])
  })

  it('serves a second assertion from the same tokens', async () => {
    const tokens = await signInWithDevice(client, apps, person)
    await assertionOfDevice(client, apps, tokens)
    await assertionOfDevice(client, apps, tokens)
    expect(world.okta.count('/device/authorize')).toBe(1)
  })

  it('says that the person refused', async () => {
    world.okta.org.devicePolls = -1
    await expect(signInWithDevice(client, apps, person)).rejects.toThrow(/The user refused/)
  })

  it('says that the app is not known to the org', async () => {
    const unknown = { ...apps, oidcClientId: '0oaOther' }
    await expect(signInWithDevice(client, unknown, person)).rejects.toMatchObject({ code: 'aws_okta_device_denied' })
  })
})

describe('appIdOf', () => {
  it('finds the app id in an embed link, and nothing in a SAML address', () => {
    expect(appIdOf('https://x.okta.com/home/amazon_aws/0oa1a2b3c4D5E6F7G8h9/272')).toBe('0oa1a2b3c4D5E6F7G8h9')
    expect(appIdOf('https://x.okta.com/app/amazon_aws/exk1a2b3c4D5E6F7G8h9/sso/saml')).toBeNull()
  })
})
