import type { Static } from 'typebox'
import { enrolAwsMfa, listAwsMfa, rotateAwsMfa, type AwsMfaList } from '../../../api/aws-mfa.ts'
import type { Client } from '../../../client/client.ts'
import { Failure } from '../../../errors/failure.ts'
import { findTeamAccount } from '../../agent/remote/team-accounts.ts'
import { teamClient } from '../../agent/remote/team-client.ts'
import { openStore } from '../../agent/store/store.ts'
import type { CliContext } from '../../context.ts'
import { defaultDeviceName, type MfaDesk, type MfaEnrolFlags, type MfaFlags, type MfaRotateFlags } from '../mfa-desk.ts'

/** Where AWS wants later codes, the server waits for two further steps. */
const patienceMs = 150_000

/** `mfa enrol --vault`: the server asks AWS for the device, so that its secret is never on this computer. */
export async function enrolInVault(context: CliContext, desk: MfaDesk, flags: MfaEnrolFlags): Promise<void> {
  const { deviceName = defaultDeviceName(desk), label } = flags
  const body = { ...callOf(desk), deviceName, ...(label === undefined ? {} : { label }) }
  const account = await (await clientFor(context, flags)).call(enrolAwsMfa, { body }, { timeoutMs: patienceMs })
  if (flags.json) return context.printJson(account)
  context.print(account.serialNumber)
  context.say(`${account.userName} has a new MFA device. Nobody is shown its codes until you grant it:`)
  context.say(`watchword admin accounts grant ${account.id} --to group:NAME --right reveal`)
}

/** `mfa rotate --vault`: the new device first, then the old one goes; the account keeps its grants. */
export async function rotateInVault(context: CliContext, desk: MfaDesk, flags: MfaRotateFlags): Promise<void> {
  const client = await clientFor(context, flags)
  const { id } = await findTeamAccount(client, flags.serial ?? (await onlySerial(client, desk)))
  const body = { ...callOf(desk), deviceName: flags.deviceName ?? defaultDeviceName(desk) }
  const input = { params: { account: id }, body }
  const account = await client.call(rotateAwsMfa, input, { timeoutMs: patienceMs })
  for (const { message } of account.warnings) context.say(message)
  if (flags.json) return context.printJson(account)
  context.print(account.serialNumber)
  context.say(`${account.label} gives codes of the new device. Profiles with mfa_serial now name it.`)
}

/** `mfa list --vault`: the user's devices at AWS beside the accounts of the team's vault. */
export async function listInVault(context: CliContext, desk: MfaDesk, flags: MfaFlags): Promise<void> {
  const inventory = await (await clientFor(context, flags)).call(listAwsMfa, { body: callOf(desk) })
  if (flags.json) return context.printJson(inventory)
  for (const { serialNumber, label } of inventory.devices) {
    context.print(`${serialNumber}\t${label === null ? 'codes not in the vault' : `team/${label}`}`)
  }
  for (const { serialNumber, label } of inventory.withoutDevice) {
    context.print(`${serialNumber}\tnot a device of ${inventory.userName}, but team/${label}`)
  }
}

/** What every call takes. Keys without an end stay here: they would outlive the call. */
function callOf({ access, userName, partition }: MfaDesk): Static<typeof AwsMfaList> {
  const { accessKeyId, secretAccessKey, sessionToken } = access.credentials
  if (sessionToken === undefined) throw new Failure('aws_vault_needs_session')
  const known = (['aws', 'aws-cn', 'aws-us-gov'] as const).find((name) => name === partition) ?? 'aws'
  return { credentials: { accessKeyId, secretAccessKey, sessionToken }, userName, partition: known }
}

async function onlySerial(client: Client, desk: MfaDesk): Promise<string> {
  const { devices } = await client.call(listAwsMfa, { body: callOf(desk) })
  const [only, second] = devices.filter(({ accountId }) => accountId !== null)
  if (only !== undefined && second === undefined) return only.serialNumber
  const detail = { user: desk.userName, serial: '(name one with --serial)' }
  throw new Failure('aws_mfa_device_unknown', { detail })
}

function clientFor(context: CliContext, { server, tokenFile }: MfaFlags): Promise<Client> {
  const env = {
    ...context.env,
    ...(server === undefined ? {} : { WATCHWORD_SERVER: server }),
    ...(tokenFile === undefined ? {} : { WATCHWORD_TOKEN_FILE: tokenFile }),
  }
  const asked = { ...context, env }
  return teamClient(asked, openStore(asked))
}
