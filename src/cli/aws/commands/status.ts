import type { OktaMemory } from '../../../aws/okta-client.ts'
import type { CliContext } from '../../context.ts'
import { readCached, type CachedCredentials } from '../credential-cache.ts'
import { openPaths, totpAccountOf, type PlaceFlags } from '../helper.ts'
import { cacheName, type AwsPaths } from '../paths.ts'
import { servedRole } from '../profile-credentials.ts'
import { optionOf, parseProfileFile } from '../profile-file.ts'
import { ownershipMark } from '../profile-plan.ts'
import { readSettings, type Settings } from '../settings.ts'
import { Failure } from '../../../errors/failure.ts'
import { readText } from '../shared-file.ts'

interface ProfileStatus {
  readonly profile: string
  readonly roleArn: string
  /** When the cached credentials end; null when none are cached. */
  readonly expiresAtMs: number | null
}

/** `watchword aws status`: what is set up, whether there is an Okta session, and how long each profile's credentials last. */
export async function status(this: CliContext, flags: PlaceFlags & { readonly json: boolean }): Promise<void> {
  const paths = await openPaths(this, flags)
  const config = flags.config ?? 'default'
  const settings = readSettings(paths, config)
  if (settings === null) throw new Failure('aws_not_set_up', { detail: { config } })
  const memory = readCached<OktaMemory>(paths, cacheName(settings.path, 'okta'))
  const profiles = await profilesOf(paths, settings)
  const hasSession = memory !== null && ('sid' in memory.cookies || 'idx' in memory.cookies)
  const clockOffsetSeconds = Math.round((memory?.clockOffsetMs ?? 0) / 1000)
  const { sso_url: ssoUrl, user_name: userName } = settings.file
  const shown = {
    config,
    ssoUrl,
    userName,
    totpAccount: totpAccountOf(settings),
    hasSession,
    clockOffsetSeconds,
    cache: paths.cacheFolder,
    profiles,
  }
  if (flags.json) return this.printJson(shown)
  this.print(`${config}: ${userName} at ${ssoUrl}, codes from ${shown.totpAccount}`)
  this.print(
    `Okta session: ${hasSession ? 'yes' : 'none'}${clockOffsetSeconds === 0 ? '' : `; its clock is ${clockOffsetSeconds} s ahead of ours`}`,
  )
  for (const profile of profiles) this.print(`${profile.profile}\t${lifetime(profile, this.now())}`)
}

async function profilesOf(paths: AwsPaths, settings: Settings): Promise<ProfileStatus[]> {
  const files = await Promise.all(
    [paths.credentialsFile, paths.configFile].map(async (path) => parseProfileFile(await readText(path), path)),
  )
  const own = files
    .flatMap((file) => file.sections)
    .filter((section) => optionOf(section, ownershipMark) === settings.config)
  return own.flatMap((section) => {
    const process = optionOf(section, 'credential_process') ?? ''
    const served = servedRole({
      name: section.name,
      options: { credential_process: process, [ownershipMark]: settings.config },
    })
    if (served === null) return []
    const cached = readCached<CachedCredentials>(paths, cacheName(settings.path, served.roleArn))
    return [{ profile: section.name, roleArn: served.roleArn, expiresAtMs: cached?.expiresAtMs ?? null }]
  })
}

function lifetime({ expiresAtMs }: ProfileStatus, nowMs: number): string {
  if (expiresAtMs === null) return 'nothing cached'
  const minutes = Math.floor((expiresAtMs - nowMs) / 60_000)
  return minutes > 0 ? `cached, ${minutes} min left` : 'cached, ended'
}
