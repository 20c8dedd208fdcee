import { AwsRefusal, answerQuery, issueKey, signerOf, type AwsAccounts, type IssuedKey } from './aws-accounts.ts'
import { startDouble, type RunningDouble } from './double-server.ts'
import { verifiedAssertion } from './signed-assertion.ts'

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'

/** Starts an STS that checks what AWS checks: signatures, audience, recipient, time, the pair of role and provider, durations, codes. */
export function startStsDouble(accounts: AwsAccounts): Promise<RunningDouble> {
  return startDouble((request, controls) =>
    answerQuery(request, namespace, (form) => {
      const nowMs = controls.nowMs()
      const { refuseNext } = accounts
      if (refuseNext.times > 0) {
        refuseNext.times -= 1
        throw new AwsRefusal(refuseNext.code, refuseNext.text, refuseNext.status)
      }
      const signer = () => signerOf(accounts, request, nowMs)
      switch (form.get('Action')) {
        case 'AssumeRoleWithSAML':
          return assumeWithSaml(accounts, form, nowMs)
        case 'AssumeRole':
          return assume(accounts, form, signer(), nowMs)
        case 'GetSessionToken':
          return sessionToken(accounts, form, signer(), nowMs)
        case 'GetFederationToken':
          return federationToken(accounts, form, signer(), nowMs)
        case 'GetCallerIdentity':
          return callerIdentity(signer())
        default:
          throw new AwsRefusal('InvalidAction', 'Could not find operation')
      }
    }),
  )
}

