import { assumeRole as assume, type ChainWishes } from '../../../aws/sts.ts'
import { Failure } from '../../../errors/failure.ts'
import type { CliContext } from '../../context.ts'
import type { CredentialFormat } from '../flags.ts'
import { openHelper, stsPlace, type PlaceFlags } from '../helper.ts'
import { profileCredentials } from '../profile-credentials.ts'
import { roleCredentials } from '../role-credentials.ts'
import { formatted } from './credential-process.ts'

/** The options of `assume-role`. */
export interface AssumeRoleFlags extends PlaceFlags {
  readonly fromRoleArn?: string
  readonly fromProfile?: string
  readonly toRoleArn: string
  readonly format: CredentialFormat
  readonly durationSeconds?: number
  readonly sessionName?: string
  readonly externalId?: string
  readonly sourceIdentity?: string
  readonly tag?: readonly string[]
  readonly policy?: string
}

/** `watchword aws assume-role`: takes a second role with the credentials of a first. */
export async function assumeRole(this: CliContext, flags: AssumeRoleFlags): Promise<void> {
  if ((flags.fromRoleArn === undefined) === (flags.fromProfile === undefined)) {
    throw new Failure('aws_option_conflict', { detail: { options: '--from-role-arn and --from-profile' } })
  }
  const helper = await openHelper(this, flags, false)
  const { fromRoleArn, fromProfile = '' } = flags
  const first =
    fromRoleArn === undefined
      ? await profileCredentials(helper, fromProfile)
      : await roleCredentials(helper, fromRoleArn)
  const second = await assume(
    helper.transport,
    first,
    flags.toRoleArn,
    wishesOf(flags),
    stsPlace(helper, flags.toRoleArn),
  )
  for (const line of formatted(second, flags.format)) this.print(line)
}

function wishesOf(flags: AssumeRoleFlags): ChainWishes {
  const { durationSeconds, externalId, sourceIdentity, policy, tag = [] } = flags
  return {
    sessionName: flags.sessionName ?? 'watchword',
    tags: Object.fromEntries(tag.map(readTag)),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    ...(policy === undefined ? {} : { policy }),
  }
}

function readTag(text: string): [string, string] {
  const [, key, value] = /^([^=]+)=(.*)$/.exec(text) ?? []
  if (key === undefined || value === undefined) {
    throw new Failure('aws_option_invalid', { detail: { option: '--tag', expected: 'KEY=VALUE' } })
  }
  return [key, value]
}
