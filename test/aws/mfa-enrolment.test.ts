import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createVirtualMfaDevice,
  currentUserName,
  listMfaDevices,
  type IamAccess,
  type NewMfaDevice,
} from '../../src/aws/iam-mfa.ts'
import { enrolMfa, removeMfa } from '../../src/aws/mfa-enrolment.ts'
import { getSessionToken } from '../../src/aws/sts.ts'
import { decodeBase32 } from '../../src/otp/base32.ts'
import { totp } from '../../src/otp/totp.ts'
import { addUser } from '../support/aws/aws-accounts.ts'
import { startAwsWorld, type AwsWorld } from '../support/aws/aws-world.ts'
import { testTransport, type TestTransport } from '../support/aws/test-transport.ts'

let world: AwsWorld
let transport: TestTransport
let access: IamAccess
const vault = new Map<string, string>()

beforeEach(async () => {
  world = await startAwsWorld()
  transport = testTransport(world)
  access = { credentials: addUser(world.accounts, '123456789012', 'ada'), endpointUrl: world.iam.origin }
  vault.clear()
})
afterEach(() => world.stop())

const keep = (device: NewMfaDevice) => {
  vault.set(device.serialNumber, device.secretBase32)
  return Promise.resolve(device.serialNumber)
}
const discard = (serialNumber: string) => {
  vault.delete(serialNumber)
  return Promise.resolve()
}
const enrol = (deviceName = 'ada-vault') => enrolMfa(transport, access, { userName: 'ada', deviceName }, keep, discard)

describe('enrolMfa', () => {
  it('enables a device whose secret only the vault has seen, without waiting', async () => {
    const { serialNumber, lastStep } = await enrol()
    expect(serialNumber).toBe('arn:aws:iam::123456789012:mfa/ada-vault')
    expect(vault.get(serialNumber)).toMatch(/^[A-Z2-7]{64}$/)
    expect(transport.sleptMs()).toBe(0)
    expect((await listMfaDevices(transport, access, 'ada')).map((device) => device.serialNumber)).toEqual([
      serialNumber,
    ])
    expect(lastStep).toBeGreaterThan(50_000_000)
  })

  it('leaves a device that signs in with the code of the next step', async () => {
    const { serialNumber, lastStep } = await enrol()
    const secret = decodeBase32(vault.get(serialNumber) ?? '')
    const next = (lastStep + 1) * 30_000
    await transport.sleep(next - transport.nowMs())
    const mfa = { serialNumber, code: totp(secret, next) }
    expect(
      (await getSessionToken(transport, access.credentials, mfa, 900, { endpointUrl: world.sts.origin })).sessionToken,
    ).not.toBe('')
  })

  it('waits for two later codes where AWS refuses the first two', async () => {
    world.accounts.refuseEnable = 1
    await enrol()
    expect(transport.sleptMs()).toBeGreaterThan(30_000)
    expect(world.iam.count('EnableMFADevice')).toBe(2)
  })

  it('leaves neither a device nor a secret when AWS refuses', async () => {
    world.accounts.refuseEnable = 2
    await expect(enrol()).rejects.toThrow(/InvalidAuthenticationCode/)
    expect(world.accounts.devices.size).toBe(0)
    expect(vault.size).toBe(0)
  })

  it('leaves no device when the secret could not be kept', async () => {
    const full = () => Promise.reject(new Error('the disk is full'))
    await expect(enrolMfa(transport, access, { userName: 'ada', deviceName: 'x' }, full, discard)).rejects.toThrow(
      'the disk is full',
    )
    expect(world.accounts.devices.size).toBe(0)
  })

  it("passes on that the user's eight places are taken, and removes the ninth", async () => {
    for (let index = 0; index < 8; index += 1) await enrol(`device-${index}`)
    await expect(enrol('ninth')).rejects.toThrow(/LimitExceeded - Cannot exceed quota/)
    expect(world.accounts.devices.size).toBe(8)
  })

  it('does not touch a device of the same name', async () => {
    await enrol()
    await expect(enrol()).rejects.toThrow(/EntityAlreadyExists/)
    expect(vault.size).toBe(1)
  })
})

describe('the other calls of IAM', () => {
  it('removeMfa takes a device off its user and deletes it', async () => {
    const { serialNumber } = await enrol()
    await removeMfa(transport, access, 'ada', serialNumber)
    expect(await listMfaDevices(transport, access)).toEqual([])
  })

  it('names the user', async () => {
    expect(await currentUserName(transport, access)).toBe('ada')
  })

  it('refuses a device name that AWS would refuse', async () => {
    await expect(createVirtualMfaDevice(transport, access, 'a b')).rejects.toMatchObject({ code: 'aws_refused' })
  })
})
