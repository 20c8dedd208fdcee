import { consoleUrl } from '../../../aws/console-url.ts'
import type { CliContext } from '../../context.ts'
import { chosenSession } from '../chosen-session.ts'
import { openInBrowser } from '../browser.ts'
import { serveConsole } from '../console-server.ts'
import type { SessionFlags } from '../flags.ts'
import { endpointOf, openHelper, type AwsHelper } from '../helper.ts'

/** The options of `console`. */
export interface ConsoleFlags extends SessionFlags {
  readonly destination?: string
  readonly region?: string
  readonly print: boolean
  readonly serve: boolean
  readonly port?: number
}

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

async function urlFor(helper: AwsHelper, flags: ConsoleFlags): Promise<string> {
  const { durationSeconds, ...session } = flags
  const { credentials, roleArn, region: profileRegion, partition } = await chosenSession(helper, session)
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
