import { currentUserName, type IamAccess } from '../../aws/iam-mfa.ts'
import { partitionOfRegion } from '../../aws/partition.ts'
import { parseRoleArn } from '../../aws/role-arn.ts'
import { withServerClock, type ClockedTransport } from '../../aws/server-clock.ts'
import { getCallerIdentity } from '../../aws/sts.ts'
import { Failure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'
import { endpointOf, openHelper, regionOf, stsPlace, type AwsHelper, type PlaceFlags } from './helper.ts'
import { profileCredentials } from './profile-credentials.ts'
import { roleCredentials } from './role-credentials.ts'

/** Whose MFA devices, and with which rights. */
export interface MfaFlags extends PlaceFlags {
  readonly profile?: string
  readonly roleArn?: string
  readonly user?: string
  /** Let the server talk to AWS, so that the secret goes into the team's vault and never comes here. */
  readonly vault: boolean
  readonly server?: string
  readonly tokenFile?: string
  readonly json: boolean
}

/** The options of `mfa enrol`. */
export interface MfaEnrolFlags extends MfaFlags {
  readonly deviceName?: string
  /** What the vault calls the new account. */
  readonly label?: string
}

/** The options of `mfa rotate`. */
export interface MfaRotateFlags extends MfaFlags {
  readonly deviceName?: string
  readonly serial?: string
}

/** One IAM user, and the rights to change their devices. */
export interface MfaDesk {
  /** Its transport goes by AWS's clock, because AWS judges the codes. */
  readonly helper: AwsHelper & { readonly transport: ClockedTransport }
  readonly access: IamAccess
  readonly accountId: string
  readonly userName: string
  readonly partition: string
}

/**
 * Makes ready for one IAM user.
 *
 * @throws {@link Failure} `aws_option_conflict`, `aws_mfa_root`
 */
export async function openDesk(context: CliContext, flags: MfaFlags): Promise<MfaDesk> {
  const { profile, roleArn } = flags
  if ((profile === undefined) === (roleArn === undefined)) {
    throw new Failure('aws_option_conflict', { detail: { options: '--profile and --role-arn' } })
  }
  const opened = await openHelper(context, flags, true)
  const helper = { ...opened, transport: withServerClock(opened.transport) }
  const credentials =
    roleArn === undefined ? await profileCredentials(helper, profile ?? '') : await roleCredentials(helper, roleArn)
  const partition =
    roleArn === undefined ? partitionOfRegion(regionOf(helper.settings)) : parseRoleArn(roleArn).partition
  const endpointUrl = endpointOf(context, 'IAM')
  const access: IamAccess = { credentials, partition, ...(endpointUrl === undefined ? {} : { endpointUrl }) }
  const { accountId, arn } = await getCallerIdentity(helper.transport, credentials, partition, stsPlace(helper))
  if (flags.user === 'root' || arn.endsWith(':root')) throw new Failure('aws_mfa_root')
  const userName = flags.user ?? (await currentUserName(helper.transport, access))
  return { helper, access, accountId, partition, userName }
}

/** A device's name unless one is given: the user and the moment, as a day may see two. */
export function defaultDeviceName({ helper, userName }: MfaDesk): string {
  const moment = new Date(helper.transport.nowMs()).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-')
  return `${userName}-${moment}`
}
