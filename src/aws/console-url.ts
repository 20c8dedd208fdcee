import { Failure } from '../errors/failure.ts'
import type { SessionCredentials } from './credentials.ts'
import { partitionNamed } from './partition.ts'
import { safeUrl, send, type Transport } from './transport.ts'

/** What the console shall show, and for how long. */
export interface ConsoleWishes {
  readonly partition: string
  readonly region?: string
  /** A service (`s3`, `ec2/home`), or a whole https address of the console. */
  readonly destination?: string
  /** 900 to 43200; left out for credentials of GetFederationToken and of chained roles, which AWS refuses it for. */
  readonly durationSeconds?: number
  /** An address that replaces AWS's sign-in host. */
  readonly endpointUrl?: string
}

/**
 * A sign-in address for the AWS console. It is good for 15 minutes, and a secret.
 *
 * @throws {@link Failure} `aws_federation_refused`, `aws_url_unreadable`
 * @see IAM user guide, Enable custom identity broker access to the AWS console
 */
export async function consoleUrl(
  transport: Transport,
  credentials: SessionCredentials,
  wishes: ConsoleWishes,
): Promise<string> {
  const { signInHost } = partitionNamed(wishes.partition)
  const federationUrl = new URL('/federation', safeUrl(wishes.endpointUrl ?? `https://${signInHost}`))
  const login = new URL(federationUrl)
  login.search = new URLSearchParams({
    Action: 'login',
    Issuer: 'watchword',
    Destination: destinationUrl(wishes),
    SigninToken: await signInToken(transport, federationUrl, credentials, wishes.durationSeconds),
  }).toString()
  return login.href
}

/** The address within the console that a wish means. */
export function destinationUrl(wishes: Pick<ConsoleWishes, 'partition' | 'region' | 'destination'>): string {
  const { consoleHost } = partitionNamed(wishes.partition)
  const { destination = '', region } = wishes
  if (destination.includes('://')) {
    const url = safeUrl(destination)
    if (url.hostname !== consoleHost && !url.hostname.endsWith(`.${consoleHost}`)) {
      throw new Failure('aws_option_invalid', { detail: { option: '--destination', expected: `on ${consoleHost}` } })
    }
    return url.href
  }
  const url = new URL(
    `https://${region === undefined ? '' : `${region}.`}${consoleHost}/${destination.replace(/^\//, '')}`,
  )
  if (region !== undefined) url.searchParams.set('region', region)
  return url.href
}

async function signInToken(
  transport: Transport,
  federationUrl: URL,
  credentials: SessionCredentials,
  durationSeconds: number | undefined,
): Promise<string> {
  const { accessKeyId: sessionId, secretAccessKey: sessionKey, sessionToken } = credentials
  const url = new URL(federationUrl)
  url.searchParams.set('Action', 'getSigninToken')
  if (durationSeconds !== undefined) url.searchParams.set('SessionDuration', String(durationSeconds))
  url.searchParams.set('Session', JSON.stringify({ sessionId, sessionKey, sessionToken }))
  const answer = await send(transport, { method: 'GET', url: url.href, headers: { accept: 'application/json' } })
  const token = answer.status === 200 ? tokenIn(answer.text) : null
  if (token === null) throw new Failure('aws_federation_refused', { detail: { status: answer.status } })
  return token
}

function tokenIn(text: string): string | null {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || !('SigninToken' in parsed)) return null
    return typeof parsed.SigninToken === 'string' ? parsed.SigninToken : null
  } catch {
    return null
  }
}
