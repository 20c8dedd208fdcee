import { consoleUrl } from '../../../aws/console-url.ts'
import { partitionOfRegion } from '../../../aws/partition.ts'
import { getFederationToken } from '../../../aws/sts.ts'
import type { CliContext } from '../../context.ts'
import { chosenSession, type ChosenSession } from '../chosen-session.ts'
import { openInBrowser } from '../browser.ts'
import { serveConsole } from '../console-server.ts'
import type { SessionFlags } from '../flags.ts'
import { endpointOf, openHelper, regionOf, stsPlace, type AwsHelper } from '../helper.ts'
import { hasOnlyKeys, profileCredentials, readProfile } from '../profile-credentials.ts'

/** The options of `console`. */
export interface ConsoleFlags extends SessionFlags {
  readonly destination?: string
  readonly region?: string
  readonly print: boolean
  readonly serve: boolean
  readonly port?: number
}

const consoleSeconds = 43_200

/** `watchword aws console`: signs in to the AWS console with a role's credentials. */
export async function consoleCommand(this: CliContext, flags: ConsoleFlags): Promise<void> {
  const helper = await openHelper(this, flags, true)
  if (flags.serve) {
    return serveConsole(this, flags.port ?? 1999, (profile) => urlFor(helper, { ...flags, profile }))
  }
  const url = await urlFor(helper, flags)
  if (flags.print) return this.print(url)
  await openInBrowser(this, url)
}

/** The console takes no long-term keys: for a profile that has nothing else, AWS makes a session of them. */
async function sessionFor(helper: AwsHelper, flags: SessionFlags): Promise<ChosenSession> {
  if (flags.profile === undefined || flags.roleArn !== undefined) return chosenSession(helper, flags)
  const profile = await readProfile(helper, flags.profile)
  if (!hasOnlyKeys(profile)) return chosenSession(helper, flags)
  const keys = await profileCredentials(helper, profile.name)
  const region = profile.options['region'] ?? null
  const place = { ...stsPlace(helper), ...(region === null ? {} : { region }) }
  const partition = partitionOfRegion(region ?? regionOf(helper.settings))
  const credentials = await getFederationToken(helper.transport, keys, 'watchword', consoleSeconds, partition, place)
  return { credentials, roleArn: null, region, partition }
}

async function urlFor(helper: AwsHelper, flags: ConsoleFlags): Promise<string> {
  const { durationSeconds, ...session } = flags
  const { credentials, roleArn, region: profileRegion, partition } = await sessionFor(helper, session)
  const endpointUrl = endpointOf(helper.context, 'SIGNIN')
  const region = flags.region ?? profileRegion
  return consoleUrl(helper.transport, credentials, {
    partition,
    ...(region === null || region === undefined ? {} : { region }),
    ...(flags.destination === undefined ? {} : { destination: flags.destination }),
    // AWS takes a duration only for a role that was taken directly.
    ...(durationSeconds === undefined || roleArn === null ? {} : { durationSeconds }),
    ...(endpointUrl === undefined ? {} : { endpointUrl }),
  })
}
