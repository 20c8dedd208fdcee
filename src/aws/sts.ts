import { isFailure } from '../errors/failure.ts'
import type { AwsCredentials, SessionCredentials } from './credentials.ts'
import { partitionNamed, regionWithin, stsUrl } from './partition.ts'
import { callQuery, requiredText, requiredTimeMs, type XmlNode } from './query-protocol.ts'
import { parseRoleArn } from './role-arn.ts'
import type { OfferedRole } from './saml-assertion.ts'
import type { Transport } from './transport.ts'

/** Where STS is called: the region of a profile, and an address that replaces AWS's own. */
export interface StsPlace {
  readonly region?: string
  readonly endpointUrl?: string
}

/** What may be asked of a session beyond its role. */
export interface SessionWishes {
  readonly durationSeconds?: number
  /** A session policy as JSON, which can only narrow the role's rights. */
  readonly policy?: string
  readonly policyArns?: readonly string[]
}

/** What may be asked of a chained session. */
export interface ChainWishes extends SessionWishes {
  readonly sessionName: string
  readonly externalId?: string
  readonly sourceIdentity?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly transitiveTagKeys?: readonly string[]
  readonly mfa?: MfaProof
}

/** A code of an MFA device, sent as six digits. */
export interface MfaProof {
  readonly serialNumber: string
  readonly code: string
}

/** Who the credentials belong to. */
export interface CallerIdentity {
  readonly accountId: string
  readonly arn: string
}

const version = '2011-06-15'

/**
 * Takes a role with a SAML assertion; unsigned, so that no profile and no key of this machine plays a part.
 *
 * @throws {@link Failure} `aws_refused` with the wire code in `detail.code`
 */
export async function assumeRoleWithSaml(
  transport: Transport,
  role: OfferedRole,
  samlResponse: string,
  wishes: SessionWishes = {},
  place: StsPlace = {},
): Promise<SessionCredentials> {
  const { partition } = parseRoleArn(role.roleArn)
  const parameters = {
    RoleArn: role.roleArn,
    PrincipalArn: role.providerArn,
    SAMLAssertion: samlResponse,
    ...wishParameters(wishes),
  }
  return sessionOf('AssumeRoleWithSAML', await callSts(transport, 'AssumeRoleWithSAML', parameters, partition, place))
}

/** Takes a role with credentials one already has; from a role's credentials one hour is the most (role chaining). */
export async function assumeRole(
  transport: Transport,
  credentials: AwsCredentials,
  roleArn: string,
  wishes: ChainWishes,
  place: StsPlace = {},
): Promise<SessionCredentials> {
  const { partition } = parseRoleArn(roleArn)
  const parameters = {
    RoleArn: roleArn,
    RoleSessionName: wishes.sessionName,
    ExternalId: wishes.externalId,
    SourceIdentity: wishes.sourceIdentity,
    ...listParameters('Tags', Object.entries(wishes.tags ?? {}), ([Key, Value]) => ({ Key, Value })),
    ...listParameters('TransitiveTagKeys', wishes.transitiveTagKeys ?? [], (key) => key),
    ...mfaParameters(wishes.mfa),
    ...wishParameters(wishes),
  }
  return sessionOf('AssumeRole', await callSts(transport, 'AssumeRole', parameters, partition, place, credentials))
}

/** A session of an IAM user with MFA; one serves many roles, so that one code does. */
export async function getSessionToken(
  transport: Transport,
  credentials: AwsCredentials,
  mfa: MfaProof,
  durationSeconds?: number,
  place: StsPlace = {},
): Promise<SessionCredentials> {
  const parameters = { DurationSeconds: durationSeconds, ...mfaParameters(mfa) }
  return sessionOf(
    'GetSessionToken',
    await callSts(transport, 'GetSessionToken', parameters, partitionOfDevice(mfa.serialNumber), place, credentials),
  )
}

/** Who AWS takes these credentials for. */
export async function getCallerIdentity(
  transport: Transport,
  credentials: AwsCredentials,
  partition = 'aws',
  place: StsPlace = {},
): Promise<CallerIdentity> {
  const result = await callSts(transport, 'GetCallerIdentity', {}, partition, place, credentials)
  const text = (name: string) => requiredText('GetCallerIdentity', result, name)
  return { accountId: text('Account'), arn: text('Arn') }
}

/** A console session for an IAM user, who has no role to open it with; not more than the user's own rights. */
export async function getFederationToken(
  transport: Transport,
  credentials: AwsCredentials,
  name: string,
  durationSeconds: number,
  partition = 'aws',
  place: StsPlace = {},
): Promise<SessionCredentials> {
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })
  const parameters = { Name: name, DurationSeconds: durationSeconds, Policy: policy }
  return sessionOf(
    'GetFederationToken',
    await callSts(transport, 'GetFederationToken', parameters, partition, place, credentials),
  )
}

/** Whether STS refused only because the role's MaxSessionDuration, or the hour of a chained role, is shorter. */
export function isDurationRefusal(thrown: unknown): boolean {
  return isFailure(thrown, 'aws_refused') && /DurationSeconds exceeds/i.test(String(thrown.detail['text']))
}

/** Whether STS refused because the assertion is past its minutes. */
export function isAssertionExpired(thrown: unknown): boolean {
  return isFailure(thrown, 'aws_refused') && String(thrown.detail['code']).startsWith('ExpiredToken')
}

function callSts(
  transport: Transport,
  action: string,
  parameters: Readonly<Record<string, string | number | undefined>>,
  partitionName: string,
  place: StsPlace,
  credentials?: AwsCredentials,
): Promise<XmlNode> {
  const partition = partitionNamed(partitionName)
  return callQuery(transport, {
    url: place.endpointUrl ?? stsUrl(partition, place.region),
    service: 'sts',
    region: regionWithin(partition, place.region),
    version,
    action,
    parameters,
    ...(credentials === undefined ? {} : { credentials }),
  })
}

function sessionOf(action: string, result: XmlNode): SessionCredentials {
  const text = (name: string) => requiredText(action, result, 'Credentials', name)
  return {
    accessKeyId: text('AccessKeyId'),
    secretAccessKey: text('SecretAccessKey'),
    sessionToken: text('SessionToken'),
    expiresAtMs: requiredTimeMs(action, result, 'Credentials', 'Expiration'),
  }
}

function wishParameters(wishes: SessionWishes): Record<string, string | number | undefined> {
  return {
    DurationSeconds: wishes.durationSeconds,
    Policy: wishes.policy,
    ...listParameters('PolicyArns', wishes.policyArns ?? [], (arn) => ({ arn })),
  }
}

function mfaParameters(mfa: MfaProof | undefined): Record<string, string> {
  return mfa === undefined ? {} : { SerialNumber: mfa.serialNumber, TokenCode: mfa.code }
}

/** A list in the query protocol: `Name.member.1`, or `Name.member.1.Field` for structures. */
function listParameters<T>(
  name: string,
  items: readonly T[],
  write: (item: T) => string | Readonly<Record<string, string>>,
): Record<string, string> {
  const parameters: Record<string, string> = {}
  for (const [index, item] of items.entries()) {
    const written = write(item)
    const prefix = `${name}.member.${index + 1}`
    if (typeof written === 'string') parameters[prefix] = written
    else for (const [field, value] of Object.entries(written)) parameters[`${prefix}.${field}`] = value
  }
  return parameters
}

/** The partition that a device's serial number, an ARN, belongs to. */
export function partitionOfDevice(serialNumber: string): string {
  return /^arn:(aws[a-z-]*):/.exec(serialNumber)?.[1] ?? 'aws'
}