function assumeWithSaml(accounts: AwsAccounts, form: URLSearchParams, nowMs: number): string {
  const roleArn = form.get('RoleArn') ?? ''
  const providerArn = form.get('PrincipalArn') ?? ''
  const issuer = accounts.providers.get(providerArn)
  if (issuer === undefined) throw new AwsRefusal('InvalidIdentityToken', "Specified provider doesn't exist")
  const xml = verifiedAssertion(issuer, Buffer.from(form.get('SAMLAssertion') ?? '', 'base64').toString('utf8'))
  if (xml === null) throw new AwsRefusal('InvalidIdentityToken', 'Response signature invalid')
  const text = (pattern: RegExp) => pattern.exec(xml)?.[1] ?? ''
  if (text(/Audience>([^<]+)</) !== accounts.audience) {
    throw new AwsRefusal('InvalidIdentityToken', 'Response does not contain the required audience.')
  }
  if (text(/Recipient="([^"]+)"/) !== accounts.recipient)
    throw new AwsRefusal('InvalidIdentityToken', 'Recipient is wrong')
  const issuedMs = Date.parse(text(/IssueInstant="([^"]+)"/))
  if (nowMs - issuedMs > 300_000)
    throw new AwsRefusal('ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance')
  if (nowMs >= Date.parse(text(/NotOnOrAfter="([^"]+)"/)))
    throw new AwsRefusal('ExpiredTokenException', 'Response has expired')
  if (![`${roleArn},${providerArn}`, `${providerArn},${roleArn}`].some((pair) => xml.includes(`>${pair}<`))) {
    throw new AwsRefusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithSAML', 403)
  }
  const sessionName = text(/RoleSessionName"[^>]*><[^>]*>([^<]+)</)
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
    throw new AwsRefusal('InvalidIdentityToken', 'RoleSessionName is required in AuthnResponse')
  const seconds = wantedSeconds(form, accounts.maxSessionSeconds.get(roleArn) ?? 3600)
  return roleSession(accounts, roleArn, sessionName, 'role', nowMs + seconds * 1000)
}

function assume(accounts: AwsAccounts, form: URLSearchParams, signer: IssuedKey, nowMs: number): string {
  accounts.assumed.push(Object.fromEntries(form))
  const roleArn = form.get('RoleArn') ?? ''
  const isChained = signer.kind === 'role' || signer.kind === 'chained'
  if (form.has('TokenCode')) checkCode(accounts, form, nowMs)
  const most = isChained ? 3600 : (accounts.maxSessionSeconds.get(roleArn) ?? 3600)
  if (isChained && Number(form.get('DurationSeconds') ?? 0) > 3600) {
    throw new AwsRefusal(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  }
  const seconds = wantedSeconds(form, most)
  return roleSession(
    accounts,
    roleArn,
    form.get('RoleSessionName') ?? '',
    isChained ? 'chained' : 'role',
    nowMs + seconds * 1000,
  )
}

function wantedSeconds(form: URLSearchParams, most: number): number {
  const seconds = Number(form.get('DurationSeconds') ?? 3600)
  if (seconds < 900) throw new AwsRefusal('ValidationError', 'DurationSeconds must be at least 900')
  if (seconds > most) {
    throw new AwsRefusal(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
  }
  return seconds
}

function roleSession(
  accounts: AwsAccounts,
  roleArn: string,
  sessionName: string,
  kind: 'role' | 'chained',
  expiresAtMs: number,
): string {
  const [, partition = 'aws', accountId = '', role = ''] =
    /^arn:([^:]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(roleArn) ?? []
  const arn = `arn:${partition}:sts::${accountId}:assumed-role/${role}/${sessionName}`
  const key = issueKey(accounts, { arn, accountId, kind, hasMfa: false, expiresAtMs })
  return `${credentialsXml(key)}<AssumedRoleUser><AssumedRoleId>AROA:${sessionName}</AssumedRoleId><Arn>${arn}</Arn></AssumedRoleUser>`
}

function sessionToken(accounts: AwsAccounts, form: URLSearchParams, signer: IssuedKey, nowMs: number): string {
  if (signer.kind !== 'user')
    throw new AwsRefusal('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403)
  checkCode(accounts, form, nowMs)
  const expiresAtMs = nowMs + Number(form.get('DurationSeconds') ?? 43_200) * 1000
  const { arn, accountId, userName } = signer
  return credentialsXml(
    issueKey(accounts, {
      arn,
      accountId,
      kind: 'session',
      hasMfa: true,
      expiresAtMs,
      ...(userName === undefined ? {} : { userName }),
    }),
  )
}

function federationToken(accounts: AwsAccounts, form: URLSearchParams, signer: IssuedKey, nowMs: number): string {
  if (signer.kind !== 'user')
    throw new AwsRefusal('AccessDenied', 'Cannot call GetFederationToken with session credentials', 403)
  const arn = `arn:aws:sts::${signer.accountId}:federated-user/${form.get('Name')}`
  const expiresAtMs = nowMs + Number(form.get('DurationSeconds') ?? 43_200) * 1000
  return credentialsXml(
    issueKey(accounts, { arn, accountId: signer.accountId, kind: 'federated', hasMfa: false, expiresAtMs }),
  )
}

function checkCode(accounts: AwsAccounts, form: URLSearchParams, nowMs: number): void {
  const code = form.get('TokenCode') ?? ''
  if (!/^\d{6}$/.test(code)) throw new AwsRefusal('ValidationError', 'TokenCode must have length 6')
  const device = accounts.devices.get(form.get('SerialNumber') ?? '')
  if (device?.userName === undefined || device.checker.check(code, nowMs) !== 'right') {
    throw new AwsRefusal('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.', 403)
  }
}

function callerIdentity(key: IssuedKey): string {
  return `<UserId>${key.accessKeyId}</UserId><Account>${key.accountId}</Account><Arn>${key.arn}</Arn>`
}

function credentialsXml(key: IssuedKey): string {
  const expiration = new Date(key.expiresAtMs ?? 0).toISOString().replace(/\.\d{3}/, '')
  return `<Credentials><AccessKeyId>${key.accessKeyId}</AccessKeyId><SecretAccessKey>${key.secretAccessKey}</SecretAccessKey><SessionToken>${key.sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`
}
