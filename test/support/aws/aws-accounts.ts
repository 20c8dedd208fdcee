import { randomBytes } from 'node:crypto'
import { signedHeaders } from '../../../src/aws/sigv4.ts'
import { CodeChecker } from './code-checker.ts'
import type { DoubleAnswer, DoubleRequest } from './double-server.ts'
import type { SamlIssuer } from './signed-assertion.ts'

/** Keys that the double has given out. */
export interface IssuedKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly arn: string
  readonly accountId: string
  readonly kind: 'user' | 'role' | 'chained' | 'session' | 'federated'
  readonly userName?: string
  readonly hasMfa: boolean
  readonly expiresAtMs?: number
}

/** A virtual MFA device; without a user it is idle. */
export interface DoubleDevice {
  readonly serialNumber: string
  readonly secretBase32: string
  readonly checker: CodeChecker
  userName?: string
  enabledAtMs?: number
}

/** All AWS accounts of the double, for tests to read and change. */
export interface AwsAccounts {
  readonly providers: Map<string, SamlIssuer>
  readonly maxSessionSeconds: Map<string, number>
  readonly keys: Map<string, IssuedKey>
  readonly devices: Map<string, DoubleDevice>
  readonly signInTokens: Set<string>
  /** The alias of an account. */
  readonly aliases: Map<string, string>
  /** What AssumeRole was asked for, call by call. */
  readonly assumed: Record<string, string>[]
  /** The audience and recipient that STS accepts. */
  readonly audience: string
  recipient: string
  /** The next EnableMFADevice is refused, as if the codes were wrong. */
  refuseEnable: number
  /** The next so many calls of STS are refused with this code. */
  refuseNext: { code: string; text: string; status: number; times: number }
}

/** A refusal as AWS words it. */
export class AwsRefusal extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, message: string, status = 400) {
    super(message)
    this.code = code
    this.status = status
  }
}

/** Empty accounts. */
export function newAwsAccounts(): AwsAccounts {
  return {
    providers: new Map(),
    maxSessionSeconds: new Map(),
    keys: new Map(),
    devices: new Map(),
    signInTokens: new Set(),
    aliases: new Map(),
    assumed: [],
    audience: 'urn:amazon:webservices',
    recipient: 'https://signin.aws.amazon.com/saml',
    refuseEnable: 0,
    refuseNext: { code: '', text: '', status: 400, times: 0 },
  }
}

/** Gives out keys; those of an IAM user are long-term. */
export function issueKey(
  accounts: AwsAccounts,
  key: Omit<IssuedKey, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>,
): IssuedKey {
  const isLongTerm = key.kind === 'user'
  const issued = {
    ...key,
    accessKeyId: `${isLongTerm ? 'AKIA' : 'ASIA'}${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    ...(isLongTerm ? {} : { sessionToken: randomBytes(60).toString('base64') }),
  }
  accounts.keys.set(issued.accessKeyId, issued)
  return issued
}

/** Long-term keys of a new IAM user. */
export function addUser(accounts: AwsAccounts, accountId: string, userName: string): IssuedKey {
  const arn = `arn:aws:iam::${accountId}:user/${userName}`
  return issueKey(accounts, { arn, accountId, kind: 'user', userName, hasMfa: false })
}

/** A device that is already enabled. */
export function addDevice(accounts: AwsAccounts, accountId: string, userName: string, secretBase32: string): string {
  const serialNumber = `arn:aws:iam::${accountId}:mfa/${userName}`
  accounts.devices.set(serialNumber, {
    serialNumber,
    secretBase32,
    checker: new CodeChecker(secretBase32),
    userName,
    enabledAtMs: Date.now(),
  })
  return serialNumber
}

/** Whose keys signed a request; every header that was signed is checked. */
export function signerOf(accounts: AwsAccounts, request: DoubleRequest, nowMs: number): IssuedKey {
  const authorization = request.headers.authorization ?? ''
  const [, accessKeyId = '', , region = '', service = '', names = ''] =
    /Credential=([^/]+)\/(\d+)\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+)/.exec(authorization) ?? []
  const key = accounts.keys.get(accessKeyId)
  if (key === undefined)
    throw new AwsRefusal('InvalidClientTokenId', 'The security token included in the request is invalid.', 403)
  const headers = Object.fromEntries(
    names
      .split(';')
      .filter(isGivenHeader)
      .map((name) => [name, String(request.headers[name] ?? '')]),
  )
  const stamp = String(request.headers['x-amz-date'])
  const atMs = Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  const expected = signedHeaders({
    method: request.method,
    url: request.url.href,
    headers,
    body: request.body,
    region,
    service,
    credentials: key,
    atMs,
  })
  const signature = (text: string | undefined) => /Signature=(\w+)/.exec(text ?? '')?.[1]
  if (signature(expected['authorization']) !== signature(authorization)) {
    throw new AwsRefusal('SignatureDoesNotMatch', 'The request signature we calculated does not match.', 403)
  }
  if (Math.abs(nowMs - atMs) > 300_000) {
    const [fault, order] = atMs < nowMs ? ['expired', 'earlier'] : ['not yet current', 'later']
    throw new AwsRefusal('SignatureDoesNotMatch', `Signature ${fault}: ${stamp} is still ${order} than now`, 403)
  }
  if ((key.expiresAtMs ?? Infinity) < nowMs) throw new AwsRefusal('ExpiredToken', 'The security token has expired', 403)
  return key
}

/** Answers a call of the query protocol with XML, or with the XML of a refusal. */
export function answerQuery(
  request: DoubleRequest,
  namespace: string,
  act: (form: URLSearchParams) => string,
): DoubleAnswer {
  const form = new URLSearchParams(request.body)
  const action = form.get('Action') ?? ''
  const requestId = '<RequestId>00000000-0000-4000-8000-000000000000</RequestId>'
  try {
    const result = act(form)
    const body = `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata>${requestId}</ResponseMetadata></${action}Response>`
    return { status: 200, headers: { 'content-type': 'text/xml' }, body }
  } catch (thrown) {
    if (!(thrown instanceof AwsRefusal)) throw thrown
    const error = `<Error><Type>Sender</Type><Code>${thrown.code}</Code><Message>${thrown.message}</Message></Error>`
    const body = `<ErrorResponse xmlns="${namespace}">${error}${requestId}</ErrorResponse>`
    return { status: thrown.status, headers: { 'content-type': 'text/xml' }, body }
  }
}

// The signer adds these by itself.
function isGivenHeader(name: string): boolean {
  return !['host', 'x-amz-date', 'x-amz-security-token'].includes(name)
}
