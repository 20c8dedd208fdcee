import type { SessionCredentials } from '../../aws/credentials.ts'
import { partitionOfRegion } from '../../aws/partition.ts'
import { parseRoleArn } from '../../aws/role-arn.ts'
import { Failure } from '../../errors/failure.ts'
import type { SessionFlags } from './flags.ts'
import { regionOf, type AwsHelper } from './helper.ts'
import { readProfile, servedRole, sessionOfProfile, type NamedProfile } from './profile-credentials.ts'
import { roleCredentials } from './role-credentials.ts'

/** Credentials for a command, and what is known of them. */
export interface ChosenSession {
  readonly credentials: SessionCredentials
  /** The role, where it came from Okta directly. */
  readonly roleArn: string | null
  readonly region: string | null
  /** The partition that the credentials count in. */
  readonly partition: string
}

/**
 * The credentials that `--role-arn` or `--profile` names.
 *
 * @throws {@link Failure} `aws_option_conflict` unless exactly one is given
 */
export async function chosenSession(helper: AwsHelper, flags: SessionFlags): Promise<ChosenSession> {
  const { roleArn, profile: name } = flags
  if ((roleArn === undefined) === (name === undefined)) {
    throw new Failure('aws_option_conflict', { detail: { options: '--role-arn and --profile' } })
  }
  if (roleArn !== undefined) {
    const { partition } = parseRoleArn(roleArn)
    return { credentials: await roleCredentials(helper, roleArn, wishesOf(flags)), roleArn, region: null, partition }
  }
  const profile = await readProfile(helper, name ?? '')
  const region = profile.options['region'] ?? null
  const served = servedRole(profile)
  const partition = partitionOfProfile(profile, helper)
  if (served !== null && served.config === helper.settings.config) {
    return {
      credentials: await roleCredentials(helper, served.roleArn, wishesOf(flags)),
      roleArn: served.roleArn,
      region,
      partition,
    }
  }
  return {
    credentials: await sessionOfProfile(helper, profile.name),
    roleArn: served?.roleArn ?? null,
    region,
    partition,
  }
}

/** By the role that a profile takes, else by its region. */
function partitionOfProfile(profile: NamedProfile, { settings }: AwsHelper): string {
  const roleArn = servedRole(profile)?.roleArn ?? profile.options['role_arn']
  return roleArn === undefined
    ? partitionOfRegion(profile.options['region'] ?? regionOf(settings))
    : parseRoleArn(roleArn).partition
}

function wishesOf({ durationSeconds, minTtl }: SessionFlags) {
  return {
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(minTtl === undefined ? {} : { minTtlMs: minTtl * 1000 }),
  }
}
