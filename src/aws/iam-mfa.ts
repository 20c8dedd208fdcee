import type { AwsCredentials } from './credentials.ts'
import { partitionNamed } from './partition.ts'
import {
  callQuery,
  incomplete,
  membersOf,
  requiredText,
  requiredTimeMs,
  textOf,
  type XmlNode,
} from './query-protocol.ts'
import type { Transport } from './transport.ts'

/** Where and as whom IAM is called. */
export interface IamAccess {
  readonly credentials: AwsCredentials
  /** The partition of the account: `aws` unless said otherwise. */
  readonly partition?: string
  /** An address that replaces AWS's own. */
  readonly endpointUrl?: string
}

/** A device whose secret has just been born. AWS shows the secret here and nowhere else. */
export interface NewMfaDevice {
  readonly serialNumber: string
  readonly secretBase32: string
}

/** A device that is attached to a user. */
export interface MfaDevice {
  readonly userName: string
  readonly serialNumber: string
  readonly enabledAtMs: number
}

/**
 * Makes a virtual MFA device that belongs to nobody yet.
 *
 * @param name - `[\w+=,.@-]+`
 * @returns the serial number (an ARN) and the secret, 64 Base32 letters
 * @throws {@link Failure} `aws_refused` (EntityAlreadyExists, LimitExceeded)
 */
export async function createVirtualMfaDevice(
  transport: Transport,
  access: IamAccess,
  name: string,
): Promise<NewMfaDevice> {
  const result = await callIam(transport, access, 'CreateVirtualMFADevice', { VirtualMFADeviceName: name, Path: '/' })
  const text = (name: string) => requiredText('CreateVirtualMFADevice', result, 'VirtualMFADevice', name)
  // On the wire the Base32 text is wrapped in Base64 once more.
  const secretBase32 = Buffer.from(text('Base32StringSeed'), 'base64').toString('ascii')
  return { serialNumber: text('SerialNumber'), secretBase32 }
}

/** Attaches a device to a user, proven by the codes of two steps in a row, the earlier first. */
export async function enableMfaDevice(
  transport: Transport,
  access: IamAccess,
  userName: string,
  serialNumber: string,
  codes: readonly [string, string],
): Promise<void> {
  const [AuthenticationCode1, AuthenticationCode2] = codes
  const parameters = { UserName: userName, SerialNumber: serialNumber, AuthenticationCode1, AuthenticationCode2 }
  await callIam(transport, access, 'EnableMFADevice', parameters)
}

/** The devices of a user; of the caller where no user is named. */
export async function listMfaDevices(transport: Transport, access: IamAccess, userName?: string): Promise<MfaDevice[]> {
  const devices: MfaDevice[] = []
  let marker: string | undefined
  do {
    const result = await callIam(transport, access, 'ListMFADevices', { UserName: userName, Marker: marker })
    devices.push(...membersOf(result, 'MFADevices').map(deviceOf))
    const last = marker
    marker = textOf(result, 'IsTruncated') === 'true' ? requiredText('ListMFADevices', result, 'Marker') : undefined
    // The same page again would never end.
    if (marker !== undefined && marker === last) throw incomplete('ListMFADevices', 'next page')
  } while (marker !== undefined)
  return devices
}

/** Takes a device off its user. AWS asks for a session with MFA where the user's own policy does. */
export async function deactivateMfaDevice(
  transport: Transport,
  access: IamAccess,
  userName: string,
  serialNumber: string,
): Promise<void> {
  await callIam(transport, access, 'DeactivateMFADevice', { UserName: userName, SerialNumber: serialNumber })
}

/** Deletes a device that belongs to nobody. */
export async function deleteVirtualMfaDevice(
  transport: Transport,
  access: IamAccess,
  serialNumber: string,
): Promise<void> {
  await callIam(transport, access, 'DeleteVirtualMFADevice', { SerialNumber: serialNumber })
}

/** The name of the user whose credentials these are. */
export async function currentUserName(transport: Transport, access: IamAccess): Promise<string> {
  return requiredText('GetUser', await callIam(transport, access, 'GetUser', {}), 'User', 'UserName')
}

function deviceOf(node: XmlNode): MfaDevice {
  return {
    userName: textOf(node, 'UserName'),
    serialNumber: requiredText('ListMFADevices', node, 'SerialNumber'),
    enabledAtMs: requiredTimeMs('ListMFADevices', node, 'EnableDate'),
  }
}

function callIam(
  transport: Transport,
  access: IamAccess,
  action: string,
  parameters: Readonly<Record<string, string | undefined>>,
): Promise<XmlNode> {
  const partition = partitionNamed(access.partition ?? 'aws')
  return callQuery(transport, {
    url: access.endpointUrl ?? `https://${partition.iamHost}/`,
    service: 'iam',
    region: partition.iamRegion,
    version: '2010-05-08',
    action,
    parameters,
    credentials: access.credentials,
  })
}
