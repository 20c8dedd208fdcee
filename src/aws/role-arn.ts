import { Failure } from '../errors/failure.ts'

/** The parts of an IAM role's ARN; `path` begins and ends with a slash. */
export interface RoleArn {
  readonly arn: string
  readonly partition: string
  readonly accountId: string
  readonly path: string
  readonly name: string
}

const pattern = /^arn:(aws[a-z-]*):iam::(\d{12}):role(\/(?:[\x21-\x7e]+\/)?)([\w+=,.@-]{1,64})$/

/**
 * Takes a role's ARN apart.
 *
 * @throws {@link Failure} `aws_role_arn`
 * @see IAM user guide, IAM identifiers
 */
export function parseRoleArn(arn: string): RoleArn {
  const [, partition, accountId, path, name] = pattern.exec(arn) ?? []
  if (partition === undefined || accountId === undefined || path === undefined || name === undefined) {
    throw new Failure('aws_role_arn', { detail: { arn: arn.slice(0, 200) } })
  }
  return { arn, partition, accountId, path, name }
}
