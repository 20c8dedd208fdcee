import { listMfaDevices, type IamAccess, type MfaDevice } from '../../../aws/iam-mfa.ts'
import { enrolMfa, removeMfa, type EnrolledMfa } from '../../../aws/mfa-enrolment.ts'
import { getSessionToken } from '../../../aws/sts.ts'
import { Failure } from '../../../errors/failure.ts'
import { completeAccount, type OtpAccount } from '../../../otp/account.ts'
import { decodeBase32 } from '../../../otp/base32.ts'
import { openStore } from '../../agent/store/store.ts'
import type { CliContext } from '../../context.ts'
import { userName } from '../../user.ts'
import { openHelper, stsPlace, type PlaceFlags } from '../helper.ts'
import {
  defaultDeviceName,
  openDesk,
  type MfaDesk,
  type MfaEnrolFlags,
  type MfaFlags,
  type MfaRotateFlags,
} from '../mfa-desk.ts'

/** `watchword aws mfa enrol`: gives an IAM user a device whose secret goes from AWS into the store, seen by nobody. */
export async function mfaEnrol(this: CliContext, flags: MfaEnrolFlags): Promise<void> {
  const desk = await openDesk(this, flags)
  if (flags.vault) return (await import('./mfa-vault.ts')).enrolInVault(this, desk, flags)
  const { serialNumber } = await enrol(desk, flags)
  if (flags.json) return this.printJson({ serialNumber, userName: desk.userName })
  this.print(serialNumber)
  this.say(`${desk.userName} has a new MFA device. Its codes: watchword get ${serialNumber}`)
}

/** `watchword aws mfa rotate`: a new device first, proven by a sign-in where the keys are the user's own; then the old one goes. */
export async function mfaRotate(this: CliContext, flags: MfaRotateFlags): Promise<void> {
  const desk = await openDesk(this, flags)
  if (flags.vault) return (await import('./mfa-vault.ts')).rotateInVault(this, desk, flags)
  const old = await oldDevice(desk, flags.serial)
  const enrolled = await enrol(desk, flags)
  const proven = await prove(desk, enrolled)
  await removeMfa(desk.helper.transport, proven, desk.userName, old.serialNumber)
  await desk.helper.secrets.removeAccount(old.serialNumber)
  if (flags.json) return this.printJson({ serialNumber: enrolled.serialNumber, removed: old.serialNumber })
  this.print(enrolled.serialNumber)
  this.say(`${old.serialNumber} is gone. Profiles with mfa_serial now name ${enrolled.serialNumber}.`)
}

/** `watchword aws mfa list`: the user's devices at AWS beside the secrets that lie here. */
export async function mfaList(this: CliContext, flags: MfaFlags): Promise<void> {
  const desk = await openDesk(this, flags)
  if (flags.vault) return (await import('./mfa-vault.ts')).listInVault(this, desk, flags)
  const devices = await listMfaDevices(desk.helper.transport, desk.access, desk.userName)
  const names = new Set((await openStore(this).entries()).map((entry) => entry.name))
  const atAws = devices.map((device) => ({ ...device, isStored: names.delete(device.serialNumber) }))
  const orphans = [...names].filter((name) => name.includes(`:iam::${desk.accountId}:mfa/`))
  if (flags.json) return this.printJson({ userName: desk.userName, devices: atAws, withoutDevice: orphans })
  for (const { serialNumber, isStored } of atAws)
    this.print(`${serialNumber}\t${isStored ? 'secret in the store' : 'secret not here'}`)
  for (const name of orphans) this.print(`${name}\tnot a device of ${desk.userName}`)
}

/** `watchword aws mfa root`: what can be done for a root user, which is not much, said honestly. */
export async function mfaRoot(this: CliContext, flags: PlaceFlags & { readonly account: string }): Promise<void> {
  this.say(
    'AWS lets nobody enable MFA for a root user by API, only in the console, so one person sees the secret once.',
  )
  this.say("Member accounts are better off without: remove their root credentials with AWS's central root access.")
  this.say('In the console as root: Security credentials, Assign MFA device, Authenticator app, Show secret key.')
  const helper = await openHelper(this, flags, true)
  const typed = await this.ask({ text: 'Secret key: ', asks: 'the secret key', instead: 'Run this in a terminal.' })
  const name = `AWS root:${flags.account}`
  await helper.secrets.storeAccount(name, deviceAccount(typed, 'AWS root', flags.account))
  const first = await helper.secrets.code(name, { clockOffsetMs: 0 })
  this.say('Type this as MFA code 1; the second follows when it becomes valid.')
  this.print(first.code)
  this.print((await helper.secrets.code(name, { clockOffsetMs: 0, afterStep: first.step })).code)
  this.say(
    `Both codes are used. Later ones: watchword get "${name}". Register a hardware key beside it for the day this store is lost.`,
  )
}

async function enrol(desk: MfaDesk, flags: Pick<MfaEnrolFlags, 'deviceName'>): Promise<EnrolledMfa<string>> {
  const { helper, access, userName, accountId } = desk
  const { secrets, transport } = helper
  const deviceName = flags.deviceName ?? defaultDeviceName(desk)
  const enrolled = await enrolMfa(
    transport,
    access,
    { userName, deviceName },
    async ({ serialNumber, secretBase32 }) => {
      await secrets.storeAccount(serialNumber, deviceAccount(secretBase32, 'AWS', `${userName}@${accountId}`))
      return serialNumber
    },
    (serialNumber) => secrets.removeAccount(serialNumber),
  )
  // AWS has seen the codes of two steps; a sign-in that came at once would send one of them again.
  await secrets.spendUpTo(enrolled.serialNumber, enrolled.lastStep)
  return enrolled
}

/** The store can be read by who runs this, so custody names that person. */
function deviceAccount(secretBase32: string, issuer: string, name: string): OtpAccount {
  return completeAccount({ secret: decodeBase32(secretBase32), issuer, name, note: `custody: ${userName()}` })
}

async function oldDevice({ helper, access, userName }: MfaDesk, serial: string | undefined): Promise<MfaDevice> {
  const devices = await listMfaDevices(helper.transport, access, userName)
  const [only] = devices
  const found =
    serial === undefined && devices.length === 1 ? only : devices.find((device) => device.serialNumber === serial)
  if (found === undefined)
    throw new Failure('aws_mfa_device_unknown', {
      detail: { user: userName, serial: serial ?? '(name one with --serial)' },
    })
  return found
}

/** A sign-in with the new device; its session also has the MFA that policies ask for before a device may be removed. */
async function prove({ helper, access }: MfaDesk, { serialNumber, lastStep }: EnrolledMfa<string>): Promise<IamAccess> {
  if (access.credentials.sessionToken !== undefined) return access
  const clockOffsetMs = helper.transport.offsetMs()
  const { code } = await helper.secrets.code(serialNumber, { clockOffsetMs, afterStep: lastStep })
  const session = await getSessionToken(
    helper.transport,
    access.credentials,
    { serialNumber, code },
    900,
    stsPlace(helper),
  )
  return { ...access, credentials: session }
}
