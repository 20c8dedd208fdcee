import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withServerClock } from '../../src/aws/server-clock.ts'
import { getCallerIdentity, getSessionToken } from '../../src/aws/sts.ts'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { addDevice, addUser } from '../support/aws/aws-accounts.ts'
import { startAwsWorld, type AwsWorld } from '../support/aws/aws-world.ts'
import { testTransport, type TestTransport } from '../support/aws/test-transport.ts'

const accountId = '123456789012'
let world: AwsWorld
let transport: TestTransport

beforeEach(async () => {
  world = await startAwsWorld()
  transport = testTransport(world)
})
afterEach(() => world.stop())

const place = () => ({ endpointUrl: world.sts.origin })

// AWS takes signatures of five minutes either side and codes of one step: each clock here is wrong for both.
describe.each([
  ['20 minutes slow', -1_200_000],
  ['20 minutes fast', 1_200_000],
])('our clock %s', (_how, skewMs) => {
  beforeEach(() => transport.setOwnSkewMs(skewMs))

  it("signs a second time, at the moment of AWS's own answer", async () => {
    const user = addUser(world.accounts, accountId, 'ada')
    expect((await getCallerIdentity(transport, user, 'aws', place())).accountId).toBe(accountId)
    expect(world.sts.count('GetCallerIdentity')).toBe(2)
  })

  it('learns from one answer which code is right at AWS', async () => {
    const clocked = withServerClock(transport)
    expect(clocked.offsetMs()).toBe(0)
    const user = addUser(world.accounts, accountId, 'ada')
    const serialNumber = addDevice(world.accounts, accountId, 'ada', world.secretBase32)
    await getCallerIdentity(clocked, user, 'aws', place())
    expect(Math.abs(clocked.offsetMs() + skewMs)).toBeLessThan(10_000)
    const code = totp(decodeBase32(world.secretBase32), clocked.nowMs())
    const session = await getSessionToken(clocked, user, { serialNumber, code }, 900, place())
    expect(session.sessionToken).not.toBe('')
    expect(world.sts.count('GetSessionToken')).toBe(1)
  })
})

describe('a signature that is refused for another reason', () => {
  it('is not tried again', async () => {
    const user = { ...addUser(world.accounts, accountId, 'eve'), secretAccessKey: 'not the key' }
    await expect(getCallerIdentity(transport, user, 'aws', place())).rejects.toThrow(/SignatureDoesNotMatch/)
    expect(world.sts.count('GetCallerIdentity')).toBe(1)
  })

  it('nor when the clocks agree', async () => {
    const user = addUser(world.accounts, accountId, 'ada')
    world.accounts.refuseNext = {
      code: 'SignatureDoesNotMatch',
      text: 'Signature expired: 20260101T000000Z is now earlier than 20260102T000000Z',
      status: 403,
      times: 9,
    }
    await expect(getCallerIdentity(transport, user, 'aws', place())).rejects.toThrow(/Signature expired/)
    expect(world.sts.count('GetCallerIdentity')).toBe(1)
  })
})
