import type { Static } from 'typebox'
import type { AwsMfaAccount, AwsMfaEnrol, AwsMfaInventory, AwsMfaList, AwsMfaRotate } from '../../api/aws-mfa.ts'
import type { Account } from '../../api/accounts.ts'
import { listMfaDevices, type NewMfaDevice } from '../../aws/iam-mfa.ts'
import { enrolMfa, removeMfa } from '../../aws/mfa-enrolment.ts'
import { Failure, isFailure } from '../../errors/failure.ts'
import { type Remark, remark } from '../../errors/remarks.ts'
import { completeAccount, type OtpAccount } from '../../otp/account.ts'
import { decodeBase32 } from '../../otp/base32.ts'
import { stepAt } from '../../otp/totp.ts'
import type { Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import type { VaultAccount } from './account.ts'
import { accountEvent, holdManaged, manageAccount } from './account-access.ts'
import { readText } from './account-input.ts'
import { listSeenAccounts } from './account-list.ts'
import { requireMayAdd, showAccount, storeAccount } from './accounts.ts'
import { type AwsDesk, openAwsDesk } from './aws-desk.ts'
import { leasesOfService, serviceHolder } from './lease.ts'
import { freeServiceSteps, leasesOf, putLeases } from './lease-store.ts'
import { storeReplacement, undoReplacement } from './replacement.ts'
import { accountChange, undoMsOf, type VaultRoom } from './room.ts'
import { holdAccounts, removeAccount, saveAccount } from './store.ts'

/** AWS knows no other period. */
const periodSeconds = 30
/** The steps an enrolment may show AWS: two, and where it refuses those, the two that follow. */
const keptSteps = 5
/** AWS shows a secret once, to this server; no person is named because none could have seen it. */
const bornHere = { how: 'server', note: 'made by AWS for this vault' } as const

/**
 * Gives an IAM user a virtual MFA device. Its secret goes from AWS into the vault and is shown to nobody; whatever
 * goes wrong, neither a device nor an account is left half done.
 *
 * @throws {@link Failure} `forbidden`, `aws_mfa_root`, `aws_refused`, `aws_mfa_enrol_failed`, `aws_mfa_not_removed`
 */
export async function enrolAwsMfa(
  room: VaultRoom,
  actor: Actor,
  given: Static<typeof AwsMfaEnrol>,
  stopping: AbortSignal,
): Promise<Static<typeof AwsMfaAccount>> {
  requireMayAdd(actor)
  const desk = await openAwsDesk(room, given, stopping)
  const { userName, serialNumber, lastStep, kept } = await enrolAt(desk, given.deviceName, {
    keep: (device) => keepNew(room, actor, given, desk, device),
    discard: (account) => discardNew(room, actor, account),
  })
  await room.core.storage.transaction((tx) => freeServiceSteps(tx, kept.id, lastStep))
  return { ...(await showAccount(room, actor, kept)), serialNumber, userName, warnings: [] }
}

/**
 * Replaces the device behind an account. The new one is enabled before the old one goes, so that its user is never
 * without; where the old one cannot be removed, a warning says so and its codes stay in reach for a while.
 *
 * @throws {@link Failure} `forbidden`, `account_not_found`, `account_rotation_running`, `aws_mfa_device_unknown`, and as
 *   {@link enrolAwsMfa}
 */
export async function rotateAwsMfa(
  room: VaultRoom,
  actor: Actor,
  accountId: string,
  given: Static<typeof AwsMfaRotate>,
  stopping: AbortSignal,
): Promise<Static<typeof AwsMfaAccount>> {
  const { storage, services } = room.core
  const { account } = await manageAccount(storage.db, actor, accountId, services.clock.nowMs())
  const desk = await openAwsDesk(room, given, stopping)
  const old = account.identifier
  await requireDevice(desk, old, account.label)
  const { userName, serialNumber, lastStep } = await enrolAt(desk, given.deviceName, {
    keep: (device) => keepRotated(room, actor, accountId, device, old),
    discard: (id) => discardRotated(room, actor, id),
  })
  await nameDevice(room, actor, accountId, { serialNumber, old, lastStep })
  const warnings = await removeOld(room, actor, accountId, desk, old)
  const { account: rotated } = await manageAccount(storage.db, actor, accountId, services.clock.nowMs())
  return { ...(await showAccount(room, actor, rotated)), serialNumber, userName, warnings }
}

/** A user's devices at AWS beside the accounts the actor may see. */
export async function listAwsMfa(
  room: VaultRoom,
  actor: Actor,
  given: Static<typeof AwsMfaList>,
  stopping: AbortSignal,
): Promise<Static<typeof AwsMfaInventory>> {
  requireMayAdd(actor)
  const desk = await openAwsDesk(room, given, stopping)
  const devices = await listMfaDevices(desk.transport, desk.access, desk.userName)
  const accounts = await accountsOfDevices(room, actor, `${desk.arnPrefix}mfa/`)
  const beside = devices.map(({ serialNumber, enabledAtMs }) => {
    const account = accounts.find(({ identifier }) => identifier === serialNumber)
    return { serialNumber, enabledAtMs, accountId: account?.id ?? null, label: account?.label ?? null }
  })
  const withoutDevice = accounts
    .filter(({ identifier }) => !devices.some(({ serialNumber }) => serialNumber === identifier))
    .map(({ identifier, id, label }) => ({ serialNumber: identifier, accountId: id, label }))
  return { userName: desk.userName, devices: beside, withoutDevice }
}

async function enrolAt<Kept>(
  { transport, access, userName }: AwsDesk,
  deviceName: string,
  { keep, discard }: { keep: (device: NewMfaDevice) => Promise<Kept>; discard: (kept: Kept) => Promise<void> },
) {
  return { userName, ...(await enrolMfa(transport, access, { userName, deviceName }, keep, discard)) }
}

function keepNew(
  room: VaultRoom,
  actor: Actor,
  given: Static<typeof AwsMfaEnrol>,
  { userName, arnPrefix }: AwsDesk,
  device: NewMfaDevice,
): Promise<VaultAccount> {
  const otp = otpOf(device)
  const label = given.label ?? `AWS ${userName}@${arnPrefix.split(':')[4] ?? ''}`
  return room.core.storage.transaction(async (tx) => {
    const { account } = await storeAccount(room, tx, actor, {
      otp,
      text: readText({ ...textOf(given), label }, otp),
      settings: { ...given, lease: given.lease ?? 'exclusive' },
      grants: given.grants ?? [],
      allowDuplicate: false,
      custody: bornHere,
    })
    await keepSteps(room, tx, account.id)
    return account
  })
}

function textOf({ tags, note }: Static<typeof AwsMfaEnrol>) {
  return { ...(tags === undefined ? {} : { tags }), ...(note === undefined ? {} : { note }) }
}

/** Nobody saw a code of it and AWS has no such device any more: there is nothing to come back to. */
async function discardNew(room: VaultRoom, actor: Actor, account: VaultAccount): Promise<void> {
  const { storage, audit } = room.core
  await storage.transaction(async (tx) => {
    await removeAccount(tx, account.id)
    await audit.append(tx, [accountEvent(actor, 'account.purge', account, { enrolled: false })])
    await storage.recordChange(tx, { kind: accountChange, objectId: account.id })
  })
}

/** @returns the account's id, by which {@link discardRotated} takes the old secret back */
async function keepRotated(
  room: VaultRoom,
  actor: Actor,
  id: string,
  device: NewMfaDevice,
  old: string,
): Promise<string> {
  const undoMs = await undoMsOf(room)
  const detail = { serialNumber: device.serialNumber }
  await room.core.storage.transaction(async (tx) => {
    await refuseSecondRotation(room, tx, id, old)
    await storeReplacement(room, tx, actor, id, { otp: otpOf(device), custody: bornHere, undoMs, detail })
    await keepSteps(room, tx, id)
  })
  return id
}

// Of two at once, on any server, one would be left with a device whose secret is lost. While one is under way steps to
// come are kept for the service; once it is done the account is another device's.
async function refuseSecondRotation({ core }: VaultRoom, tx: Tx, id: string, old: string): Promise<void> {
  const fromStep = stepAt(core.services.clock.nowMs(), periodSeconds) + 1
  const [account] = await holdAccounts(tx, core.storage.engine, [id])
  const leases = await leasesOf(tx, [{ accountIds: [id], fromStep }])
  const isUnderWay = leases.some(({ holderId }) => holderId === serviceHolder.holderId)
  if (isUnderWay || account?.identifier !== old) throw new Failure('account_rotation_running')
}

async function discardRotated(room: VaultRoom, actor: Actor, id: string): Promise<void> {
  await undoReplacement(room, actor, id)
  await room.core.storage.transaction((tx) => freeServiceSteps(tx, id, 0))
}

/** From now on the account is the new device's; the two codes AWS has seen stay kept from everybody. */
async function nameDevice(
  room: VaultRoom,
  actor: Actor,
  id: string,
  { serialNumber, old, lastStep }: { serialNumber: string; old: string; lastStep: number },
): Promise<void> {
  await change(room, actor, id, 'account.aws-mfa.rotate', { serialNumber, removes: old }, async (tx, account) => {
    await saveAccount(tx, { ...account, identifier: serialNumber })
    await freeServiceSteps(tx, id, lastStep)
  })
}

async function removeOld(
  room: VaultRoom,
  actor: Actor,
  id: string,
  { transport, access, userName }: AwsDesk,
  old: string,
): Promise<Remark[]> {
  try {
    await removeMfa(transport, access, userName, old)
  } catch (thrown) {
    const reason = isFailure(thrown) ? thrown.message : 'the request failed.'
    return [remark('aws_device_left', { device: old, reason })]
  }
  await change(room, actor, id, 'account.aws-mfa.removed', { serialNumber: old }, (tx, account) =>
    saveAccount(tx, { ...account, previousSecret: null, previousUntilMs: null }),
  )
  return []
}

async function change(
  room: VaultRoom,
  actor: Actor,
  id: string,
  action: string,
  detail: Record<string, string>,
  work: (tx: Tx, account: VaultAccount) => Promise<void>,
): Promise<void> {
  const { storage, audit, services } = room.core
  await storage.transaction(async (tx) => {
    const { account } = await holdManaged(room, tx, actor, id, services.clock.nowMs())
    await work(tx, account)
    await audit.append(tx, [accountEvent(actor, action, account, detail)])
    await storage.recordChange(tx, { kind: accountChange, objectId: id })
  })
}

async function keepSteps({ core }: VaultRoom, tx: Tx, accountId: string): Promise<void> {
  const present = stepAt(core.services.clock.nowMs(), periodSeconds)
  const leases = leasesOfService(present, keptSteps, periodSeconds)
  await putLeases(
    tx,
    leases.map((lease) => ({ ...lease, accountId })),
  )
}

async function requireDevice({ transport, access, userName }: AwsDesk, serial: string, label: string): Promise<void> {
  const devices = await listMfaDevices(transport, access, userName)
  if (!devices.some(({ serialNumber }) => serialNumber === serial)) {
    throw new Failure('aws_mfa_device_unknown', { detail: { user: userName, serial: serial || label } })
  }
}

async function accountsOfDevices(room: VaultRoom, actor: Actor, serialPrefix: string): Promise<Account[]> {
  const found: Account[] = []
  let cursor: string | undefined
  do {
    const wish = { search: serialPrefix, limit: 500, ...(cursor === undefined ? {} : { cursor }) }
    const page = await listSeenAccounts(room, actor, wish)
    found.push(...page.items.filter(({ identifier }) => identifier.startsWith(serialPrefix)))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}

function otpOf({ serialNumber, secretBase32 }: NewMfaDevice): OtpAccount {
  return completeAccount({ secret: decodeBase32(secretBase32), issuer: 'AWS', name: serialNumber })
}
