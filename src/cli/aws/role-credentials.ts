import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SessionCredentials } from '../../aws/credentials.ts'
import { parseRoleArn } from '../../aws/role-arn.ts'
import type { OfferedRole } from '../../aws/saml-assertion.ts'
import { assumeRoleWithSaml, isAssertionExpired, isDurationRefusal, type SessionWishes } from '../../aws/sts.ts'
import { Failure } from '../../errors/failure.ts'
import { withLock } from '../agent/store/lock.ts'
import { isFreshEnough, readCached, writeCached, type CachedCredentials } from './credential-cache.ts'
import { lockPath, stsPlace, type AwsHelper } from './helper.ts'
import { cacheName } from './paths.ts'
import { longestKnown, rememberLongest } from './role-durations.ts'
import { obtainAssertion, renewAssertion, type Assertion } from './sign-in.ts'

/** What a caller wants beyond the role itself. */
export interface RoleWishes extends SessionWishes {
  /** The least that must be left, for jobs that run long. */
  readonly minTtlMs?: number
}

const roleWaitMs = 12 * 60_000
const longestSeconds = 43_200
// What administrators set as the longest session, from long to short.
const usualDurations = [longestSeconds, 28_800, 14_400, 7_200, 3_600]

/**
 * Credentials of a role: from the cache while they last, else taken anew.
 *
 * Per role one process asks AWS; the others wait for its result.
 *
 * @throws {@link Failure} `aws_role_not_offered`, and what the sign-in and STS say
 */
export async function roleCredentials(
  helper: AwsHelper,
  roleArn: string,
  wishes: RoleWishes = {},
): Promise<SessionCredentials> {
  parseRoleArn(roleArn)
  const name = cacheName(helper.settings.path, cacheKey(roleArn, wishes))
  const cached = () => freshOrNull(helper, name, wishes)
  const path = lockPath(helper, name)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  return cached() ?? withLock(path, async () => cached() ?? takeRole(helper, roleArn, wishes, name), roleWaitMs)
}

/** The name a role's credentials are cached by: the ARN alone, unless the session is narrowed. */
function cacheKey(roleArn: string, wishes: RoleWishes): string {
  const { minTtlMs: _minTtl, ...session } = wishes
  return Object.keys(session).length === 0 ? roleArn : `${roleArn} ${JSON.stringify(session)}`
}

function freshOrNull(helper: AwsHelper, name: string, wishes: RoleWishes): CachedCredentials | null {
  const cached = readCached<CachedCredentials>(helper.paths, name)
  return cached !== null && isFreshEnough(cached, helper.transport.nowMs(), wishes.minTtlMs) ? cached : null
}

async function takeRole(
  helper: AwsHelper,
  roleArn: string,
  wishes: RoleWishes,
  name: string,
): Promise<SessionCredentials> {
  const assertion = await obtainAssertion(helper)
  const credentials = await assumeWith(helper, assertion, roleArn, wishes).catch(async (thrown: unknown) => {
    if (!isAssertionExpired(thrown)) throw thrown
    const renewed = await renewAssertion(helper, assertion)
    return assumeWith(helper, renewed, roleArn, wishes).catch((again: unknown) => {
      throw isAssertionExpired(again) ? new Failure('aws_assertion_expired', { cause: again }) : again
    })
  })
  writeCached(helper.paths, name, { ...credentials, issuedAtMs: helper.transport.nowMs() } satisfies CachedCredentials)
  return credentials
}

/** Asks for the longest session that is wanted and known to be allowed, then for shorter ones. */
async function assumeWith(
  helper: AwsHelper,
  assertion: Assertion,
  roleArn: string,
  wishes: RoleWishes,
): Promise<SessionCredentials> {
  const role = offered(assertion, roleArn)
  const durations = durationsToTry(helper, assertion, roleArn, wishes)
  for (const [index, durationSeconds] of durations.entries()) {
    try {
      const wished = { ...wishes, durationSeconds }
      const credentials = await assumeRoleWithSaml(
        helper.transport,
        role,
        assertion.form.samlResponse,
        wished,
        stsPlace(helper, roleArn),
      )
      if (index > 0) rememberLongest(helper.paths, roleArn, durationSeconds)
      return credentials
    } catch (thrown) {
      if (!isDurationRefusal(thrown) || index === durations.length - 1) throw thrown
    }
  }
  throw new Failure('aws_role_not_offered', { detail: { arn: roleArn } })
}

function offered(assertion: Assertion, roleArn: string): OfferedRole {
  const role = assertion.content.roles.find((candidate) => candidate.roleArn === roleArn)
  if (role === undefined) throw new Failure('aws_role_not_offered', { detail: { arn: roleArn } })
  return role
}

function durationsToTry(helper: AwsHelper, { content }: Assertion, roleArn: string, wishes: RoleWishes): number[] {
  const { file } = helper.settings
  const wanted =
    wishes.durationSeconds ?? file.roles?.[roleArn]?.duration_seconds ?? file.duration_seconds ?? longestSeconds
  const most = Math.min(
    wanted,
    content.sessionDurationSeconds ?? longestSeconds,
    longestKnown(helper.paths, roleArn) ?? longestSeconds,
  )
  return [most, ...usualDurations.filter((seconds) => seconds < most)]
}
