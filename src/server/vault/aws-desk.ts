import { setTimeout as delay } from 'node:timers/promises'
import type { Static } from 'typebox'
import type { AwsMfaList } from '../../api/aws-mfa.ts'
import { currentUserName, type IamAccess } from '../../aws/iam-mfa.ts'
import { getCallerIdentity } from '../../aws/sts.ts'
import type { Transport } from '../../aws/transport.ts'
import { Failure } from '../../errors/failure.ts'
import type { VaultRoom } from './room.ts'

/** The way to one IAM user, for one call: the credentials live no longer than it. */
export interface AwsDesk {
  readonly transport: Transport
  readonly access: IamAccess
  readonly userName: string
  /** The AWS account as `arn:PARTITION:iam::ACCOUNT:`, which its devices begin with. */
  readonly arnPrefix: string
}

/**
 * Asks AWS whose credentials these are.
 *
 * Where AWS is, the server's configuration says and never the caller, so that nobody can make this server send a
 * request elsewhere.
 *
 * @param stopping - ends waits when the server stops
 * @throws {@link Failure} `aws_mfa_root`, `aws_refused`, `aws_network`
 */
export async function openAwsDesk(
  room: VaultRoom,
  given: Static<typeof AwsMfaList>,
  stopping: AbortSignal,
): Promise<AwsDesk> {
  const { credentials, partition = 'aws' } = given
  const { iamUrl, stsUrl } = room.options.aws ?? {}
  const transport = transportOf(room, stopping)
  const access: IamAccess = { credentials, partition, ...(iamUrl ? { endpointUrl: iamUrl } : {}) }
  const place = stsUrl ? { endpointUrl: stsUrl } : {}
  const { accountId, arn } = await getCallerIdentity(transport, credentials, partition, place)
  if (given.userName === 'root' || arn.endsWith(':root')) throw new Failure('aws_mfa_root')
  const userName = given.userName ?? (await currentUserName(transport, access))
  return { transport, access, userName, arnPrefix: `arn:${partition}:iam::${accountId}:` }
}

function transportOf({ core, options }: VaultRoom, stopping: AbortSignal): Transport {
  const wait = options.sleep ?? ((ms, stop) => delay(ms, undefined, { signal: stop }))
  const sleep = async (durationMs: number) => {
    try {
      await wait(durationMs, stopping)
    } catch (cause) {
      throw new Failure('server_stopping', { cause })
    }
  }
  return { fetch, nowMs: () => core.services.clock.nowMs(), sleep }
}
