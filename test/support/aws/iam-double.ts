import { randomBytes } from 'node:crypto'
import { encodeBase32 } from '../../../src/otp/base32.ts'
import {
  AwsRefusal,
  answerQuery,
  signerOf,
  type AwsAccounts,
  type DoubleDevice,
  type IssuedKey,
} from './aws-accounts.ts'
import { CodeChecker } from './code-checker.ts'
import { startDouble, type RunningDouble } from './double-server.ts'

const namespace = 'https://iam.amazonaws.com/doc/2010-05-08/'
const deviceQuota = 8

/** Starts an IAM with virtual MFA devices: the secret shown once, two codes in a row really checked, eight devices a user. */
export function startIamDouble(accounts: AwsAccounts): Promise<RunningDouble> {
  return startDouble((request, controls) =>
    answerQuery(request, namespace, (form) => {
      const signer = signerOf(accounts, request, controls.nowMs())
      const call = { accounts, form, signer, nowMs: controls.nowMs() }
      const act = actions[form.get('Action') ?? '']
      if (act === undefined) throw new AwsRefusal('InvalidAction', 'Could not find operation')
      return act(call)
    }),
  )
}

interface Call {
  readonly accounts: AwsAccounts
  readonly form: URLSearchParams
  readonly signer: IssuedKey
  readonly nowMs: number
}

const actions: Readonly<Record<string, (call: Call) => string>> = {
  CreateVirtualMFADevice: create,
  EnableMFADevice: enable,
  ListMFADevices: list,
  DeactivateMFADevice: deactivate,
  DeleteVirtualMFADevice: remove,
  GetUser: ({ signer }) => `<User><UserName>${signer.userName ?? ''}</UserName><Arn>${signer.arn}</Arn></User>`,
}

function create({ accounts, form, signer }: Call): string {
  const name = form.get('VirtualMFADeviceName') ?? ''
  if (!/^[\w+=,.@-]+$/.test(name)) throw new AwsRefusal('ValidationError', 'VirtualMFADeviceName is invalid')
  const serialNumber = `arn:aws:iam::${signer.accountId}:mfa/${name}`
  if (accounts.devices.has(serialNumber)) {
    throw new AwsRefusal('EntityAlreadyExists', 'MFADevice entity at the same path and name already exists.', 409)
  }
  const secretBase32 = encodeBase32(randomBytes(40))
  accounts.devices.set(serialNumber, { serialNumber, secretBase32, checker: new CodeChecker(secretBase32) })
  const seed = Buffer.from(secretBase32, 'ascii').toString('base64')
  return `<VirtualMFADevice><SerialNumber>${serialNumber}</SerialNumber><Base32StringSeed>${seed}</Base32StringSeed><QRCodePNG>iVBORw0KGgo=</QRCodePNG></VirtualMFADevice>`
}

function enable({ accounts, form, nowMs }: Call): string {
  const device = deviceIn(accounts, form)
  const userName = form.get('UserName') ?? ''
  if (device.userName !== undefined) throw new AwsRefusal('EntityAlreadyExists', 'MFA Device is already in use.', 409)
  if (devicesOf(accounts, userName).length >= deviceQuota) {
    throw new AwsRefusal('LimitExceeded', `Cannot exceed quota for MFADevicesPerUser: ${deviceQuota}`, 409)
  }
  checkTwoCodes(accounts, device, form, nowMs)
  device.userName = userName
  device.enabledAtMs = nowMs
  return ''
}

function checkTwoCodes(accounts: AwsAccounts, device: DoubleDevice, form: URLSearchParams, nowMs: number): void {
  const invalid = () => new AwsRefusal('InvalidAuthenticationCode', 'Authentication code for device is not valid.', 403)
  if (accounts.refuseEnable > 0) {
    accounts.refuseEnable -= 1
    throw invalid()
  }
  const [first, second] = [form.get('AuthenticationCode1') ?? '', form.get('AuthenticationCode2') ?? '']
  if (!device.checker.checkTwo(first, second, nowMs)) throw invalid()
}

function list({ accounts, form, signer }: Call): string {
  const userName = form.get('UserName') ?? signer.userName ?? ''
  const members = devicesOf(accounts, userName).map(
    ({ serialNumber, enabledAtMs }) =>
      `<member><UserName>${userName}</UserName><SerialNumber>${serialNumber}</SerialNumber><EnableDate>${new Date(enabledAtMs ?? 0).toISOString()}</EnableDate></member>`,
  )
  return `<IsTruncated>false</IsTruncated><MFADevices>${members.join('')}</MFADevices>`
}

function deactivate({ accounts, form }: Call): string {
  const device = deviceIn(accounts, form)
  if (device.userName === undefined)
    throw new AwsRefusal('NoSuchEntity', 'The device is not enabled for any user.', 404)
  delete device.userName
  return ''
}

function remove({ accounts, form }: Call): string {
  const device = deviceIn(accounts, form)
  if (device.userName !== undefined)
    throw new AwsRefusal('DeleteConflict', 'MFA VirtualDevice in use. Must deactivate first.', 409)
  accounts.devices.delete(device.serialNumber)
  return ''
}

function deviceIn(accounts: AwsAccounts, form: URLSearchParams): DoubleDevice {
  const device = accounts.devices.get(form.get('SerialNumber') ?? '')
  if (device === undefined)
    throw new AwsRefusal('NoSuchEntity', 'VirtualMFADevice with serial number does not exist.', 404)
  return device
}

function devicesOf(accounts: AwsAccounts, userName: string): DoubleDevice[] {
  return [...accounts.devices.values()].filter((device) => device.userName === userName)
}
