import { Failure, isFailure } from '../errors/failure.ts'
import { decodeBase32 } from '../otp/base32.ts'
import { stepAt, totp } from '../otp/totp.ts'
import {
  createVirtualMfaDevice,
  deactivateMfaDevice,
  deleteVirtualMfaDevice,
  enableMfaDevice,
  type IamAccess,
  type NewMfaDevice,
} from './iam-mfa.ts'
import type { Transport } from './transport.ts'

/** What to enrol: a device name, and the user it is for. */
export interface MfaEnrolment {
  readonly userName: string
  readonly deviceName: string
}

/** An enabled device: where its secret went is the keeper's affair. */
export interface EnrolledMfa<Kept> {
  readonly serialNumber: string
  /** The later of the two steps whose codes AWS has seen; both are spent. */
  readonly lastStep: number
  readonly kept: Kept
}

const periodMs = 30_000

/**
 * Gives an IAM user a virtual MFA device whose secret goes straight to `keep`.
 *
 * The secret is kept before AWS enables the device: were it the other way round, a crash in between would lock
 * the user out. If AWS refuses, or keeping fails, the device is deleted again and `discard` undoes the keeping.
 *
 * @param keep - stores the secret; its answer is handed back
 * @param discard - undoes `keep`
 * @throws {@link Failure} `aws_mfa_enrol_failed`, or `aws_mfa_not_removed` if the roll-back fails too
 */
export async function enrolMfa<Kept>(
  transport: Transport,
  access: IamAccess,
  enrolment: MfaEnrolment,
  keep: (device: NewMfaDevice) => Promise<Kept>,
  discard: (kept: Kept) => Promise<void>,
): Promise<EnrolledMfa<Kept>> {
  const device = await createVirtualMfaDevice(transport, access, enrolment.deviceName)
  let kept: Kept | undefined
  try {
    kept = await keep(device)
    const lastStep = await enable(transport, access, enrolment.userName, device)
    return { serialNumber: device.serialNumber, lastStep, kept }
  } catch (thrown) {
    // The device goes first: while AWS may still ask for its codes, its secret stays.
    await rollBack(transport, access, enrolment.userName, device.serialNumber, thrown)
    if (kept !== undefined) await discard(kept)
    throw enrolFailure(thrown)
  }
}

/** Takes a device off its user and deletes it. */
export async function removeMfa(
  transport: Transport,
  access: IamAccess,
  userName: string,
  serialNumber: string,
): Promise<void> {
  await deactivateMfaDevice(transport, access, userName, serialNumber)
  await deleteVirtualMfaDevice(transport, access, serialNumber)
}

/**
 * Two codes in a row: of the last step and this one, so that nobody waits. Where AWS wants later ones, those of
 * this step and the next, once it has begun.
 */
async function enable(
  transport: Transport,
  access: IamAccess,
  userName: string,
  device: NewMfaDevice,
): Promise<number> {
  const step = stepAt(transport.nowMs(), 30)
  try {
    await enableMfaDevice(transport, access, userName, device.serialNumber, codesEndingAt(device, step))
    return step
  } catch (thrown) {
    if (!isFailure(thrown, 'aws_refused') || thrown.detail['code'] !== 'InvalidAuthenticationCode') throw thrown
  }
  const later = stepAt(transport.nowMs(), 30) + 2
  await transport.sleep(Math.max(0, later * periodMs + 500 - transport.nowMs()))
  await enableMfaDevice(transport, access, userName, device.serialNumber, codesEndingAt(device, later))
  return later
}

function codesEndingAt(device: NewMfaDevice, step: number): [string, string] {
  const secret = decodeBase32(device.secretBase32)
  return [totp(secret, (step - 1) * periodMs), totp(secret, step * periodMs)]
}

/** Leaves nothing half done: an enabled device whose secret is lost would lock the user out, an idle one fills the quota. */
async function rollBack(
  transport: Transport,
  access: IamAccess,
  userName: string,
  serial: string,
  reason: unknown,
): Promise<void> {
  await deactivateMfaDevice(transport, access, userName, serial).catch(() => undefined)
  try {
    await deleteVirtualMfaDevice(transport, access, serial)
  } catch (cause) {
    throw new Failure('aws_mfa_not_removed', { detail: { ...reasonOf(reason), serial }, cause })
  }
}

function enrolFailure(thrown: unknown): unknown {
  return isFailure(thrown, 'aws_refused')
    ? new Failure('aws_mfa_enrol_failed', { detail: reasonOf(thrown), cause: thrown })
    : thrown
}

function reasonOf(thrown: unknown): { code: string | number; text: string | number } {
  if (!isFailure(thrown)) return { code: 'error', text: 'the device could not be stored' }
  return { code: thrown.detail['code'] ?? thrown.code, text: thrown.detail['text'] ?? thrown.message }
}
